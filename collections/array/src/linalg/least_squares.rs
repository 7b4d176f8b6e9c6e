//! Least squares and pseudo-inverses through the singular value decomposition.

use swath_array_plan::{self as plan, Axes, Expr, Operand};
use swath_block::{DType, Scalar};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, convert_scalar, promote};

use super::inexact::{adjoint, inexact, lengths};
use super::rank::above;
use super::svd;
use crate::{Array, Element, Numeric, Promote};

/// What [`lstsq`] finds.
#[derive(Clone)]
pub struct LeastSquares<T: Numeric> {
    /// The solution; of all solutions the shortest.
    pub x: Array<T>,
    /// The squared lengths of what is left, `b - a @ x`, one for each column of `b`.
    pub residuals: Array<T::Real>,
    /// The rank of `a`, a scalar.
    pub rank: Array<i64>,
    /// The singular values of `a`.
    pub s: Array<T::Real>,
}

/// The `x` for which `a @ x - b` is shortest, as `numpy.linalg.lstsq`; `b` is a vector or a matrix. Singular values below
/// the largest times the machine precision times the longer side of `a` count as zero.
///
/// Unlike NumPy's, residuals are there whatever the rank: it is not known before they are computed.
///
/// # Errors
/// In the arrays: [`ErrorKind::ShapeMismatch`] when `a` has not two axes or `b` has another number of rows.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let t = da::arange(100).astype::<f64>();
/// let a = da::stack(&[t.clone(), da::ones([100])], 1).chunks([25, -1]);
/// let found = da::linalg::lstsq(&a, &(t * 2.0 + 1.0));
/// let x = found.x.compute()?;
/// assert!((x[0] - 2.0).abs() < 1e-12 && (x[1] - 1.0).abs() < 1e-10);
/// assert_eq!(found.rank.item()?, 2);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn lstsq<T: Promote<U>, U: Element>(
    a: &Array<T>,
    b: &Array<U>,
) -> LeastSquares<<T::Out as Numeric>::Mean> {
    let [x, residuals, rank, s] = match a.expr().and_then(|a| solution(a, b.expr()?)) {
        Ok(parts) => parts.map(Ok),
        Err(e) => [(); 4].map(|()| Err(e.clone())),
    };
    LeastSquares {
        x: Array::new(x),
        residuals: Array::new(residuals),
        rank: Array::new(rank),
        s: Array::new(s),
    }
}

/// The Moore-Penrose pseudo-inverse, as `numpy.linalg.pinv`; singular values up to `1e-15` times the largest count as
/// zero, in single precision up to the longer side's length times its precision.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when `a` has not two axes.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::array(vec![1.0_f64, 0.0, 0.0, 2.0, 0.0, 0.0]).reshape([3, 2]);
/// let again = a.matmul(&da::linalg::pinv(&a)).matmul(&a);
/// assert!((again - &a).abs().max(..).item()? < 1e-14);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn pinv<T: Numeric>(a: &Array<T>) -> Array<T::Mean> {
    let inverse = |a: &Expr| {
        let (rows, columns) = lengths(a, "pinv")?;
        let (u, s, vh) = svd::factors(a)?;
        let tolerance = match s.dtype() {
            DType::F32 => rows.max(columns) as f64 * precision(s.dtype()),
            _ => 1e-15,
        };
        let scaled = divided(&adjoint(&vh)?, &s, &s, tolerance)?;
        plan::matmul(&scaled, &adjoint(&u)?)
    };
    Array::new(a.expr().and_then(inverse))
}

fn solution(a: &Expr, b: &Expr) -> Result<[Expr; 4]> {
    let (rows, columns) = lengths(a, "lstsq")?;
    if b.shape()?.first() != Some(&rows) || b.ndim() > 2 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("lstsq: a right-hand side of shape {} does not fit {rows} rows", b.chunks()),
        ));
    }
    let dtype = promote(inexact(a)?.dtype(), inexact(b)?.dtype());
    let (a, b) = (plan::astype(a, dtype)?, plan::astype(b, dtype)?);
    let (u, s, vh) = svd::factors(&a)?;
    let tolerance = rows.max(columns) as f64 * precision(dtype);
    let mut scaled = plan::matmul(&adjoint(&u)?, &b)?;
    let divisor = if b.ndim() == 2 { plan::expand_dims(&s, &Axes::from(1))? } else { s.clone() };
    scaled = divided(&scaled, &divisor, &s, tolerance)?;
    let x = plan::matmul(&adjoint(&vh)?, &scaled)?;
    let left = plan::binary(BinaryOp::Subtract, (&b).into(), (&plan::matmul(&a, &x)?).into())?;
    let size = plan::unary(UnaryOp::Square, &plan::unary(UnaryOp::Absolute, &left)?)?;
    let axes = if b.ndim() == 2 { Axes::from(0) } else { Axes::from(0).keepdims() };
    let residuals = plan::reduce(&size, ReduceOp::Sum, &axes, None)?;
    let rank = plan::reduce(&above(&s, tolerance)?, ReduceOp::CountNonzero, &Axes::all(), None)?;
    Ok([x, residuals, rank, s])
}

/// `x / divisor`, 0 where the divisor is at most `tolerance` times the largest of `s`, of which it is a view. The smallest
/// numbers have no reciprocal to multiply with.
fn divided(x: &Expr, divisor: &Expr, s: &Expr, tolerance: f64) -> Result<Expr> {
    let of = |value: f64, like: &Expr| Operand::Scalar {
        value: convert_scalar(Scalar::F64(value), like.dtype()),
        weak: false,
    };
    let mut large = above(s, tolerance)?;
    if divisor.ndim() > s.ndim() {
        large = plan::expand_dims(&large, &Axes::from(1))?;
    }
    let safe = plan::select(&large, divisor.into(), of(1.0, s))?;
    let quotient = plan::binary(BinaryOp::Divide, x.into(), (&safe).into())?;
    plan::select(&large, (&quotient).into(), of(0.0, &quotient))
}

/// The machine precision of a type.
pub(super) fn precision(dtype: DType) -> f64 {
    match dtype {
        DType::F32 | DType::C64 => f64::from(f32::EPSILON),
        _ => f64::EPSILON,
    }
}
