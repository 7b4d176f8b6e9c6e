//! One fused program per chunk.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Chunk, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::Result;
use swath_graph::Annotations;
use swath_kernels::{Program, broadcast_shapes};

use super::arguments::Arguments;
use super::{Grid, Lowering};
use crate::expr::Expr;

/// Runs a program over the chunks at one place of the grid.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RunProgram {
    pub(super) program: Program,
    pub(super) arguments: Arguments,
}

register_operation!(RunProgram, "array.elementwise");

impl Operation for RunProgram {
    fn name(&self) -> &'static str {
        "array.elementwise"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        let shape = common_shape(&chunks)?;
        Ok(self.program.eval(chunks, &shape)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The shape chunks have together.
pub(super) fn common_shape(chunks: &[Chunk]) -> Result<Vec<usize>> {
    chunks.iter().try_fold(Vec::new(), |shape, c| broadcast_shapes(&shape, c.shape()))
}

/// The layer of an elementwise node.
pub(crate) fn elementwise(program: &Program, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let (arguments, sources) = Arguments::of(expr, expr.chunks(), to)?;
    let operation = RunProgram { program: program.clone(), arguments };
    let name = short_name(program);
    let tasks =
        to.layer(expr.key(), &name, operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            sources.push(i, out);
        })?;
    Grid::new(expr.chunks().grid(), tasks)
}

/// Annotations that say how large the results are.
pub(super) fn annotations(expr: &Expr) -> Annotations {
    let bytes = expr.chunks().is_known().then(|| expr.chunks().largest() as u64 * expr.dtype().size() as u64);
    Annotations { output_bytes: bytes, ..Annotations::default() }
}

/// The operation's name when there is one, the number of them otherwise.
pub(super) fn short_name(program: &Program) -> String {
    let text = program.to_string();
    match (program.code().len(), text.split_once('(')) {
        (1, Some((name, _))) => name.to_string(),
        (n, _) => format!("elementwise({n})"),
    }
}
