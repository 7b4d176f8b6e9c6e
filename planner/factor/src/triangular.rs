//! Triangular systems of one chunk.

use faer::linalg::triangular_solve as solve;
use faer::{MatMut, MatRef, Par};
use swath_block::Chunk;
use swath_error::{Error, Result};

use crate::field::{Field, chunk_of, matrix, with_field};
use crate::scale::{has_reciprocal, quotient};

/// The `x` with `t @ x = b`. Of `t` only the lower (or upper) triangle is read, with ones for its diagonal if `unit`.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] when the diagonal has a zero; [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn solve_triangular(t: &Chunk, b: &Chunk, lower: bool, unit: bool) -> Result<Chunk> {
    with_field!(t.dtype(), T => matrix::<T, _>(t, |t| matrix::<T, _>(b, |b| {
        let mut x = b.to_owned();
        if !unit {
            check_diagonal(t)?;
        }
        match (lower, unit) {
            (true, true) => solve::solve_unit_lower_triangular_in_place(t, x.as_mut(), Par::Seq),
            (false, true) => solve::solve_unit_upper_triangular_in_place(t, x.as_mut(), Par::Seq),
            (lower, false) => divide(t, x.as_mut(), lower),
        }
        chunk_of(x.as_ref())
    })))
}

/// The `x` with `x @ l^H = b` for a lower triangular `l`: a block of a Cholesky factor below its diagonal block.
///
/// # Errors
/// As [`solve_triangular`].
pub fn solve_right_adjoint(l: &Chunk, b: &Chunk) -> Result<Chunk> {
    with_field!(l.dtype(), T => matrix::<T, _>(l, |l| matrix::<T, _>(b, |b| {
        check_diagonal(l)?;
        // x l^H = b is conj(l) x^T = b^T.
        let mut x = b.transpose().to_owned();
        solve::solve_lower_triangular_in_place(l.conjugate(), x.as_mut(), Par::Seq);
        chunk_of(x.as_ref().transpose())
    })))
}

/// Solves `t @ x = b` in place of `b`.
pub(crate) fn divide<T: Field>(t: MatRef<'_, T>, x: MatMut<'_, T>, lower: bool) {
    if !(0..t.nrows()).all(|i| has_reciprocal(t[(i, i)])) {
        substitute(t, x, lower);
    } else if lower {
        solve::solve_lower_triangular_in_place(t, x, Par::Seq);
    } else {
        solve::solve_upper_triangular_in_place(t, x, Par::Seq);
    }
}

/// As [`divide`], row by row and without reciprocals.
fn substitute<T: Field>(t: MatRef<'_, T>, mut x: MatMut<'_, T>, lower: bool) {
    let n = t.nrows();
    for step in 0..n {
        let (i, known) = if lower { (step, 0..step) } else { (n - 1 - step, n - step..n) };
        for j in 0..x.ncols() {
            let rest = known.clone().fold(x[(i, j)], |rest, k| rest - t[(i, k)] * x[(k, j)]);
            x[(i, j)] = quotient(rest, t[(i, i)]);
        }
    }
}

/// An error for a zero on the diagonal.
pub(crate) fn check_diagonal<T: Field>(t: MatRef<'_, T>) -> Result<()> {
    match (0..t.nrows().min(t.ncols())).find(|i| t[(*i, *i)] == <T as swath_block::Element>::zero()) {
        None => Ok(()),
        Some(_) => Err(Error::data("Singular matrix").with_help("use lstsq for matrices without an inverse")),
    }
}
