//! One of the results of tasks that have several.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};

use super::elementwise::annotations;
use super::{Grid, Lowering};
use crate::expr::Expr;
use crate::nodes::Part;

/// Hands out one block of a tuple.
#[derive(Debug, Serialize, Deserialize)]
struct PickPart(usize);

register_operation!(PickPart, "array.part");

impl Operation for PickPart {
    fn name(&self) -> &'static str {
        "array.part"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let tuple =
            inputs.into_iter().next().ok_or_else(|| Error::internal("a part of nothing"))?.into_tuple()?;
        tuple.get(self.0).cloned().ok_or_else(|| Error::internal(format!("there is no result {}", self.0)))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of one result.
pub(crate) fn part(node: &Part, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = to.grid(expr.input()?, expr)?;
    let tasks = to.layer(
        expr.key(),
        "part",
        PickPart(node.index),
        expr.chunks().blocks(),
        annotations(expr),
        |i, out| {
            out.extend(input.tasks().get(i));
        },
    )?;
    Grid::new(expr.chunks().grid(), tasks)
}
