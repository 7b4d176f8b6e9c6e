//! Elements picked along an axis by a list of positions.

use std::sync::Arc;

use swath_error::Result;

use crate::axes::normalize_axis;
use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::index::position_on;
use crate::lower::{Grid, Lowering};

/// Positions along an axis, in the order of the result.
pub(crate) struct Take {
    pub(crate) axis: usize,
    pub(crate) positions: Arc<[usize]>,
}

/// The elements at `positions` along an axis; negative positions count from the end, repeats are allowed.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] with NumPy's message for a position out of bounds.
pub fn take_along(x: &Expr, positions: &[isize], axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    let n = x.chunks().axis(axis)?.length()?;
    let positions = positions.iter().map(|i| position_on(*i, axis, n)).collect::<Result<Vec<_>>>()?;
    take(x, axis, &positions)
}

pub(super) fn take(x: &Expr, axis: usize, positions: &[usize]) -> Result<Expr> {
    let source = x.chunks().axis(axis)?;
    let largest = source.largest().max(1);
    let chunks = x.chunks().clone().with_axis(axis, Axis::regular(positions.len(), largest));
    make(x, axis, positions.into(), chunks)
}

fn make(x: &Expr, axis: usize, positions: Arc<[usize]>, chunks: Chunks) -> Result<Expr> {
    let key = key_of("take", &(axis, &positions), std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), chunks, Take { axis, positions }, [x.clone()])
}

impl ArrayNode for Take {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        take(super::sole(&inputs)?, self.axis, &self.positions)
    }

    fn label(&self) -> String {
        format!("take({} positions, axis {})", self.positions.len(), self.axis)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::take(self, expr, to)
    }
}
