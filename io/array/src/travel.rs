//! Sources and sinks in other processes: written down by name and data, opened again where they are read.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::{ArraySink, ArraySource};

/// A source or a sink as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Travelling {
    /// The registered name of its kind: `npy`.
    pub kind: String,
    /// What that kind needs to open it again.
    pub data: Vec<u8>,
}

impl Travelling {
    /// Something of a kind that needs `data`.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when the `Serialize` implementation of the data fails.
    pub fn new(kind: &str, data: &impl Serialize) -> Result<Self> {
        let data = postcard::to_stdvec(data)
            .map_err(|e| Error::internal(format!("a {kind} cannot be encoded: {e}")).with_source(e))?;
        Ok(Self { kind: kind.to_owned(), data })
    }

    /// The data of a kind.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for bytes that are something else.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        postcard::from_bytes(&self.data)
            .map_err(|e| Error::data(format!("a {} cannot be decoded: {e}", self.kind)).with_source(e))
    }
}

/// A kind of source; submitted with `inventory`.
pub struct SourceKind {
    /// Its name, unique in a build.
    pub name: &'static str,
    /// Opens one.
    pub open: fn(&Travelling) -> Result<Arc<dyn ArraySource>>,
}

/// A kind of sink; submitted with `inventory`.
pub struct SinkKind {
    /// Its name, unique in a build.
    pub name: &'static str,
    /// Joins those who write to one.
    pub join: fn(&Travelling) -> Result<Box<dyn ArraySink>>,
}

inventory::collect!(SourceKind);
inventory::collect!(SinkKind);

/// Opens a source that was written down in another process.
///
/// # Errors
/// [`ErrorKind::NotFound`] for a kind that this build lacks, or, naming the path, for a file that this machine does not
/// see; as the kind's own `open`.
pub fn decode_source(from: &Travelling) -> Result<Arc<dyn ArraySource>> {
    let mut kinds = inventory::iter::<SourceKind>.into_iter();
    let Some(kind) = kinds.find(|k| k.name == from.kind) else {
        let known = inventory::iter::<SourceKind>.into_iter().map(|k| k.name);
        return Err(unknown_name(ErrorKind::NotFound, "kind of array source", &from.kind, known));
    };
    (kind.open)(from)
}

/// Joins the writers of a sink that was opened in another process.
///
/// # Errors
/// As [`decode_source`].
pub fn decode_sink(from: &Travelling) -> Result<Box<dyn ArraySink>> {
    let mut kinds = inventory::iter::<SinkKind>.into_iter();
    let Some(kind) = kinds.find(|k| k.name == from.kind) else {
        let known = inventory::iter::<SinkKind>.into_iter().map(|k| k.name);
        return Err(unknown_name(ErrorKind::NotFound, "kind of array sink", &from.kind, known));
    };
    (kind.join)(from)
}
