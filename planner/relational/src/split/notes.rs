//! What parts noted about their files, without their rows, for a reader that does not want all parts at once.

use std::sync::Arc;

use arrow::datatypes::Schema;
use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, Table, TaskContext, encode_operation, register_operation};
use swath_error::Result;

use super::marks;

/// Puts the notes of tables together into a table without rows and columns.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Notes;

register_operation!(Notes, "relational.notes");

impl Operation for Notes {
    fn name(&self) -> &'static str {
        "relational.notes"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let tables = inputs.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
        let open = marks::gather(tables.iter().map(AsRef::as_ref))?;
        Ok(Table::new(marks::noted(Arc::new(Schema::empty()), &open), Vec::new())?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}
