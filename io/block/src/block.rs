//! The one type that travels along the edges of a task graph.

use std::sync::Arc;

use swath_error::{Error, Result};

use crate::{Chunk, Data, Items, Table, Value};

/// A task's result: three words. Cloning costs a reference count.
#[derive(Clone, Debug, Default)]
pub enum Block {
    /// Nothing: the result of a task run for its effect.
    #[default]
    Unit,
    /// Rows of a table: one partition of a DataFrame.
    Table(Arc<Table>),
    /// One chunk of an n-d array.
    Array(Arc<Chunk>),
    /// A run of bag items.
    Items(Arc<Items>),
    /// Any other value.
    Value(Value),
    /// Several results of one task (qr, svd, map outputs); projections take them apart at no cost.
    Tuple(Arc<[Block]>),
}

impl Block {
    /// Bytes of memory the block's data takes: what it is charged for against the memory limit.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Unit => 0,
            Self::Table(t) => t.bytes(),
            Self::Array(c) => c.bytes(),
            Self::Items(i) => i.bytes(),
            Self::Value(v) => v.bytes(),
            Self::Tuple(parts) => parts.iter().map(Self::bytes).sum(),
        }
    }

    /// Whether somebody else holds this block too: dropping it then frees nothing.
    pub fn is_shared(&self) -> bool {
        match self {
            Self::Unit => false,
            Self::Table(t) => Arc::strong_count(t) > 1,
            Self::Array(c) => Arc::strong_count(c) > 1,
            Self::Items(i) => Arc::strong_count(i) > 1,
            Self::Value(v) => v.is_shared(),
            Self::Tuple(parts) => Arc::strong_count(parts) > 1 || parts.iter().any(Self::is_shared),
        }
    }

    /// What kind of block this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Table(_) => "table",
            Self::Array(_) => "array chunk",
            Self::Items(_) => "bag items",
            Self::Value(_) => "value",
            Self::Tuple(_) => "tuple",
        }
    }

    /// A block of one value.
    pub fn value<T: Data>(value: T) -> Self {
        Self::Value(Value::new(value))
    }

    /// The table in this block.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it holds something else.
    pub fn into_table(self) -> Result<Arc<Table>> {
        match self {
            Self::Table(t) => Ok(t),
            other => Err(other.not_a("table")),
        }
    }

    /// The array chunk in this block.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it holds something else.
    pub fn into_chunk(self) -> Result<Arc<Chunk>> {
        match self {
            Self::Array(c) => Ok(c),
            other => Err(other.not_a("array chunk")),
        }
    }

    /// The bag items in this block.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it holds something else.
    pub fn into_items(self) -> Result<Items> {
        match self {
            Self::Items(i) => Ok(Arc::unwrap_or_clone(i)),
            other => Err(other.not_a("bag items")),
        }
    }

    /// The value in this block.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it holds something else.
    pub fn into_value(self) -> Result<Value> {
        match self {
            Self::Value(v) => Ok(v),
            other => Err(other.not_a("value")),
        }
    }

    /// The parts of a tuple.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it holds something else.
    pub fn into_tuple(self) -> Result<Arc<[Self]>> {
        match self {
            Self::Tuple(parts) => Ok(parts),
            other => Err(other.not_a("tuple")),
        }
    }

    fn not_a(&self, wanted: &str) -> Error {
        Error::internal(format!("a task expected a {wanted} and was given a {}", self.kind()))
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(Arc::new(table))
    }
}

impl From<Chunk> for Block {
    fn from(chunk: Chunk) -> Self {
        Self::Array(Arc::new(chunk))
    }
}

impl From<Items> for Block {
    fn from(items: Items) -> Self {
        Self::Items(Arc::new(items))
    }
}

impl From<Value> for Block {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_blocks_are_small() {
        assert!(size_of::<Block>() <= 24, "{}", size_of::<Block>());
    }

    #[test]
    fn items_come_out_as_they_went_in() {
        let block = Block::from(Items::new(vec![1u8, 2]));
        assert_eq!(*block.into_items().unwrap().downcast::<u8>().unwrap(), [1, 2]);
    }
}
