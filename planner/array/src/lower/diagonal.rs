//! Diagonals of chunks.

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Inputs, Operation, Shape, Strides, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};

use super::blockwise::only;
use super::elementwise::annotations;
use super::slice::contiguous_copy;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::{Diagonal, Span};

/// Takes part of the diagonal of one chunk each.
#[derive(Debug, Serialize, Deserialize)]
struct TakeDiagonal {
    grid: Shape,
    /// What is taken, along the last axis of the grid.
    spans: Vec<Span>,
}

register_operation!(TakeDiagonal, "array.diagonal");

impl TakeDiagonal {
    /// What task `index` takes.
    fn span(&self, index: usize) -> Option<Span> {
        coordinates(index, &self.grid).last().and_then(|i| self.spans.get(*i)).copied()
    }
}

impl Operation for TakeDiagonal {
    fn name(&self) -> &'static str {
        "array.diagonal"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunk = only(inputs)?;
        let span = self.span(ctx.index as usize);
        let (Some(span), [others @ .., rows, columns]) = (span, chunk.shape()) else {
            return Err(Error::internal("a task of a diagonal has nothing to take"));
        };
        let [outer @ .., down, along] = chunk.strides() else {
            return Err(Error::internal("a chunk has fewer strides than axes"));
        };
        let (row, column) = span.at;
        if row + span.len > *rows || column + span.len > *columns {
            return Err(Error::internal(format!("a diagonal leaves its chunk of {rows} by {columns}")));
        }
        // One step along the diagonal is one along each axis.
        let shape: Shape = others.iter().copied().chain([span.len]).collect();
        let strides: Strides = outer.iter().copied().chain([down + along]).collect();
        let part = chunk.restride(shape, strides, chunk.offset() + row * down + column * along)?;
        Ok(contiguous_copy(&part)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of a diagonal.
pub(crate) fn diagonal(node: &Diagonal, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = to.grid(expr.input()?, expr)?;
    let grid = expr.chunks().grid();
    let operation = TakeDiagonal { grid: grid.clone(), spans: node.spans.clone() };
    let sources: Vec<_> = (0..expr.chunks().blocks())
        .map(|i| {
            let mut at = coordinates(i, &grid).to_vec();
            at.pop();
            let (row, column) = operation.span(i).map_or((0, 0), |s| s.blocks);
            input.task(at.into_iter().chain([row, column]))
        })
        .collect();
    let tasks = to.layer(expr.key(), "diagonal", operation, sources.len(), annotations(expr), |i, out| {
        out.extend(sources.get(i));
    })?;
    Grid::new(grid, tasks)
}
