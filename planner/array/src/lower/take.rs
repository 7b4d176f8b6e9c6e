//! Elements picked by position: each result chunk gathers from the chunks its positions lie in.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_kernels::{concat, take as take_chunk};

use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::Take;

/// Gathers along one axis.
#[derive(Debug, Serialize, Deserialize)]
struct Gather {
    axis: usize,
    grid: Shape,
    /// For every result chunk along the axis: what it gathers.
    picks: Vec<Pick>,
}

/// What one result chunk gathers.
#[derive(Debug, Serialize, Deserialize)]
struct Pick {
    /// The chunks read, each with the positions taken of it.
    blocks: Vec<(usize, Vec<usize>)>,
    /// Where each element of the result stands among those taken, in the order they were taken.
    order: Vec<usize>,
}

register_operation!(Gather, "array.take");

impl Gather {
    fn pick(&self, index: usize) -> Option<&Pick> {
        let at = coordinates(index, &self.grid);
        at.get(self.axis).and_then(|i| self.picks.get(*i))
    }
}

impl Operation for Gather {
    fn name(&self) -> &'static str {
        "array.take"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let pick = self
            .pick(ctx.index as usize)
            .ok_or_else(|| Error::internal("a task of take has no positions"))?;
        let mut parts = Vec::with_capacity(inputs.len());
        for (block, (_, positions)) in inputs.into_iter().zip(&pick.blocks) {
            parts.push(take_chunk(&*block.into_chunk()?, self.axis, positions)?);
        }
        let joined = concat(&parts, self.axis)?;
        if pick.order.iter().copied().eq(0..pick.order.len()) {
            return Ok(joined.into());
        }
        Ok(take_chunk(&joined, self.axis, &pick.order)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// What the chunk that gathers `positions` reads, over chunks that start at `starts`.
fn pick(positions: &[usize], starts: &[usize]) -> Pick {
    let mut blocks: Vec<(usize, Vec<(usize, usize)>)> = Vec::new();
    for (slot, position) in positions.iter().enumerate() {
        let block = starts.partition_point(|s| s <= position).saturating_sub(1);
        let local = position - starts.get(block).copied().unwrap_or(0);
        match blocks.iter_mut().find(|(b, _)| *b == block) {
            Some((_, taken)) => taken.push((slot, local)),
            None => blocks.push((block, vec![(slot, local)])),
        }
    }
    let slots = blocks.iter().flat_map(|(_, taken)| taken.iter().map(|(slot, _)| *slot));
    let mut order = vec![0; positions.len()];
    for (i, slot) in slots.enumerate() {
        if let Some(o) = order.get_mut(slot) {
            *o = i;
        }
    }
    let strip = |taken: Vec<(usize, usize)>| taken.into_iter().map(|(_, local)| local).collect();
    let blocks: Vec<_> = blocks.into_iter().map(|(b, taken)| (b, strip(taken))).collect();
    // A chunk of no positions still has a shape: that of any chunk.
    Pick { blocks: if blocks.is_empty() { vec![(0, Vec::new())] } else { blocks }, order }
}

/// The layer of a take.
pub(crate) fn take(node: &Take, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = expr.input()?;
    let source = to.grid(input, expr)?;
    let starts = input.chunks().axis(node.axis)?.starts()?;
    let mut rest = &*node.positions;
    let mut picks = Vec::new();
    for n in expr.chunks().axis(node.axis)?.sizes()? {
        let (these, later) = rest.split_at_checked(*n).unwrap_or((rest, &[]));
        picks.push(pick(these, &starts));
        rest = later;
    }
    let grid = expr.chunks().grid();
    let operation = Gather { axis: node.axis, grid: grid.clone(), picks };
    let sources: Vec<Vec<_>> = (0..expr.chunks().blocks())
        .map(|i| {
            let at = coordinates(i, &grid);
            let block_at =
                |b: usize| at.iter().enumerate().map(move |(a, i)| if a == node.axis { b } else { *i });
            let blocks = operation.pick(i).map(|p| p.blocks.as_slice()).unwrap_or_default();
            blocks.iter().map(|(b, _)| source.task(block_at(*b).collect::<Vec<_>>())).collect()
        })
        .collect();
    let tasks = to.layer(expr.key(), "take", operation, sources.len(), annotations(expr), |i, out| {
        out.extend(sources.get(i).into_iter().flatten());
    })?;
    Grid::new(grid, tasks)
}
