//! One kernel per place of a grid.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::Result;

use super::arguments::Arguments;
use super::elementwise::annotations;
use super::{Grid, Lowering};
use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::Chunkwise;

/// Runs a kernel over the chunks at one place of the grid.
#[derive(Debug, Serialize, Deserialize)]
struct RunKernel {
    kernel: ChunkKernel,
    arguments: Arguments,
}

register_operation!(RunKernel, "array.chunkwise");

impl Operation for RunKernel {
    fn name(&self) -> &'static str {
        "array.chunkwise"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        Ok(self.kernel.run(&chunks, &self.arguments.place(ctx.index))?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of a kernel.
pub(crate) fn chunkwise(node: &Chunkwise, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let (arguments, sources) = Arguments::of(expr, &node.over, to)?;
    let operation = RunKernel { kernel: node.kernel.clone(), arguments };
    let tasks = to.layer(
        expr.key(),
        node.kernel.name(),
        operation,
        node.over.blocks(),
        annotations(expr),
        |i, out| {
            sources.push(i, out);
        },
    )?;
    Grid::new(expr.chunks().grid(), tasks)
}
