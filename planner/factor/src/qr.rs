//! QR factorisation of one chunk.

use faer::linalg::solvers::Qr;
use faer::{Mat, MatRef};
use swath_block::Chunk;
use swath_error::Result;

use crate::field::{Field, chunk_of, matrix, with_field};
use crate::scale::{back, near_one};

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
        near_one(a, |a, power| {
            let qr = Qr::new(a);
            Ok([chunk_of(qr.compute_thin_Q().as_ref())?, restored(qr.thin_R(), power)?])
        })
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
        near_one(a, |a, power| restored(Qr::new(a).thin_R(), power))
    }))
}

fn restored<T: Field>(r: MatRef<'_, T>, power: i32) -> Result<Chunk> {
    if power == 0 { chunk_of(r) } else { chunk_of(back(r, power).as_ref()) }
}

/// The factors of a matrix without elements.
fn empty<T: Field>(a: MatRef<'_, T>) -> Result<[Chunk; 2]> {
    let (q, r) = (Mat::<T>::zeros(a.nrows(), 0), Mat::<T>::zeros(0, a.ncols()));
    Ok([chunk_of(q.as_ref())?, chunk_of(r.as_ref())?])
}
