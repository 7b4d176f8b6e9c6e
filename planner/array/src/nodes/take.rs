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
    /// The chunks of the result along the axis.
    pub(crate) along: Axis,
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

/// The elements at the positions of each group, group after group; a group is never cut, and as many of them are one chunk
/// as the array's chunks hold.
///
/// # Errors
/// As [`take_along`].
pub fn take_groups(x: &Expr, groups: &[Vec<isize>], axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    let n = x.chunks().axis(axis)?.length()?;
    let most = x.chunks().axis(axis)?.largest();
    let mut sizes: Vec<usize> = Vec::new();
    for group in groups.iter().filter(|g| !g.is_empty()) {
        match sizes.last_mut() {
            Some(size) if *size + group.len() <= most => *size += group.len(),
            _ => sizes.push(group.len()),
        }
    }
    let positions = groups.iter().flatten().map(|i| position_on(*i, axis, n)).collect::<Result<Vec<_>>>()?;
    make(x, axis, positions.into(), Axis::known(sizes))
}

pub(super) fn take(x: &Expr, axis: usize, positions: &[usize]) -> Result<Expr> {
    let largest = x.chunks().axis(axis)?.largest().max(1);
    make(x, axis, positions.into(), Axis::regular(positions.len(), largest))
}

fn make(x: &Expr, axis: usize, positions: Arc<[usize]>, along: Axis) -> Result<Expr> {
    let key = key_of("take", &(axis, &positions, along.sizes()?), std::slice::from_ref(x))?;
    let chunks: Chunks = x.chunks().clone().with_axis(axis, along.clone());
    Expr::new(key, x.dtype(), chunks, Take { axis, positions, along }, [x.clone()])
}

impl ArrayNode for Take {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        make(super::sole(&inputs)?, self.axis, self.positions.clone(), self.along.clone())
    }

    fn label(&self) -> String {
        format!("take({} positions, axis {})", self.positions.len(), self.axis)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::take(self, expr, to)
    }
}
