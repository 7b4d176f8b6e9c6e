//! Norms of vectors and matrices.

use swath_array_plan::{self as plan, Axes, Expr, Operand};
use swath_block::Scalar;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, convert_scalar};

use super::inexact::inexact;
use super::svd;
use crate::{Array, Numeric};

/// Which norm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Norm {
    /// The square root of the sum of squares, of vectors and of matrices.
    #[default]
    Frobenius,
    /// Of vectors `sum(|x|^p)^(1/p)`, for 0 the number of elements that are not zero, for an infinity the largest or
    /// smallest. Of matrices for 1 the largest column sum, for 2 the largest singular value, for infinity the largest row
    /// sum; the negative ones are the smallest.
    Order(f64),
    /// The sum of the singular values of a matrix.
    Nuclear,
}

impl From<f64> for Norm {
    fn from(order: f64) -> Self {
        Self::Order(order)
    }
}

impl From<i32> for Norm {
    fn from(order: i32) -> Self {
        Self::Order(f64::from(order))
    }
}

/// The square root of the sum of squares over one axis, several, or all (`..`), as `numpy.linalg.norm` without an order.
///
/// # Errors
/// In the array: [`ErrorKind::InvalidArgument`] for axes that are not there.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![3.0_f64, 4.0, 6.0, 8.0]).reshape([2, 2]);
/// assert_eq!(da::linalg::norm(&x, 1).compute()?, ndarray::array![5.0, 10.0].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn norm<T: Numeric>(x: &Array<T>, axes: impl Into<Axes>) -> Array<<T::Mean as Numeric>::Real> {
    Array::new(x.expr().and_then(|x| euclidean(&inexact(x)?, &axes.into())))
}

/// The norm of order `ord` of the vectors along an axis, as `numpy.linalg.norm` with one axis.
///
/// # Errors
/// In the array: [`ErrorKind::InvalidArgument`] for [`Norm::Nuclear`], or axes that are not exactly one.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![3.0_f64, -4.0]);
/// assert_eq!(da::linalg::vector_norm(&x, 1, 0).item()?, 7.0);
/// assert_eq!(da::linalg::vector_norm(&x, f64::INFINITY, 0).item()?, 4.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn vector_norm<T: Numeric>(
    x: &Array<T>,
    ord: impl Into<Norm>,
    axis: impl Into<Axes>,
) -> Array<<T::Mean as Numeric>::Real> {
    Array::new(x.expr().and_then(|x| of_vectors(&inexact(x)?, ord.into(), &axis.into())))
}

/// The norm of order `ord` of a matrix, a scalar, as `numpy.linalg.norm` of an array of two axes.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when `x` has not two axes; [`ErrorKind::InvalidArgument`] for an order that
/// matrices do not have.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![1.0_f64, -2.0, 3.0, 4.0]).reshape([2, 2]);
/// assert_eq!(da::linalg::matrix_norm(&x, 1).item()?, 6.0);
/// assert_eq!(da::linalg::matrix_norm(&x, f64::INFINITY).item()?, 7.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn matrix_norm<T: Numeric>(x: &Array<T>, ord: impl Into<Norm>) -> Array<<T::Mean as Numeric>::Real> {
    Array::new(x.expr().and_then(|x| of_matrix(&inexact(x)?, ord.into())))
}

/// The largest of sizes over axes; of none 0, as in NumPy.
fn largest(sizes: &Expr, axes: &Axes) -> Result<Expr> {
    let shape = sizes.shape()?;
    let nothing = axes.resolve(sizes.ndim())?.iter().any(|axis| shape.get(*axis) == Some(&0));
    plan::reduce(sizes, if nothing { ReduceOp::Sum } else { ReduceOp::Max }, axes, None)
}

fn size(x: &Expr) -> Result<Expr> {
    plan::unary(UnaryOp::Absolute, x)
}

fn euclidean(x: &Expr, axes: &Axes) -> Result<Expr> {
    let squares = plan::unary(UnaryOp::Square, &size(x)?)?;
    plan::unary(UnaryOp::Sqrt, &plan::reduce(&squares, ReduceOp::Sum, axes, None)?)
}

fn of_vectors(x: &Expr, ord: Norm, axes: &Axes) -> Result<Expr> {
    if axes.resolve(x.ndim())?.len() != 1 {
        return Err(
            Error::argument("the norm of a vector goes over one axis").with_help("use norm for several")
        );
    }
    let fold = |x: &Expr, op: ReduceOp| plan::reduce(x, op, axes, None);
    match ord {
        Norm::Frobenius | Norm::Order(2.0) => euclidean(x, axes),
        Norm::Nuclear => Err(Error::argument("the nuclear norm is one of matrices")),
        Norm::Order(p) if p == f64::INFINITY => largest(&size(x)?, axes),
        Norm::Order(p) if p == f64::NEG_INFINITY => fold(&size(x)?, ReduceOp::Min),
        Norm::Order(0.0) => {
            let size = size(x)?;
            plan::astype(&fold(&size, ReduceOp::CountNonzero)?, size.dtype())
        }
        Norm::Order(1.0) => fold(&size(x)?, ReduceOp::Sum),
        Norm::Order(p) => {
            let size = size(x)?;
            let of = |value: f64| Operand::Scalar {
                value: convert_scalar(Scalar::F64(value), size.dtype()),
                weak: false,
            };
            let powers = plan::binary(BinaryOp::Power, (&size).into(), of(p))?;
            plan::binary(BinaryOp::Power, (&fold(&powers, ReduceOp::Sum)?).into(), of(1.0 / p))
        }
    }
}

fn of_matrix(x: &Expr, ord: Norm) -> Result<Expr> {
    if x.ndim() != 2 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("the norm of a matrix needs an array of two axes, not {}", x.ndim()),
        ));
    }
    let sums = |axis: i32| plan::reduce(&size(x)?, ReduceOp::Sum, &Axes::from(axis), None);
    let least = |sums: Expr| plan::reduce(&sums, ReduceOp::Min, &Axes::all(), None);
    let singular = |of: ReduceOp| plan::reduce(&svd::values(x)?, of, &Axes::all(), None);
    match ord {
        Norm::Frobenius => euclidean(x, &Axes::all()),
        Norm::Nuclear => singular(ReduceOp::Sum),
        Norm::Order(p) if p == f64::INFINITY => largest(&sums(1)?, &Axes::all()),
        Norm::Order(p) if p == f64::NEG_INFINITY => least(sums(1)?),
        Norm::Order(1.0) => largest(&sums(0)?, &Axes::all()),
        Norm::Order(-1.0) => least(sums(0)?),
        Norm::Order(2.0) => largest(&svd::values(x)?, &Axes::all()),
        Norm::Order(-2.0) => singular(ReduceOp::Min),
        Norm::Order(p) => Err(Error::argument(format!("matrices have no norm of order {p}"))
            .with_help("the orders are 1, 2, infinity and their negatives, Frobenius and Nuclear")),
    }
}
