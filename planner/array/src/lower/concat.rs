//! Grids put side by side: no task at all.

use swath_error::Result;

use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::Concat;

/// The tasks of the inputs, in the order of the joined grid.
pub(crate) fn concat(node: &Concat, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let inputs = expr.inputs().iter().map(|e| to.grid(e, expr)).collect::<Result<Vec<_>>>()?;
    let blocks = expr.chunks().grid();
    let mut tasks = Vec::with_capacity(expr.chunks().blocks());
    for index in 0..expr.chunks().blocks() {
        let mut at = coordinates(index, &blocks);
        let mut inputs = inputs.iter();
        let mut grid = inputs.next();
        while let Some(g) = grid
            && let Some(i) = at.get_mut(node.axis)
            && let Some(n) = g.blocks().get(node.axis)
            && *i >= *n
        {
            *i -= n;
            grid = inputs.next();
        }
        tasks.extend(grid.map(|g| g.task(at.iter().copied())));
    }
    Grid::new(blocks, tasks)
}
