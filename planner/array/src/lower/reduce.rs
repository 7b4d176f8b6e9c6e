//! Reductions: one partial result per chunk, a tree of combinations along the reduced axes, one finish.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Inputs, Operation, TaskContext, encode_operation, register_operation,
};
use swath_error::Result;
use swath_graph::{Annotations, Key};
use swath_kernels::{Origin, Program, ReduceOp, combine, finalize, partial_fused};

use super::arguments::Arguments;
use super::elementwise::common_shape;
use super::fan_in::FanIn;
use super::{Grid, Lowering};
use crate::axes::AxisList;
use crate::chunks::Bounds;
use crate::expr::Expr;
use crate::nodes::Reduce;

/// The first phase.
#[derive(Debug, Serialize, Deserialize)]
struct Partial {
    program: Program,
    op: ReduceOp,
    axes: AxisList,
    arguments: Arguments,
    /// For reductions that give positions: where the chunks lie.
    bounds: Option<Bounds>,
}

register_operation!(Partial, "array.reduce-partial");

impl Operation for Partial {
    fn name(&self) -> &'static str {
        "array.reduce-partial"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunks = self.arguments.chunks(inputs, ctx.index)?;
        let shape = common_shape(&chunks)?;
        let origin = self.bounds.as_ref().map(|bounds| {
            let at = self.arguments.place(ctx.index);
            let offset = bounds.spans(&at).map(|span| span.map_or(0, |(start, _)| start)).collect();
            Origin { offset, shape: bounds.shape().collect() }
        });
        let parts = partial_fused(&self.program, &chunks, &shape, self.op, &self.axes, origin.as_ref())?;
        Ok(tuple(parts))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The second phase, and with `finish` the third.
#[derive(Debug, Serialize, Deserialize)]
struct Combine {
    op: ReduceOp,
    finish: Option<Finish>,
}

/// What the last phase needs to know.
#[derive(Debug, Serialize, Deserialize)]
struct Finish {
    input: DType,
    axes: AxisList,
    keepdims: bool,
}

register_operation!(Combine, "array.reduce-combine");

impl Operation for Combine {
    fn name(&self) -> &'static str {
        "array.reduce-combine"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let parts = inputs.into_iter().map(chunks_of).collect::<Result<Vec<_>>>()?;
        // Chunks with nothing to reduce have no partial result; without any, one of them says so.
        let mut found: Vec<Vec<Chunk>> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        let combined = match found.len() {
            0 => Vec::new(),
            1 => found.pop().unwrap_or_default(),
            _ => combine(self.op, found)?,
        };
        match &self.finish {
            None => Ok(tuple(combined)),
            Some(f) => Ok(finalize(self.op, f.input, combined, &f.axes, f.keepdims)?.into()),
        }
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

pub(super) fn tuple(parts: Vec<Chunk>) -> Block {
    Block::Tuple(parts.into_iter().map(Block::from).collect())
}

pub(super) fn chunks_of(block: Block) -> Result<Vec<Chunk>> {
    let parts = block.into_tuple()?;
    parts.iter().map(|p| p.clone().into_chunk().map(std::sync::Arc::unwrap_or_clone)).collect()
}

/// The layers of a reduction.
pub(crate) fn reduce(node: &Reduce, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let (arguments, sources) = Arguments::of(expr, &node.mapped, to)?;
    let bounds = if node.op.is_arg() {
        node.mapped.shape()?;
        Some(Bounds::of(&node.mapped))
    } else {
        None
    };
    let partial =
        Partial { program: node.program.clone(), op: node.op, axes: node.axes.clone(), arguments, bounds };
    let name = node.op.name();
    let key = Key::of("reduce-partial").key(expr.key()).finish();
    let blocks = node.mapped.blocks();
    let tasks =
        to.layer(key, &format!("{name}-partial"), partial, blocks, Annotations::default(), |i, out| {
            sources.push(i, out);
        })?;
    let mut grid = Grid::new(node.mapped.grid(), tasks)?;
    let fan_in = FanIn::new(&node.axes, grid.blocks(), node.split_every);
    for level in 0u64.. {
        if fan_in.is_last(grid.blocks()) {
            break;
        }
        let key = Key::of("reduce-combine").key(expr.key()).u64(level).finish();
        let operation = Combine { op: node.op, finish: None };
        grid = fan_in.layer(&grid, (key, &format!("{name}-combine")), operation, to)?;
    }
    let finish = Finish { input: node.mapped_dtype(), axes: node.axes.clone(), keepdims: node.keepdims };
    let operation = Combine { op: node.op, finish: Some(finish) };
    let reduced = fan_in.layer(&grid, (expr.key(), node.op.name()), operation, to)?;
    Grid::new(expr.chunks().grid(), reduced.tasks())
}
