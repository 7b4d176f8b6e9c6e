//! QR factorisation of one chunk.

use faer::linalg::solvers::Qr;
use faer::{Mat, MatRef};
use swath_block::Chunk;
use swath_error::Result;

use crate::field::{Field, chunk_of, matrix, with_field};

/// `a = q @ r` with orthonormal columns in `q` and an upper triangular `r`: `m×n` gives `m×k` and `k×n` with
/// `k = min(m, n)`.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for integers.
pub fn qr(a: &Chunk) -> Result<[Chunk; 2]> {
    with_field!(a.dtype(), T => matrix::<T, _>(a, |a| {
        if a.nrows() == 0 || a.ncols() == 0 {
            return empty(a);
        }
        let qr = Qr::new(a);
        Ok([chunk_of(qr.compute_thin_Q().as_ref())?, chunk_of(qr.thin_R())?])
    }))
}

/// The `r` of [`qr`] alone, at a third of the work.
///
/// # Errors
/// As [`qr`].
pub fn qr_triangle(a: &Chunk) -> Result<Chunk> {
    with_field!(a.dtype(), T => matrix::<T, _>(a, |a| {
        if a.nrows() == 0 || a.ncols() == 0 {
            let [_, r] = empty(a)?;
            return Ok(r);
        }
        chunk_of(Qr::new(a).thin_R())
    }))
}

/// The factors of a matrix without elements.
fn empty<T: Field>(a: MatRef<'_, T>) -> Result<[Chunk; 2]> {
    let (q, r) = (Mat::<T>::zeros(a.nrows(), 0), Mat::<T>::zeros(0, a.ncols()));
    Ok([chunk_of(q.as_ref())?, chunk_of(r.as_ref())?])
}
