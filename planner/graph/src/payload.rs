//! What a layer carries for whoever runs it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// An operation, stored once per layer and opaque to the graph and the scheduler.
#[derive(Clone)]
pub enum Payload {
    /// An operation of this process; may hold closures and in-memory data.
    Local(Arc<dyn Any + Send + Sync>),
    /// An encoded operation, as it travels to workers.
    Encoded(Arc<[u8]>),
    /// No operation: each task of the layer stands for a result of another graph, which whoever submits the graph names.
    /// Such tasks read nothing, are never fused and never run.
    Import,
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(_) => f.write_str("Local(..)"),
            Self::Encoded(bytes) => write!(f, "Encoded({} bytes)", bytes.len()),
            Self::Import => f.write_str("Import"),
        }
    }
}
