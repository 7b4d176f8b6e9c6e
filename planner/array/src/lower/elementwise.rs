//! One fused program per chunk.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, Inputs, Operation, OutputArray, TaskContext, encode_operation, register_operation,
    with_dtype,
};
use swath_error::Result;
use swath_graph::Annotations;
use swath_kernels::Program;

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
        let opened = self.arguments.open(inputs, ctx.index)?;
        if self.program.is_identity() || opened.pieces(1).is_none() || !opened.is_in_order()? {
            return Ok(self.program.eval_fed(opened.feeds(ctx)?, opened.shape())?.into());
        }
        with_dtype!(self.program.output_dtype(), T => {
            let whole = OutputArray::<T>::new(opened.shape().iter().map(|n| vec![*n]).collect())?;
            whole.fill(0, |writer| opened.eval_into(&self.program, ctx, writer))?;
            Ok(Chunk::from_array(whole.finish()?).into())
        })
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&Self { program: self.program.clone(), arguments: self.arguments.travelling()? })
    }
}

/// The layer of an elementwise node.
pub(crate) fn elementwise(program: &Program, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let (arguments, sources) = Arguments::in_bands(expr, expr.chunks(), to)?;
    // Tasks that read and give as much as they read are admitted like those that only read.
    let annotations = Annotations { producer: arguments.read(), ..annotations(expr) };
    let operation = RunProgram { program: program.clone(), arguments };
    let name = short_name(program);
    let tasks = to.layer(expr.key(), &name, operation, expr.chunks().blocks(), annotations, |i, out| {
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
