//! What a delayed function may return.

use arrow::array::RecordBatch;
use ndarray::{Array, Dimension};
use swath_block::{Block, Chunk, Data, Element, Table, Value};

use crate::Plain;

/// Marks results that are tables.
#[derive(Debug)]
pub struct AsTable;

/// Marks results that are arrays.
#[derive(Debug)]
pub struct AsArray;

/// A value a task may give. `M` tells the compiler which kind it is and is always inferred.
///
/// Every serialisable value qualifies, and so do tables, record batches, array chunks and ndarrays.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a delayed function",
    label = "needs `serde::Serialize` and `serde::Deserialize`, and to be `Send + Sync + 'static`",
    note = "derive both for your own types; for a function that returns a `Result`, use `try_call` or `try_map`"
)]
pub trait Outcome<M>: Send + Sync + 'static {
    /// The value as a task's result.
    fn into_block(self) -> Block;
}

impl<T: Data> Outcome<Plain> for T {
    fn into_block(self) -> Block {
        Block::value(self)
    }
}

impl Outcome<AsTable> for Table {
    fn into_block(self) -> Block {
        self.into()
    }
}

impl Outcome<AsTable> for RecordBatch {
    fn into_block(self) -> Block {
        let bytes = self.get_array_memory_size() as u64;
        Value::local(self, bytes).into()
    }
}

impl Outcome<AsArray> for Chunk {
    fn into_block(self) -> Block {
        self.into()
    }
}

impl<T: Element + Send + Sync, D: Dimension + Send + Sync + 'static> Outcome<AsArray> for Array<T, D> {
    fn into_block(self) -> Block {
        let bytes = (self.len() * size_of::<T>()) as u64;
        Value::local(self, bytes).into()
    }
}
