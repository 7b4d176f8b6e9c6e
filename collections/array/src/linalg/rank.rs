//! Ranks and condition numbers from singular values.

use swath_array_plan::{self as plan, Axes, Expr, Operand};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, convert_scalar};

use super::inexact::lengths;
use super::least_squares::precision;
use super::svd;
use crate::{Array, Numeric};

/// How many singular values are not about zero, a scalar, as `numpy.linalg.matrix_rank`: those above the largest times
/// the machine precision times the longer side of `a`.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::ShapeMismatch`] when `a` has not two axes.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::arange(20).astype::<f64>().reshape([10, 2]);
/// assert_eq!(da::linalg::matrix_rank(&a).item()?, 2);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn matrix_rank<T: Numeric>(a: &Array<T>) -> Array<i64> {
    let rank = |a: &Expr| {
        let (rows, columns) = lengths(a, "matrix_rank")?;
        let s = svd::values(a)?;
        let large = above(&s, rows.max(columns) as f64 * precision(s.dtype()))?;
        plan::reduce(&large, ReduceOp::CountNonzero, &Axes::all(), None)
    };
    Array::new(a.expr().and_then(rank))
}

/// The condition number, the largest singular value over the smallest, as `numpy.linalg.cond`.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::ShapeMismatch`] when `a` has not two axes;
/// [`swath_error::ErrorKind::InvalidArgument`] when it is empty.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::array(vec![4.0_f64, 0.0, 0.0, 2.0]).reshape([2, 2]);
/// assert!((da::linalg::cond(&a).item()? - 2.0).abs() < 1e-14);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn cond<T: Numeric>(a: &Array<T>) -> Array<<T::Mean as Numeric>::Real> {
    let ratio = |a: &Expr| {
        let s = svd::values(a)?;
        let largest = plan::reduce(&s, ReduceOp::Max, &Axes::all(), None)?;
        let smallest = plan::reduce(&s, ReduceOp::Min, &Axes::all(), None)?;
        let ratio = plan::binary(BinaryOp::Divide, (&largest).into(), (&smallest).into())?;
        // Of zeros; NaN in the matrix is an error of the decomposition.
        let infinite = convert_scalar(Scalar::F64(f64::INFINITY), s.dtype());
        let undefined = plan::unary(UnaryOp::IsNan, &ratio)?;
        plan::select(&undefined, Operand::Scalar { value: infinite, weak: false }, (&ratio).into())
    };
    Array::new(a.expr().and_then(ratio))
}

/// Which singular values are above the largest times `tolerance`.
pub(super) fn above(s: &Expr, tolerance: f64) -> Result<Expr> {
    if s.shape()?.contains(&0) {
        return plan::binary(BinaryOp::Greater, s.into(), Operand::literal(0i64));
    }
    let largest = plan::reduce(s, ReduceOp::Max, &Axes::all(), None)?;
    let tolerance = Operand::Scalar { value: convert_scalar(Scalar::F64(tolerance), s.dtype()), weak: false };
    let least = plan::binary(BinaryOp::Multiply, (&largest).into(), tolerance)?;
    plan::binary(BinaryOp::Greater, s.into(), (&least).into())
}
