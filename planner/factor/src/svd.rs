//! Singular value decomposition of one chunk.

use faer::MatRef;
use faer::linalg::solvers::Svd;
use swath_block::{Chunk, Element};
use swath_error::{Error, Result};

use crate::field::{Field, check_finite, chunk_of, conj, matrix, with_field};
use crate::scale::near_one;

/// `a = u @ diag(s) @ vh`: `m×n` gives `m×k`, `k` and `k×n` with `k = min(m, n)`; `s` falls. With `signs`, every row of
/// `vh` has a sum (of real parts) that is not negative, so that the answer does not depend on the algorithm.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for integers; [`swath_error::ErrorKind::InvalidData`] when it does not converge.
pub fn svd(a: &Chunk, signs: bool) -> Result<[Chunk; 3]> {
    with_field!(a.dtype(), T => matrix::<T, _>(a, |a| decompose::<T>(a, signs)))
}

/// The singular values alone, falling.
///
/// # Errors
/// As [`svd`].
pub fn singular_values(a: &Chunk) -> Result<Chunk> {
    with_field!(a.dtype(), T => matrix::<T, _>(a, |a| {
        check_finite(a, "SVD")?;
        let k = a.nrows().min(a.ncols());
        let values = near_one(a, |a, power| {
            let values = if k == 0 { Vec::new() } else { a.singular_values().map_err(|_| diverged())? };
            Ok(values.into_iter().map(|s| s.times_power(power)).collect::<Vec<_>>())
        })?;
        Chunk::from_vec(values, &[k])
    }))
}

fn diverged() -> Error {
    Error::data("SVD did not converge")
}

fn decompose<T: Field>(a: MatRef<'_, T>, signs: bool) -> Result<[Chunk; 3]> {
    check_finite(a, "SVD")?;
    let (m, n) = (a.nrows(), a.ncols());
    let k = m.min(n);
    if k == 0 {
        let none = |shape: &[usize]| Chunk::from_vec(Vec::<T>::new(), shape);
        return Ok([none(&[m, 0])?, Chunk::from_vec(Vec::<T::Magnitude>::new(), &[0])?, none(&[0, n])?]);
    }
    near_one(a, |a, power| of_scaled(a, power, signs))
}

/// Of a matrix divided by `2^power`.
fn of_scaled<T: Field>(a: MatRef<'_, T>, power: i32, signs: bool) -> Result<[Chunk; 3]> {
    let (m, n) = (a.nrows(), a.ncols());
    let k = m.min(n);
    let svd = Svd::new_thin(a).map_err(|_| diverged())?;
    let (mut u, mut v) = (svd.U().to_owned(), svd.V().to_owned());
    let s = svd.S();
    let values: Vec<T::Magnitude> = (0..k).map(|i| s[i].real().times_power(power)).collect();
    if signs {
        for j in 0..k {
            let sum = (0..n).map(|i| v[(i, j)]).fold(T::zero(), |a, b| a + b);
            if is_negative(sum.real().to_scalar()) {
                (0..m).for_each(|i| u[(i, j)] = -u[(i, j)]);
                (0..n).for_each(|i| v[(i, j)] = -v[(i, j)]);
            }
        }
    }
    let vh = faer::Mat::from_fn(k, n, |i, j| conj(v[(j, i)]));
    Ok([chunk_of(u.as_ref())?, Chunk::from_vec(values, &[k])?, chunk_of(vh.as_ref())?])
}

fn is_negative(x: swath_block::Scalar) -> bool {
    match x {
        swath_block::Scalar::F32(x) => x < 0.0,
        swath_block::Scalar::F64(x) => x < 0.0,
        _ => false,
    }
}
