//! What a task function may return.

use std::any::TypeId;
use std::cell::Cell;

use arrow::array::RecordBatch;
use ndarray::{Array, Dimension};
use swath_block::{Block, Chunk, Data, Element, Table, Value};
use swath_error::{Error, Result};

/// Marks serialisable values.
#[derive(Debug)]
pub struct Plain;

/// Marks tables and record batches.
#[derive(Debug)]
pub struct AsTable;

/// Marks array chunks and ndarrays.
#[derive(Debug)]
pub struct AsArray;

/// Marks blocks.
#[derive(Debug)]
pub struct AsBlock;

/// A value a task may give. `M` tells the compiler which kind it is and is always inferred.
///
/// Every serialisable value qualifies, and so do tables, record batches, array chunks and ndarrays.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a task",
    label = "needs `serde::Serialize` and `serde::Deserialize`, and to be `Send + Sync + 'static`",
    note = "derive both for your own types; for a delayed function that returns a `Result`, use `try_call` or `try_map`"
)]
pub trait Outcome<M>: Send + Sync + Sized + 'static {
    /// The value as the result of a task of this process, which may keep it as it is.
    fn into_block(self) -> Block;

    /// Says how results of this type are decoded when they come from another process.
    fn announce() {}

    /// The value as a block that can be sent to other processes.
    ///
    /// # Errors
    /// When there is no such form of it.
    fn into_sendable(self) -> Result<Block> {
        Ok(self.into_block())
    }
}

impl<T: Data> Outcome<Plain> for T {
    fn into_block(self) -> Block {
        Block::value(self)
    }

    fn announce() {
        thread_local! {
            /// A loop of calls of one function announces one type over and over.
            static LAST: Cell<Option<TypeId>> = const { Cell::new(None) };
        }
        if LAST.replace(Some(TypeId::of::<T>())) != Some(TypeId::of::<T>()) {
            swath_block::announce::<T>();
        }
    }
}

impl Outcome<AsBlock> for Block {
    fn into_block(self) -> Block {
        self
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

    fn into_sendable(self) -> Result<Block> {
        Ok(Table::new(self.schema(), vec![self])?.into())
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

    fn into_sendable(self) -> Result<Block> {
        if self.len().checked_mul(size_of::<T>()).is_none() {
            return Err(Error::unsupported("an array with more bytes than the address space"));
        }
        Ok(Chunk::from_array(self.into_dyn()).into())
    }
}
