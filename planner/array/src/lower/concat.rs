//! Grids put side by side: no task at all.

use swath_error::Result;

use super::{Grid, Lowering, coordinates};
use crate::chunks::starts_of;
use crate::expr::Expr;
use crate::nodes::Concat;

/// The tasks of the inputs, in the order of the joined grid.
pub(crate) fn concat(node: &Concat, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let inputs = expr.inputs().iter().map(|e| to.grid(e, expr)).collect::<Result<Vec<_>>>()?;
    let blocks = expr.chunks().grid();
    let mut tasks = Vec::with_capacity(expr.chunks().blocks());
    let starts = starts_of(inputs.iter().map(|g| g.blocks().get(node.axis).copied().unwrap_or(0)));
    for index in 0..expr.chunks().blocks() {
        let mut at = coordinates(index, &blocks);
        let Some(i) = at.get_mut(node.axis) else { continue };
        // Inputs have at least one chunk each, so that no two of them start at the same place.
        let input = starts.partition_point(|start| start <= i).saturating_sub(1);
        *i -= starts.get(input).copied().unwrap_or(0);
        tasks.extend(inputs.get(input).map(|g| g.task(at.iter().copied())));
    }
    Grid::new(blocks, tasks)
}
