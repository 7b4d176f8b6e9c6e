//! Ranges with steps along the axes, and what an index stands for.

use smallvec::SmallVec;
use swath_error::{Error, Result};

use super::{permute, take};
use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr, key_of};
use crate::index::{AxisSlice, Index, plan_index, sliced_axis};
use crate::lower::{Grid, Lowering};

/// One slice per axis.
pub(crate) struct Slice {
    pub(crate) slices: SmallVec<[AxisSlice; 4]>,
}

/// Basic indexing, and one list of positions.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] with NumPy's message for positions out of bounds or too many items.
pub fn index(x: &Expr, items: &[Index]) -> Result<Expr> {
    let plan = plan_index(items, &x.shape()?)?;
    let sliced = slice(x, &plan.slices)?;
    let taken = match plan.list {
        Some((axis, positions)) => take::take(&sliced, axis, &positions)?,
        None => sliced,
    };
    permute::permute(&taken, &plan.axes)
}

/// A range along every axis.
pub(crate) fn slice(x: &Expr, slices: &[AxisSlice]) -> Result<Expr> {
    if slices.len() != x.ndim() {
        return Err(Error::internal(format!("{} slices for {} axes", slices.len(), x.ndim())));
    }
    let axes = x.chunks().axes();
    if axes.iter().zip(slices).all(|(a, s)| a.known_len().is_some_and(|n| s.is_full(n))) {
        return Ok(x.clone());
    }
    let chunks = axes.iter().zip(slices).map(|(a, s)| sliced_axis(a, *s)).collect::<Result<Vec<_>>>()?;
    let key = key_of("slice", &slices, std::slice::from_ref(x))?;
    let node = Slice { slices: slices.into() };
    Expr::new(key, x.dtype(), Chunks::new(chunks), node, [x.clone()])
}

impl ArrayNode for Slice {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        slice(super::sole(&inputs)?, &self.slices)
    }

    fn label(&self) -> String {
        format!("slice[{}]", show_all(&self.slices))
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::slice(self, expr, to)
    }
}

/// Slices as one would write them, commas between.
pub(super) fn show_all(slices: &[AxisSlice]) -> String {
    slices.iter().map(show).collect::<Vec<_>>().join(", ")
}

/// `start..stop;step`, with the stop a negative step would have been given.
fn show(slice: &AxisSlice) -> String {
    let stop = slice.start as isize + slice.step * slice.len as isize;
    match slice.step {
        1 => format!("{}..{stop}", slice.start),
        step => format!("{}..{stop};{step}", slice.start),
    }
}
