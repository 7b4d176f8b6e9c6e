//! Reductions: one partial result per chunk, a tree of combinations along the reduced axes, one finish.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Inputs, Operation, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_graph::{Annotations, Key};
use swath_kernels::{Feed, Origin, Program, ReduceOp, combine, concat, finalize, partial_fed};

use super::arguments::Arguments;
use super::fan_in::FanIn;
use super::opened::{Opened, Pieces};
use super::{Grid, Lowering};
use crate::axes::AxisList;
use crate::chunks::Bounds;
use crate::expr::Expr;
use crate::nodes::Reduce;

/// Rows of a piece, along an axis that is reduced, that are worth partial results of their own.
const FEW: usize = 16;

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
        let opened = self.arguments.open(inputs, ctx.index)?;
        let origin = self.origin(ctx.index);
        // A piece gives much less than it takes.
        let axis = opened.shape().iter().position(|n| *n > 1);
        let least = if axis.is_some_and(|axis| self.axes.contains(&axis)) { FEW } else { 1 };
        let parts = match opened.pieces(least) {
            None => self.reduce(opened.feeds(ctx)?, opened.shape(), origin.as_ref())?,
            Some(pieces) => self.reduce_together(&opened, &pieces, origin.as_ref(), ctx)?,
        };
        Ok(tuple(parts))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&Self {
            program: self.program.clone(),
            axes: self.axes.clone(),
            arguments: self.arguments.travelling()?,
            bounds: self.bounds.clone(),
            ..*self
        })
    }
}

impl Partial {
    /// Where the chunk of task `index` lies, for reductions that give positions.
    fn origin(&self, index: u32) -> Option<Origin> {
        let bounds = self.bounds.as_ref()?;
        let at = self.arguments.place(index);
        let offset = bounds.spans(&at).map(|span| span.map_or(0, |(start, _)| start)).collect();
        Some(Origin { offset, shape: bounds.shape().collect() })
    }

    fn reduce(&self, feeds: Vec<Feed<'_>>, shape: &[usize], origin: Option<&Origin>) -> Result<Vec<Chunk>> {
        partial_fed(&self.program, feeds, shape, self.op, &self.axes, origin)
    }

    /// Reduces the pieces of a chunk with the threads that have nothing else to do.
    fn reduce_together(
        &self,
        opened: &Opened<'_>,
        pieces: &Pieces,
        origin: Option<&Origin>,
        ctx: &TaskContext<'_>,
    ) -> Result<Vec<Chunk>> {
        let found: Vec<OnceLock<Result<Vec<Chunk>>>> = (0..pieces.count()).map(|_| OnceLock::new()).collect();
        let reduce = |i: usize| {
            ctx.check_cancelled()?;
            let mut origin = origin.cloned();
            if let Some(start) = origin.as_mut().and_then(|o| o.offset.get_mut(pieces.axis)) {
                *start += pieces.rows(i).start;
            }
            self.reduce(opened.piece(ctx, pieces, i)?, &opened.piece_shape(pieces, i), origin.as_ref())
        };
        ctx.together().each(pieces.count(), &|i| {
            if let Some(slot) = found.get(i) {
                slot.get_or_init(|| reduce(i));
            }
        });
        let lost = || Err(Error::internal("a piece of a chunk was not reduced"));
        let parts =
            found.into_iter().map(|slot| slot.into_inner().unwrap_or_else(lost)).collect::<Result<_>>()?;
        if self.axes.contains(&pieces.axis) { combine(self.op, parts) } else { joined(parts, pieces.axis) }
    }
}

/// The partial results of pieces, which lie side by side along an axis that is not reduced.
fn joined(parts: Vec<Vec<Chunk>>, axis: usize) -> Result<Vec<Chunk>> {
    let count = parts.first().map_or(0, Vec::len);
    let part = |k: usize| parts.iter().filter_map(|p| p.get(k).cloned()).collect::<Vec<_>>();
    (0..count).map(|k| concat(&part(k), axis)).collect()
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
    let (arguments, sources) = Arguments::in_bands(expr, &node.mapped, to)?;
    let bounds = if node.op.is_arg() {
        node.mapped.shape()?;
        Some(Bounds::of(&node.mapped))
    } else {
        None
    };
    let annotations = Annotations { producer: arguments.read(), ..Annotations::default() };
    let partial =
        Partial { program: node.program.clone(), op: node.op, axes: node.axes.clone(), arguments, bounds };
    let name = node.op.name();
    let key = Key::of("reduce-partial").key(expr.key()).finish();
    let blocks = node.mapped.blocks();
    let tasks = to.layer(key, &format!("{name}-partial"), partial, blocks, annotations, |i, out| {
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
