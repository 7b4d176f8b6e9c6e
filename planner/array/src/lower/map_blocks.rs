//! A user's function per chunk; stays in this process.

use std::fmt;

use swath_block::{Block, Inputs, Operation, TaskContext};
use swath_error::{Error, ErrorKind, Result};

use super::arguments::Arguments;
use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::chunks::Chunks;
use crate::expr::Expr;
use crate::nodes::MapBlocks;

/// Calls the function.
struct CallFunction {
    node: MapBlocks,
    arguments: Arguments,
    chunks: Chunks,
}

impl fmt::Debug for CallFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallFunction({})", self.node.name)
    }
}

impl Operation for CallFunction {
    fn name(&self) -> &'static str {
        "array.map_blocks"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        let info = MapBlocks::info(&self.chunks, &coordinates(ctx.index as usize, &self.chunks.grid()));
        let result = (self.node.function)(&chunks, &info)?;
        let known = info.shape.len() == self.chunks.ndim() && self.chunks.is_known();
        if result.dtype() != self.node.dtype || (known && result.shape() != info.shape) {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "the function {} gave {} of shape {:?} for chunk {:?}, declared are {} of shape {:?}",
                    self.node.name,
                    result.dtype(),
                    result.shape(),
                    info.block,
                    self.node.dtype,
                    info.shape
                ),
            )
            .with_help("declare the chunks of the result with map_blocks_with"));
        }
        Ok(result.into())
    }
}

/// The layer of a user's function.
pub(crate) fn map_blocks(node: &MapBlocks, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let inputs: Vec<&Chunks> = expr.inputs().iter().map(Expr::chunks).collect();
    let over = crate::broadcast::broadcast_chunks(&inputs)?;
    let (arguments, sources) = Arguments::of(expr, &over, to)?;
    let operation = CallFunction { node: node.clone(), arguments, chunks: expr.chunks().clone() };
    let tasks =
        to.layer(expr.key(), &node.name, operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            sources.push(i, out);
        })?;
    Grid::new(expr.chunks().grid(), tasks)
}
