//! A whole collection out of its blocks, in a process that does not have the collection.
//!
//! In: the blocks of a collection's tasks, in order. Out: one block: a table of all rows, or a vector of all items. Arrays
//! are not put together here: where their chunks belong is known to the collection only.

use std::any::TypeId;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Inputs, Items, Operation, Table, TaskContext, Value, encode_operation, register_operation,
};
use swath_error::{Error, Result};

/// The registered name.
pub(crate) const NAME: &str = "delayed.whole";

/// Puts the blocks together.
#[derive(Debug, Serialize, Deserialize)]
struct Join {
    /// The Rust type of the result, when it is a vector.
    vector: Option<String>,
}

register_operation!(Join, "delayed.whole");

/// The encoded operation that makes a `T`.
pub(crate) fn encode<T: 'static>() -> Result<Vec<u8>> {
    let name = std::any::type_name::<T>();
    let vector = name.starts_with("alloc::vec::Vec<").then(|| name.to_owned());
    if vector.is_none() && TypeId::of::<T>() != TypeId::of::<Table>() {
        return Err(Error::unsupported(format!(
            "a collection that computes a {name} cannot be an argument of a call in another process"
        ))
        .with_help("pass its partitions or chunks one by one: partitions(&collection)"));
    }
    encode_operation(&Join { vector })
}

impl Operation for Join {
    fn name(&self) -> &'static str {
        NAME
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        match &self.vector {
            Some(type_name) => vector(type_name, inputs),
            None => table(inputs),
        }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

fn table(inputs: Inputs) -> Result<Block> {
    let parts = inputs.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
    let first = parts.first().ok_or_else(|| Error::data("a table is made of at least one block"))?;
    let batches = parts.iter().flat_map(|t| t.batches().iter().cloned()).collect();
    Ok(Table::new(first.schema().clone(), batches)?.into())
}

/// Vectors are put together in their encoding: the sum of their lengths, then their elements.
fn vector(type_name: &str, inputs: Inputs) -> Result<Block> {
    let (mut length, mut elements) = (0u64, Vec::new());
    for block in inputs {
        let encoded = encoded(block)?;
        let (n, rest): (u64, &[u8]) = postcard::take_from_bytes(&encoded)
            .map_err(|e| Error::data("a vector's encoding is cut short").with_source(e))?;
        length += n;
        elements.extend_from_slice(rest);
    }
    let mut bytes = postcard::to_stdvec(&length)
        .map_err(|e| Error::internal("a length cannot be encoded").with_source(e))?;
    bytes.extend(elements);
    Ok(Block::Value(Value::from_encoding(type_name, bytes)))
}

fn encoded(block: Block) -> Result<Vec<u8>> {
    match block {
        Block::Items(items) => match Arc::unwrap_or_clone(items) {
            Items::Text(lines) => {
                Value::new(lines.iter().flatten().map(str::to_owned).collect::<Vec<_>>()).encode()
            }
            typed @ Items::Typed(_) => typed.encode(),
        },
        Block::Value(value) => value.encode(),
        other => Err(Error::unsupported(format!("a {} is not part of a vector", other.kind()))),
    }
}
