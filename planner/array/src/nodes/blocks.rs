//! Some of the chunks of an array, in another order if need be. Costs no task.

use swath_error::Result;

use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::index::{AxisSlice, Index, plan_index};
use crate::lower::{Grid, Lowering};

/// Which chunks, along each axis.
#[derive(Clone)]
pub(crate) struct Blocks {
    pub(crate) picks: Vec<Vec<usize>>,
}

/// The chunks at `items` of the grid of chunks: positions, ranges and one list of positions, as an index has them. Axes
/// stay, with the chunks picked.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when a position is out of bounds of the grid, or no chunk is left.
pub fn blocks(x: &Expr, items: &[Index]) -> Result<Expr> {
    let grid = x.chunks().grid();
    if items.contains(&Index::NewAxis) {
        return Err(swath_error::Error::argument("chunks cannot be indexed with a new axis"));
    }
    let plan = plan_index(items, &grid)?;
    let line = |s: &AxisSlice| (0..s.len).map(|i| s.at(i)).collect::<Vec<_>>();
    let mut picks: Vec<Vec<usize>> = plan.slices.iter().map(line).collect();
    if let Some((axis, list)) = plan.list
        && let Some(slot) = picks.get_mut(axis)
    {
        *slot = list;
    }
    if let Some(axis) = picks.iter().position(Vec::is_empty) {
        return Err(swath_error::Error::argument(format!("no chunk is left along axis {axis}"))
            .with_help("an array has at least one chunk along each axis"));
    }
    Blocks { picks }.of(x)
}

impl Blocks {
    fn of(self, x: &Expr) -> Result<Expr> {
        let along = |(axis, picks): (&Axis, &Vec<usize>)| match axis {
            Axis::Known(sizes) => {
                Axis::known(picks.iter().filter_map(|i| sizes.get(*i).copied()).collect::<Vec<_>>())
            }
            Axis::Unknown(_) => Axis::Unknown(picks.len()),
        };
        let chunks = Chunks::new(x.chunks().axes().iter().zip(&self.picks).map(along));
        let key = key_of("blocks", &self.picks, std::slice::from_ref(x))?;
        Expr::new(key, x.dtype(), chunks, self, [x.clone()])
    }
}

impl ArrayNode for Blocks {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().of(super::sole(&inputs)?)
    }

    fn label(&self) -> String {
        let count: Vec<usize> = self.picks.iter().map(Vec::len).collect();
        format!("blocks{count:?}")
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::blocks(self, expr, to)
    }
}
