//! New chunks assembled from pieces of old ones.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, DType, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation,
};
use swath_error::Result;
use swath_kernels::{assemble, slice as slice_chunk};

use super::elementwise::annotations;
use super::slice::range;
use super::{Grid, Lowering, coordinates};
use crate::chunks::starts_of;
use crate::expr::Expr;
use crate::index::{AxisSlice, Piece, pieces_of};

/// Assembles every new chunk from the old chunks it overlaps.
#[derive(Debug, Serialize, Deserialize)]
struct Assemble {
    dtype: DType,
    /// For every new chunk along each axis: the pieces of old chunks it is made of.
    pieces: Vec<Vec<Vec<Piece>>>,
}

register_operation!(Assemble, "array.rechunk");

impl Assemble {
    /// The pieces along each axis for the new chunk `index`.
    fn at(&self, index: usize) -> Vec<&[Piece]> {
        let grid: Shape = self.pieces.iter().map(Vec::len).collect();
        let at = coordinates(index, &grid);
        self.pieces.iter().zip(&at).map(|(axis, i)| axis.get(*i).map_or(&[][..], Vec::as_slice)).collect()
    }
}

/// Every combination of one piece per axis, the last axis fastest.
fn combinations<'a>(along: &[&'a [Piece]]) -> impl Iterator<Item = Vec<&'a Piece>> {
    let counts: Shape = along.iter().map(|p| p.len()).collect();
    let along = along.to_vec();
    (0..counts.iter().product::<usize>()).map(move |i| {
        let at = coordinates(i, &counts);
        along.iter().zip(&at).filter_map(|(pieces, i)| pieces.get(*i)).collect()
    })
}

impl Operation for Assemble {
    fn name(&self) -> &'static str {
        "array.rechunk"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let along = self.at(ctx.index as usize);
        let shape: Vec<usize> = along.iter().map(|pieces| pieces.iter().map(|p| p.slice.len).sum()).collect();
        let starts: Vec<Vec<usize>> =
            along.iter().map(|pieces| starts_of(pieces.iter().map(|p| p.slice.len))).collect();
        let counts: Shape = along.iter().map(|p| p.len()).collect();
        let mut parts = Vec::with_capacity(inputs.len());
        for (i, (block, pieces)) in inputs.into_iter().zip(combinations(&along)).enumerate() {
            let index: Vec<_> = pieces.iter().map(|p| range(&p.slice)).collect();
            let place = coordinates(i, &counts);
            let at = starts.iter().zip(&place).map(|(s, i)| s.get(*i).copied().unwrap_or(0)).collect();
            let part = slice_chunk(&*block.into_chunk()?, &index)?;
            parts.push((at, part));
        }
        Ok(assemble(self.dtype, &shape, &parts)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of rechunked blocks.
pub(crate) fn rechunk(expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = expr.input()?;
    let grid = to.grid(input, expr)?;
    let mut pieces = Vec::with_capacity(expr.ndim());
    for (old, new) in input.chunks().axes().iter().zip(expr.chunks().axes()) {
        let (sizes, old_starts, starts) = (old.sizes()?, old.starts()?, new.starts()?);
        let cuts = starts.iter().zip(new.sizes()?);
        pieces.push(
            cuts.map(|(s, n)| pieces_of(sizes, &old_starts, AxisSlice::range(*s, *n))).collect::<Vec<_>>(),
        );
    }
    let operation = Assemble { dtype: expr.dtype(), pieces };
    let sources: Vec<Vec<_>> = (0..expr.chunks().blocks())
        .map(|i| combinations(&operation.at(i)).map(|p| grid.task(p.iter().map(|p| p.block))).collect())
        .collect();
    let tasks = to.layer(expr.key(), "rechunk", operation, sources.len(), annotations(expr), |i, out| {
        out.extend(sources.get(i).into_iter().flatten());
    })?;
    Grid::new(expr.chunks().grid(), tasks)
}
