//! Partial results of a grid's chunks, and their combination.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_graph::{Annotations, Key};

use super::arguments::Arguments;
use super::fan_in::FanIn;
use super::reduce::{chunks_of, tuple};
use super::{Grid, Lowering};
use crate::expr::Expr;
use crate::kernels::TreeKernel;
use crate::nodes::Tree;

/// The first phase.
#[derive(Debug, Serialize, Deserialize)]
struct FoldChunks {
    kernel: TreeKernel,
    arguments: Arguments,
}

register_operation!(FoldChunks, "array.fold");

impl Operation for FoldChunks {
    fn name(&self) -> &'static str {
        "array.fold"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        Ok(tuple(self.kernel.partial(&chunks, &self.arguments.place(ctx.index))?))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        let kernel = self.kernel.travelling()?;
        encode_operation(&Self { kernel, arguments: self.arguments.clone() })
    }
}

/// The second phase, and with an output the third.
#[derive(Debug, Serialize, Deserialize)]
struct JoinFolds {
    kernel: TreeKernel,
    output: Option<usize>,
}

register_operation!(JoinFolds, "array.fold-join");

impl Operation for JoinFolds {
    fn name(&self) -> &'static str {
        "array.fold-join"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let parts = inputs.into_iter().map(chunks_of).collect::<Result<Vec<_>>>()?;
        if parts.is_empty() {
            return Err(Error::internal("a fold has nothing to join"));
        }
        let joined = self.kernel.combine(parts)?;
        match self.output {
            None => Ok(tuple(joined)),
            Some(output) => Ok(self.kernel.finish(joined, output)?.into()),
        }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&Self { kernel: self.kernel.travelling()?, output: self.output })
    }
}

/// The layers of a fold.
pub(crate) fn tree(node: &Tree, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let folds = node.folds(expr.inputs())?;
    let name = node.kernel.name();
    let (arguments, sources) = Arguments::of(expr, &node.over, to)?;
    let operation = FoldChunks { kernel: node.kernel.clone(), arguments };
    let key = Key::of("fold-chunks").key(folds).finish();
    let tasks = to.layer(key, name, operation, node.over.blocks(), Annotations::default(), |i, out| {
        sources.push(i, out);
    })?;
    let mut grid = Grid::new(node.over.grid(), tasks)?;
    let fan_in = FanIn::new(&node.axes, grid.blocks(), node.split_every);
    let join = |output| JoinFolds { kernel: node.kernel.clone(), output };
    for level in 0u64.. {
        if fan_in.is_last(grid.blocks()) {
            break;
        }
        let key = Key::of("fold-join").key(folds).u64(level).finish();
        grid = fan_in.layer(&grid, (key, &format!("{name}-join")), join(None), to)?;
    }
    let last = fan_in.layer(&grid, (expr.key(), name), join(Some(node.output)), to)?;
    Grid::new(expr.chunks().grid(), last.tasks())
}
