//! Some of a grid's tasks: no task at all.

use swath_error::Result;

use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::Blocks;

/// The tasks of the chunks picked.
pub(crate) fn blocks(node: &Blocks, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let source = to.grid(expr.input()?, expr)?;
    let grid = expr.chunks().grid();
    let task = |i: usize| {
        let at = coordinates(i, &grid);
        source.task(node.picks.iter().zip(&at).map(|(p, i)| p.get(*i).copied().unwrap_or(usize::MAX)))
    };
    Grid::new(grid.clone(), (0..expr.chunks().blocks()).map(task).collect::<Vec<_>>())
}
