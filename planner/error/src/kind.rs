//! The closed list of what a user can do about an error.

use serde::{Deserialize, Serialize};

/// What the user should do next. The list is closed: matching on it exhaustively is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorKind {
    /// Fix the path, URL, glob, table or dataset name: nothing is there.
    NotFound,
    /// Fix the call: an argument is out of range or contradicts another.
    InvalidArgument,
    /// Fix the column name.
    UnknownColumn,
    /// Fix the shapes, axes or chunks: they do not fit together.
    ShapeMismatch,
    /// Fix the types, or ask for a cast: they do not fit together.
    TypeMismatch,
    /// Make the files agree, or ask for their schemas to be unified.
    SchemaMismatch,
    /// Fix the input's contents, or ask for bad records to be skipped.
    InvalidData,
    /// Fix the SQL text or the query's meaning.
    InvalidQuery,
    /// Do it another way: swath does not offer this.
    Unsupported,
    /// Raise the memory limit, use smaller chunks, or write to files instead of collecting.
    OutOfMemory,
    /// Free space, check permissions or the network, then try again.
    Io,
    /// Nothing: somebody asked for the run to stop.
    Cancelled,
    /// Fix the user function: it failed or panicked.
    TaskFailed,
    /// Check the address, the certificate or the versions: the cluster cannot be used as it is.
    Cluster,
    /// Report a bug in swath.
    Internal,
}
