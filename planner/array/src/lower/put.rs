//! Elements replaced in the chunks that an index touches; the others are the array's own.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_kernels::put as put_chunk;

use super::elementwise::annotations;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::Put;

/// Replaces elements of one chunk.
#[derive(Debug, Serialize, Deserialize)]
struct PutChunks {
    /// For every chunk touched along every axis: the positions replaced.
    at: Vec<Vec<Vec<usize>>>,
}

register_operation!(PutChunks, "array.put");

impl Operation for PutChunks {
    fn name(&self) -> &'static str {
        "array.put"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let grid: Shape = self.at.iter().map(Vec::len).collect();
        let place = coordinates(ctx.index as usize, &grid);
        let at: Vec<Vec<usize>> =
            self.at.iter().zip(&place).map(|(along, i)| along.get(*i).cloned().unwrap_or_default()).collect();
        let mut chunks = inputs.into_iter().map(Block::into_chunk);
        let mut next = || chunks.next().unwrap_or_else(|| Err(Error::internal("set lacks an input")));
        let (chunk, values) = (next()?, next()?);
        Ok(put_chunk(&chunk, &at, &values)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of the chunks touched, among the array's other chunks.
pub(crate) fn put(node: &Put, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let [x, values] = expr.inputs() else { return Err(Error::internal("set takes two inputs")) };
    let (source, values) = (to.grid(x, expr)?, to.grid(values, expr)?);
    // The chunks touched along each axis, in the order of the chunks: which one, which chunk of the values, where.
    let touched: Vec<Vec<(usize, usize)>> = node
        .pieces
        .iter()
        .map(|along| along.iter().enumerate().filter_map(|(b, p)| Some((b, p.as_ref()?.0))).collect())
        .collect();
    let at =
        node.pieces.iter().map(|along| along.iter().flatten().map(|(_, at)| at.clone()).collect()).collect();
    let small: Shape = touched.iter().map(Vec::len).collect();
    let place = |i: usize| -> (Shape, Shape) {
        let at = coordinates(i, &small);
        touched.iter().zip(&at).filter_map(|(along, i)| along.get(*i).copied()).unzip()
    };
    let count = small.iter().product();
    let tasks = to.layer(expr.key(), "set", PutChunks { at }, count, annotations(expr), |i, out| {
        let (own, value) = place(i);
        out.push(source.task(own));
        out.push(values.broadcast_task(&value));
    })?;
    let mut all = source.tasks().to_vec();
    let grid = expr.chunks().grid();
    for (i, task) in tasks.into_iter().enumerate() {
        let index = place(i).0.iter().zip(&grid).fold(0, |index, (i, n)| index * n + i);
        if let Some(slot) = all.get_mut(index) {
            *slot = task;
        }
    }
    Grid::new(grid, all)
}
