//! Sorting along an axis, which becomes one chunk.

use swath_block::DType;
use swath_error::Result;

use super::{like_first, whole_along};
use crate::axes::normalize_axis;
use crate::expr::Expr;
use crate::kernels::ChunkKernel;

/// The elements sorted along an axis, NaN last.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for an axis that is not there; [`swath_error::ErrorKind::Unsupported`] when
/// the axis is cut into chunks of unknown lengths.
pub fn sort(x: &Expr, axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    like_first(ChunkKernel::Sort { axis }, x.dtype(), vec![whole_along(x, axis)?])
}

/// The positions that sort along an axis; equal elements keep their order.
///
/// # Errors
/// As [`sort`].
pub fn argsort(x: &Expr, axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    like_first(ChunkKernel::Argsort { axis }, DType::I64, vec![whole_along(x, axis)?])
}
