//! QR factorisation.

use swath_array_plan::{self as plan, AxisSpec, ChunkSpec, Expr};
use swath_error::Result;

use super::inexact::{adjoint, inexact, lengths, part, two};
use super::tsqr::{Top, tall};
use crate::{Array, Numeric};

/// The QR factorisation `a = q @ r`, as `numpy.linalg.qr` in its reduced mode: `q` has orthonormal columns and `r` is
/// upper triangular. For `a` of `m×n` elements and `k = min(m, n)`, `q` is `m×k` and `r` is `k×n`.
///
/// Tall matrices go through a tree of factorisations of their row chunks, wide ones through their first columns; chunks
/// along the shorter axis are joined. Signs of columns of `q` are not specified, as in NumPy.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::ShapeMismatch`] when `a` has not two axes.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::random::default_rng(1).normal(0.0, 1.0, [1000, 20]).chunks([100, -1]);
/// let (q, r) = da::linalg::qr(&a);
/// assert!((q.matmul(&r) - &a).abs().max(..).item()? < 1e-12);
/// assert_eq!(r.shape()?, [20, 20]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn qr<T: Numeric>(a: &Array<T>) -> (Array<T::Mean>, Array<T::Mean>) {
    two(a.expr().and_then(factors))
}

/// The QR factorisation of a tall matrix: the same as [`qr`], under Dask's name.
///
/// # Errors
/// As [`qr`].
#[track_caller]
pub fn tsqr<T: Numeric>(a: &Array<T>) -> (Array<T::Mean>, Array<T::Mean>) {
    qr(a)
}

pub(super) fn factors(a: &Expr) -> Result<(Expr, Expr)> {
    let (rows, columns) = lengths(a, "qr")?;
    let a = inexact(a)?;
    if rows >= columns || a.chunks().axis(1)?.blocks() == 1 { of_tall(&a) } else { of_wide(&a, rows) }
}

fn of_tall(a: &Expr) -> Result<(Expr, Expr)> {
    let a = plan::rechunk(a, &ChunkSpec::Named(vec![(1, AxisSpec::Whole)]))?;
    let (q, mut small) = tall(&a, Top::Qr)?;
    let r = small.pop().ok_or_else(|| swath_error::Error::internal("qr without r"))?;
    Ok((q, r))
}

/// The first columns, as many as there are rows, give `q`; the others are multiplied with it.
fn of_wide(a: &Expr, rows: usize) -> Result<(Expr, Expr)> {
    let columns = a.shape()?.get(1).copied().unwrap_or(0);
    let a = plan::rechunk(a, &ChunkSpec::Named(vec![(0, AxisSpec::Whole)]))?;
    let (q, first) = of_tall(&part(&a, 0..rows, 0..rows)?)?;
    let others = plan::matmul(&adjoint(&q)?, &part(&a, 0..rows, rows..columns)?)?;
    let r = plan::concatenate(&[first, others], 1)?;
    Ok((q, r))
}
