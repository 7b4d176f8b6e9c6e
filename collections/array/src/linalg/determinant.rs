//! Determinants through the LU factorisation.

use swath_array_plan::{self as plan, Axes, Chunks, Expr, Kernel, Operand};
use swath_block::{DType, Scalar};
use swath_error::Result;
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp};

use super::inexact::{inexact, square, two};
use super::lu::Factors;
use crate::{Array, Numeric};

/// The determinant of a square matrix, as `numpy.linalg.det`.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::ShapeMismatch`] when `a` is not square.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::array(vec![1.0_f64, 2.0, 3.0, 4.0]).reshape([2, 2]);
/// assert!((da::linalg::det(&a).item()? + 2.0).abs() < 1e-15);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn det<T: Numeric>(a: &Array<T>) -> Array<T::Mean> {
    let product = |a: &Expr| {
        let (diagonal, sign) = factors(a, "det")?;
        let product = plan::reduce(&diagonal, ReduceOp::Prod, &Axes::all(), None)?;
        times(&product, &sign)
    };
    Array::new(a.expr().and_then(product))
}

/// The sign of the determinant (a complex number of length 1 for complex matrices, 0 for singular ones) and the
/// logarithm of its absolute value, as `numpy.linalg.slogdet`: for determinants that no float holds.
///
/// # Errors
/// As [`det`].
#[track_caller]
pub fn slogdet<T: Numeric>(a: &Array<T>) -> (Array<T::Mean>, Array<<T::Mean as Numeric>::Real>) {
    let both = |a: &Expr| {
        let (diagonal, sign) = factors(a, "slogdet")?;
        let size = plan::unary(UnaryOp::Absolute, &diagonal)?;
        let log = plan::reduce(&plan::unary(UnaryOp::Log, &size)?, ReduceOp::Sum, &Axes::all(), None)?;
        // Of length 1; a zero stays one.
        let zero = plan::binary(BinaryOp::Equal, (&size).into(), Operand::literal(0i64))?;
        let one = swath_kernels::convert_scalar(Scalar::I64(1), size.dtype());
        let safe = plan::select(&zero, Operand::Scalar { value: one, weak: false }, (&size).into())?;
        let unit = plan::binary(BinaryOp::Divide, (&diagonal).into(), (&safe).into())?;
        let unit = plan::reduce(&unit, ReduceOp::Prod, &Axes::all(), None)?;
        Ok((times(&unit, &sign)?, log))
    };
    two(a.expr().and_then(both))
}

/// The diagonal of `U`, and the sign of the permutation.
fn factors(a: &Expr, function: &str) -> Result<(Expr, Expr)> {
    let n = square(a, function)?;
    if n == 0 {
        let one = |dtype: DType, shape: &[usize]| {
            let made = plan::Made::Full(swath_kernels::convert_scalar(Scalar::I64(1), dtype));
            plan::from_made(made, shape, &plan::ChunkSpec::default())
        };
        return Ok((one(inexact(a)?.dtype(), &[0])?, one(DType::F64, &[])?));
    }
    let factors = Factors::of(a, function)?;
    let (order, _) = factors.orders()?;
    let sign = plan::kernel(Kernel::PermutationSign, "", &[(&order, "β")], DType::F64, Chunks::single(&[]))?;
    Ok((factors.diagonal()?, sign))
}

fn times(x: &Expr, sign: &Expr) -> Result<Expr> {
    plan::binary(BinaryOp::Multiply, x.into(), (&plan::astype(sign, x.dtype())?).into())
}
