//! Blocks that are kept by another process.
//!
//! In: something that can fetch the block. Out: a block that stands for it, which operations that hand out blocks fetch
//! when a task of this process needs it, and runtimes that keep it replace by the real one where it is. It never travels.

use std::any::Any;
use std::sync::Arc;

use crate::{Block, Fetch, Value};

/// A block in another process; it is kept there as long as this is here.
pub trait Elsewhere: Send + Sync + 'static {
    /// Gets the block.
    fn fetch(&self) -> Fetch;

    /// For the runtime that keeps it.
    fn as_any(&self) -> &dyn Any;
}

/// What a block that stands for another holds.
struct Standing(Arc<dyn Elsewhere>);

impl Block {
    /// A block that stands for one in another process. It counts no bytes here.
    pub fn elsewhere(block: impl Elsewhere) -> Self {
        Self::Value(Value::local(Standing(Arc::new(block)), 0))
    }

    /// What the block stands for, if it is not the real one.
    pub fn as_elsewhere(&self) -> Option<&Arc<dyn Elsewhere>> {
        match self {
            Self::Value(value) => value.local_ref::<Standing>().map(|standing| &standing.0),
            _ => None,
        }
    }
}
