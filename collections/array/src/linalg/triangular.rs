//! Triangular systems, block by block: every block of the solution follows from those before it.

use swath_array_plan::{self as plan, Axes, AxisSpec, ChunkSpec, Expr, Kernel};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, promote};

use super::inexact::{inexact, part, square};
use crate::{Array, Element, Numeric, Promote};

/// The solution `x` of `a @ x = b` for a triangular matrix `a`, as `scipy.linalg.solve_triangular`; `b` is a vector or a
/// matrix. Only the lower (or upper) triangle of `a` is used.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when `a` is not square or `b` has another number of rows; when computed,
/// [`ErrorKind::InvalidData`] when the diagonal of `a` has a zero.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::tri::<f64>(6, 6, 0).chunks(2);
/// let x = da::linalg::solve_triangular(&a, &da::ones([6]), true);
/// assert_eq!(x.compute()?.as_slice(), Some(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn solve_triangular<T: Promote<U>, U: Element>(
    a: &Array<T>,
    b: &Array<U>,
    lower: bool,
) -> Array<<T::Out as Numeric>::Mean> {
    Array::new(a.expr().and_then(|a| solution(a, b.expr()?, lower)))
}

fn solution(a: &Expr, b: &Expr, lower: bool) -> Result<Expr> {
    let n = square(a, "solve_triangular")?;
    if b.shape()?.first() != Some(&n) || b.ndim() > 2 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("solve_triangular: a right-hand side of shape {} does not fit {n} rows", b.chunks()),
        ));
    }
    let dtype = promote(inexact(a)?.dtype(), inexact(b)?.dtype());
    let sizes = AxisSpec::Sizes(a.chunks().axis(0)?.sizes()?.to_vec());
    let square = ChunkSpec::PerAxis(vec![sizes.clone(), sizes.clone()]);
    let a = plan::rechunk(&plan::astype(a, dtype)?, &square)?;
    let vector = b.ndim() == 1;
    let b = if vector { plan::expand_dims(b, &Axes::from(1))? } else { b.clone() };
    let b = plan::rechunk(&plan::astype(&b, dtype)?, &ChunkSpec::Named(vec![(0, sizes)]))?;
    let x = blocks(&a, &b, lower)?;
    if vector { plan::squeeze(&x, Some(&Axes::from(1))) } else { Ok(x) }
}

/// The solution for a matrix and a right-hand side whose rows are cut alike.
fn blocks(a: &Expr, b: &Expr, lower: bool) -> Result<Expr> {
    let axis = a.chunks().axis(0)?;
    let mut spans: Vec<(usize, usize)> =
        axis.starts()?.into_iter().zip(axis.sizes()?.iter().copied()).collect();
    if !lower {
        spans.reverse();
    }
    let columns = b.shape()?.get(1).copied().unwrap_or(0);
    let mut known: Vec<Expr> = Vec::with_capacity(spans.len());
    for (start, size) in &spans {
        let rows = *start..start + size;
        let mut right = part(b, rows.clone(), 0..columns)?;
        if !known.is_empty() {
            // The blocks found so far lie above this one, or below it, next to each other.
            let before = if lower { 0..*start } else { start + size..axis.length()? };
            let found = plan::concatenate(&in_order(&known, lower), 0)?;
            let product = plan::matmul(&part(a, rows.clone(), before)?, &found)?;
            right = plan::binary(BinaryOp::Subtract, (&right).into(), (&product).into())?;
        }
        let diagonal = part(a, rows.clone(), rows)?;
        let kernel = Kernel::SolveTriangular { lower, unit: false };
        let chunks = right.chunks().clone();
        known.push(plan::kernel(kernel, "ij", &[(&diagonal, "ii"), (&right, "ij")], b.dtype(), chunks)?);
    }
    plan::concatenate(&in_order(&known, lower), 0)
}

fn in_order(blocks: &[Expr], forwards: bool) -> Vec<Expr> {
    if forwards { blocks.to_vec() } else { blocks.iter().rev().cloned().collect() }
}
