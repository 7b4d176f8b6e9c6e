//! Slices of chunks.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation, with_dtype,
};
use swath_error::Result;
use swath_kernels::{SliceIndex, contiguous, slice as slice_chunk};

use super::blockwise::only;
use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::chunks::Axis;
use crate::expr::Expr;
use crate::index::{AxisSlice, Piece, slice_pieces};
use crate::nodes::Slice;

/// Takes a slice of one chunk each.
#[derive(Debug, Serialize, Deserialize)]
struct SliceChunks {
    /// What is taken of which chunk, along each axis.
    pieces: Vec<Vec<Piece>>,
}

register_operation!(SliceChunks, "array.slice");

impl SliceChunks {
    /// The pieces of task `index`, one per axis.
    fn at(&self, index: usize) -> Vec<Piece> {
        let grid: Shape = self.pieces.iter().map(Vec::len).collect();
        let at = coordinates(index, &grid);
        self.pieces.iter().zip(&at).filter_map(|(pieces, i)| pieces.get(*i).copied()).collect()
    }
}

impl Operation for SliceChunks {
    fn name(&self) -> &'static str {
        "array.slice"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunk = only(inputs)?;
        let slices: Vec<AxisSlice> = self.at(ctx.index as usize).into_iter().map(|p| p.slice).collect();
        if slices.iter().zip(chunk.shape()).all(|(s, n)| s.is_full(*n)) {
            return Ok(chunk.into());
        }
        Ok(part_of(&chunk, &slices.iter().map(range).collect::<Vec<_>>())?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// A part of a chunk as the result of a task. A view keeps the whole chunk in memory: a small part is copied out of it.
pub(super) fn part_of(chunk: &Chunk, index: &[SliceIndex]) -> Result<Chunk> {
    let part = slice_chunk(chunk, index)?;
    if part.len() * 2 < chunk.len() { contiguous_copy(&part) } else { Ok(part) }
}

/// The part with a buffer of its own.
pub(super) fn contiguous_copy(part: &Chunk) -> Result<Chunk> {
    if !part.is_contiguous() {
        return contiguous(part);
    }
    with_dtype!(part.dtype(), T => {
        let values: Vec<T> = part.as_slice::<T>()?.unwrap_or(&[]).to_vec();
        Chunk::from_vec(values, part.shape())
    })
}

pub(super) fn range(s: &AxisSlice) -> SliceIndex {
    SliceIndex::Range { start: s.start, step: s.step, len: s.len }
}

/// The layer of a slice.
pub(crate) fn slice(node: &Slice, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = expr.input()?;
    let grid = to.grid(input, expr)?;
    let axes = input.chunks().axes();
    let pieces = axes.iter().zip(&node.slices).map(|(a, s)| slice_pieces(a, *s)).collect::<Result<_>>()?;
    let operation = SliceChunks { pieces };
    let whole = |(axis, pieces): (&Axis, &Vec<Piece>)| {
        let sizes = axis.sizes().unwrap_or_default();
        pieces.iter().all(|p| sizes.get(p.block).is_some_and(|n| p.slice.is_full(*n)))
    };
    // Whole chunks are those of the input.
    let free = axes.iter().zip(&operation.pieces).all(whole);
    let sources: Vec<_> =
        (0..expr.chunks().blocks()).map(|i| grid.task(operation.at(i).iter().map(|p| p.block))).collect();
    if free {
        return Grid::new(expr.chunks().grid(), sources);
    }
    let tasks = to.layer(expr.key(), "slice", operation, sources.len(), annotations(expr), |i, out| {
        out.extend(sources.get(i));
    })?;
    Grid::new(expr.chunks().grid(), tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_do_not_keep_the_whole_chunk() {
        let chunk = Chunk::from_vec((0..64 * 64).map(f64::from).collect(), &[64, 64]).unwrap();
        let whole = chunk.as_slice::<f64>().unwrap().unwrap().as_ptr_range();
        let range = |start, len| SliceIndex::Range { start, step: 1, len };
        for index in [[range(8, 2), range(0, 64)], [range(0, 64), range(8, 2)], [range(8, 1), range(8, 1)]] {
            let part = part_of(&chunk, &index).unwrap();
            let own = part.as_slice::<f64>().unwrap().expect("the part lies in one piece");
            assert!(!whole.contains(&own.as_ptr()), "{index:?} is a view");
            assert_eq!(own.len(), part.len());
        }
        let most = part_of(&chunk, &[range(1, 63), range(0, 64)]).unwrap();
        assert!(
            whole.contains(&most.as_slice::<f64>().unwrap().unwrap().as_ptr()),
            "a large part is not copied"
        );
    }
}
