//! Singular value decomposition.

use swath_array_plan::{self as plan, Axes, AxisSpec, ChunkSpec, Chunks, Expr, Kernel, Operand};
use swath_error::{Error, Result};
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, convert_scalar};

use super::inexact::{adjoint, inexact, lengths, real, three};
use super::tsqr::{Top, tall, triangle};
use crate::{Array, Numeric, Scalar};

/// `u`, `s` and `vh`.
pub type Svd<T> = (
    Array<<T as Numeric>::Mean>,
    Array<<<T as Numeric>::Mean as Numeric>::Real>,
    Array<<T as Numeric>::Mean>,
);

/// The thin singular value decomposition `a = u @ diag(s) @ vh`, as `numpy.linalg.svd` without full matrices: `s` falls,
/// and for `a` of `m×n` elements and `k = min(m, n)`, `u` is `m×k`, `s` has `k` elements and `vh` is `k×n`.
///
/// Signs are those with which every row of `vh` has a sum that is not negative, as in Dask. Tall (and wide) matrices go
/// through a tree of QR factorisations; chunks along the shorter axis are joined.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::ShapeMismatch`] when `a` has not two axes; when computed,
/// [`swath_error::ErrorKind::InvalidData`] for NaN and infinity.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::random::default_rng(1).normal(0.0, 1.0, [1000, 10]).chunks([100, -1]);
/// let (u, s, vh) = da::linalg::svd(&a);
/// assert!(((&u * &s).matmul(&vh) - &a).abs().max(..).item()? < 1e-12);
/// assert!(s.slice(0).item()? > s.slice(-1).item()?);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn svd<T: Numeric>(a: &Array<T>) -> Svd<T> {
    three(a.expr().and_then(factors))
}

/// The singular values alone, falling; about a third of the work of [`svd`].
///
/// # Errors
/// As [`svd`].
#[track_caller]
pub fn svdvals<T: Numeric>(a: &Array<T>) -> Array<<T::Mean as Numeric>::Real> {
    Array::new(a.expr().and_then(values))
}

pub(super) fn factors(a: &Expr) -> Result<(Expr, Expr, Expr)> {
    let (rows, columns) = lengths(a, "svd")?;
    let a = inexact(a)?;
    if rows >= columns {
        return of_tall(&a);
    }
    // a^H = u s vh, so a = vh^H s u^H; the signs follow the rows of what is vh now.
    let (u, s, vh) = of_tall(&adjoint(&a)?)?;
    let (u, vh) = (adjoint(&vh)?, adjoint(&u)?);
    let sums = plan::unary(UnaryOp::RealPart, &plan::reduce(&vh, ReduceOp::Sum, &Axes::from(1), None)?)?;
    let negative = plan::binary(BinaryOp::Less, (&sums).into(), Operand::literal(0i64))?;
    let one = |value: f64| Operand::Scalar {
        value: convert_scalar(Scalar::F64(value), real(a.dtype())),
        weak: false,
    };
    let signs = plan::select(&negative, one(-1.0), one(1.0))?;
    let times = |x: &Expr, signs: &Expr| plan::binary(BinaryOp::Multiply, x.into(), signs.into());
    Ok((times(&u, &signs)?, s, times(&vh, &plan::expand_dims(&signs, &Axes::from(1))?)?))
}

fn of_tall(a: &Expr) -> Result<(Expr, Expr, Expr)> {
    let (u, small) = tall(&in_one_column(a)?, Top::Svd)?;
    let [s, vh]: [Expr; 2] = small.try_into().map_err(|_| Error::internal("svd without s and vh"))?;
    Ok((u, s, vh))
}

fn in_one_column(a: &Expr) -> Result<Expr> {
    plan::rechunk(a, &ChunkSpec::Named(vec![(1, AxisSpec::Whole)]))
}

pub(super) fn values(a: &Expr) -> Result<Expr> {
    let (rows, columns) = lengths(a, "svd")?;
    let a = inexact(a)?;
    let a = if rows >= columns { a } else { adjoint(&a)? };
    let r = triangle(&in_one_column(&a)?)?;
    let chunks = Chunks::single(&[rows.min(columns)]);
    plan::kernel(Kernel::SingularValues, "ij", &[(&r, "ij")], real(a.dtype()), chunks)
}
