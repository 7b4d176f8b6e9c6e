//! Nodes whose chunks are views of one chunk each: axes permuted, broadcast, reshaped.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, Inputs, Operation, Shape, Strides, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_kernels::{broadcast_to, reshape as reshape_chunk};

use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::expr::{Expr, Node};

/// The chunk of a task that reads one.
pub(super) fn only(inputs: Inputs) -> Result<Chunk> {
    let block = inputs.into_iter().next().ok_or_else(|| Error::internal("a task has no input"))?;
    Ok(std::sync::Arc::unwrap_or_clone(block.into_chunk()?))
}

/// Axes in another order.
#[derive(Debug, Serialize, Deserialize)]
struct PermuteAxes {
    axes: Vec<Option<usize>>,
}

register_operation!(PermuteAxes, "array.permute");

impl Operation for PermuteAxes {
    fn name(&self) -> &'static str {
        "array.permute"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let chunk = only(inputs)?;
        let pick = |of: &[usize], new: usize| -> Shape {
            self.axes.iter().map(|a| a.and_then(|a| of.get(a).copied()).unwrap_or(new)).collect()
        };
        let strides: Strides = pick(chunk.strides(), 0);
        Ok(chunk.restride(pick(chunk.shape(), 1), strides, chunk.offset())?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of permuted axes.
pub(crate) fn permute(expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let Node::Permute(node) = expr.node() else { return Err(Error::internal("not a permutation")) };
    let input = to.grid(expr.input()?, expr)?;
    let blocks = expr.chunks().grid();
    let source = |index: usize| {
        let at = coordinates(index, &blocks);
        let mut own = vec![0; input.blocks().len()];
        for (axis, i) in node.axes.iter().zip(&at) {
            if let Some(slot) = axis.and_then(|a| own.get_mut(a)) {
                *slot = *i;
            }
        }
        input.task(own)
    };
    let operation = PermuteAxes { axes: node.axes.to_vec() };
    let tasks =
        to.layer(expr.key(), "axes", operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            out.push(source(i));
        })?;
    Grid::new(blocks, tasks)
}

/// Chunks of given lengths along each axis.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Lengths(Vec<Vec<usize>>);

impl Lengths {
    pub(super) fn of(expr: &Expr) -> Result<Self> {
        expr.chunks().axes().iter().map(|a| Ok(a.sizes()?.to_vec())).collect::<Result<_>>().map(Self)
    }

    /// The shape of chunk `index`.
    pub(super) fn shape(&self, index: u32) -> Shape {
        let grid: Shape = self.0.iter().map(Vec::len).collect();
        let at = coordinates(index as usize, &grid);
        self.0.iter().zip(&at).map(|(sizes, i)| sizes.get(*i).copied().unwrap_or(0)).collect()
    }
}

/// Gives every chunk another shape.
#[derive(Debug, Serialize, Deserialize)]
struct ReshapeChunks(Lengths);

register_operation!(ReshapeChunks, "array.reshape");

impl Operation for ReshapeChunks {
    fn name(&self) -> &'static str {
        "array.reshape"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        Ok(reshape_chunk(&only(inputs)?, &self.0.shape(ctx.index))?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of reshaped chunks.
pub(crate) fn reshape(expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = to.grid(expr.input()?, expr)?;
    let operation = ReshapeChunks(Lengths::of(expr)?);
    let tasks =
        to.layer(expr.key(), "reshape", operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            out.extend(input.tasks().get(i));
        })?;
    Grid::new(expr.chunks().grid(), tasks)
}

/// Repeats chunks along axes of length 1.
#[derive(Debug, Serialize, Deserialize)]
struct BroadcastChunks(Lengths);

register_operation!(BroadcastChunks, "array.broadcast");

impl Operation for BroadcastChunks {
    fn name(&self) -> &'static str {
        "array.broadcast"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        Ok(broadcast_to(&only(inputs)?, &self.0.shape(ctx.index))?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of a broadcast array.
pub(crate) fn broadcast(expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = to.grid(expr.input()?, expr)?;
    let blocks = expr.chunks().grid();
    let operation = BroadcastChunks(Lengths::of(expr)?);
    let tasks =
        to.layer(expr.key(), "broadcast", operation, expr.chunks().blocks(), annotations(expr), |i, out| {
            out.push(input.broadcast_task(&coordinates(i, &blocks)));
        })?;
    Grid::new(blocks, tasks)
}
