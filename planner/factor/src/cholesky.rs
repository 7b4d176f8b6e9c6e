//! Cholesky factorisation of one chunk.

use faer::Side;
use faer::linalg::solvers::Llt;
use swath_block::Chunk;
use swath_error::{Error, Result};

use crate::field::{chunk_of, matrix, with_field};

/// The lower triangular `l` with `a = l @ l^H`. Only the lower triangle of `a` is read.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] when `a` is not positive definite; [`swath_error::ErrorKind::TypeMismatch`] for
/// integers.
pub fn cholesky(a: &Chunk) -> Result<Chunk> {
    with_field!(a.dtype(), T => matrix::<T, _>(a, |a| {
        if a.nrows() == 0 {
            return Chunk::from_vec(Vec::<T>::new(), &[0, 0]);
        }
        let factor = Llt::new(a, Side::Lower).map_err(|_| {
            Error::data("Matrix is not positive definite")
                .with_help("cholesky needs a Hermitian matrix whose eigenvalues are all positive")
        })?;
        chunk_of(factor.L())
    }))
}
