//! Cholesky factorisation, block by block.
//!
//! Column `k` of blocks follows from the columns left of it: their products are subtracted, the diagonal block is
//! factorised, and the blocks below are divided by its factor.

use swath_array_plan::{self as plan, AxisSpec, ChunkSpec, Chunks, Expr, Kernel, Made, from_made};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::{BinaryOp, convert_scalar};

use super::inexact::{adjoint, inexact, part, square};
use crate::{Array, Numeric};

/// The lower triangular Cholesky factor `l` of a Hermitian positive definite matrix: `a = l @ l^H`, as
/// `numpy.linalg.cholesky`. Only the lower triangle of `a` is used.
///
/// Rows and columns are cut alike first, as the rows are.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::ShapeMismatch`] when `a` is not square; when computed,
/// [`swath_error::ErrorKind::InvalidData`] when `a` is not positive definite.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::random::default_rng(1).normal(0.0, 1.0, [60, 40]).chunks([20, 10]);
/// let a = x.t().matmul(&x);
/// let l = da::linalg::cholesky(&a);
/// assert!((l.matmul(&l.t()) - &a).abs().max(..).item()? < 1e-10);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn cholesky<T: Numeric>(a: &Array<T>) -> Array<T::Mean> {
    Array::new(a.expr().and_then(lower))
}

/// The upper triangular Cholesky factor `u`: `a = u^H @ u`. Only the lower triangle of `a` is used.
///
/// # Errors
/// As [`cholesky`].
#[track_caller]
pub fn cholesky_upper<T: Numeric>(a: &Array<T>) -> Array<T::Mean> {
    Array::new(a.expr().and_then(|a| adjoint(&lower(a)?)))
}

fn lower(a: &Expr) -> Result<Expr> {
    let n = square(a, "cholesky")?;
    let sizes = a.chunks().axis(0)?.sizes()?.to_vec();
    let spec = AxisSpec::Sizes(sizes.clone());
    let a = plan::rechunk(&inexact(a)?, &ChunkSpec::PerAxis(vec![spec.clone(), spec]))?;
    let mut columns: Vec<Expr> = Vec::with_capacity(sizes.len());
    let mut start = 0;
    for size in &sizes {
        columns.push(column(&a, &columns, start..start + size, n)?);
        start += size;
    }
    plan::concatenate(&columns, 1)
}

/// The columns `at` of the factor, all rows, from the columns left of them.
fn column(a: &Expr, left: &[Expr], at: std::ops::Range<usize>, n: usize) -> Result<Expr> {
    let mut rest = part(a, at.start..n, at.clone())?;
    if !left.is_empty() {
        let rows = |from: usize, to: usize| {
            let parts =
                left.iter().map(|c| plan::index(c, &[(from..to).into()])).collect::<Result<Vec<_>>>()?;
            plan::concatenate(&parts, 1)
        };
        let product = plan::matmul(&rows(at.start, n)?, &adjoint(&rows(at.start, at.end)?)?)?;
        rest = plan::binary(BinaryOp::Subtract, (&rest).into(), (&product).into())?;
    }
    let (width, below) = (at.len(), n - at.start);
    let top = part(&rest, 0..width, 0..width)?;
    let diagonal =
        plan::kernel(Kernel::Cholesky, "ij", &[(&top, "ij")], a.dtype(), Chunks::single(&[width; 2]))?;
    let mut parts = Vec::new();
    if at.start > 0 {
        let zero = convert_scalar(Scalar::I64(0), a.dtype());
        let spec = ChunkSpec::from(vec![sizes_below(a, at.start)?, vec![width]]);
        parts.push(from_made(Made::Full(zero), &[at.start, width], &spec)?);
    }
    parts.push(diagonal.clone());
    if below > width {
        let under = part(&rest, width..below, 0..width)?;
        let inputs = [(&diagonal, "bb"), (&under, "ib")];
        let chunks = under.chunks().clone();
        parts.push(plan::kernel(Kernel::SolveRightAdjoint, "ib", &inputs, a.dtype(), chunks)?);
    }
    plan::concatenate(&parts, 0)
}

/// The row chunks that end at `row`.
fn sizes_below(a: &Expr, row: usize) -> Result<Vec<usize>> {
    let axis = a.chunks().axis(0)?;
    let ends = axis.starts()?.into_iter().zip(axis.sizes()?);
    Ok(ends.take_while(|(start, _)| *start < row).map(|(_, n)| *n).collect())
}
