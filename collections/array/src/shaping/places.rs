//! The positions of the elements in a triangle of a matrix.

use swath_array_plan::{ChunkSpec, Expr, Made, Triangle, from_made};
use swath_error::{Error, Result};

use crate::Array;
use crate::like::ArrayLike;

/// The rows and the columns of the elements on and below the diagonal that lies `k` to the right of the main one, in a
/// matrix of `n` rows and `m` columns, or `n`, as `numpy.tril_indices`. How many there are is known at once.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let (rows, columns) = da::tril_indices(3, 0, None);
/// assert_eq!(rows.compute()?.as_slice(), Some(&[0, 1, 1, 2, 2, 2][..]));
/// assert_eq!(columns.compute()?.as_slice(), Some(&[0, 0, 1, 0, 1, 2][..]));
/// assert_eq!(da::tril_indices(1000, -1, 10).0.shape()?, [9945]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn tril_indices(n: usize, k: i64, m: impl Into<Option<usize>>) -> (Array<i64>, Array<i64>) {
    both(Ok(Triangle::lower(n, m.into().unwrap_or(n), k)))
}

/// The rows and the columns of the elements on and above the diagonal that lies `k` to the right of the main one, in a
/// matrix of `n` rows and `m` columns, or `n`, as `numpy.triu_indices`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let (rows, columns) = da::triu_indices(3, 1, 4);
/// assert_eq!(rows.compute()?.as_slice(), Some(&[0, 0, 0, 1, 1, 2][..]));
/// assert_eq!(columns.compute()?.as_slice(), Some(&[1, 2, 3, 2, 3, 3][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn triu_indices(n: usize, k: i64, m: impl Into<Option<usize>>) -> (Array<i64>, Array<i64>) {
    both(Ok(Triangle::upper(n, m.into().unwrap_or(n), k)))
}

/// The rows and the columns of the elements of a matrix on and below a diagonal: [`tril_indices`] of its lengths.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let (rows, columns) = da::tril_indices_from(&da::zeros([2, 3]), 1);
/// assert_eq!(rows.compute()?.as_slice(), Some(&[0, 0, 1, 1, 1][..]));
/// assert_eq!(columns.compute()?.as_slice(), Some(&[0, 1, 0, 1, 2][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn tril_indices_from<A: ArrayLike>(x: &A, k: i64) -> (Array<i64>, Array<i64>) {
    both(x.planned().and_then(lengths).map(|[n, m]| Triangle::lower(n, m, k)))
}

/// The rows and the columns of the elements of a matrix on and above a diagonal: [`triu_indices`] of its lengths.
#[track_caller]
pub fn triu_indices_from<A: ArrayLike>(x: &A, k: i64) -> (Array<i64>, Array<i64>) {
    both(x.planned().and_then(lengths).map(|[n, m]| Triangle::upper(n, m, k)))
}

fn lengths(x: &Expr) -> Result<[usize; 2]> {
    match *x.shape()? {
        [n, m] => Ok([n, m]),
        _ => Err(Error::argument(format!("input array must be 2-d, it has {} axes", x.ndim()))),
    }
}

#[track_caller]
fn both(of: Result<Triangle>) -> (Array<i64>, Array<i64>) {
    let line = |columns| {
        let of = of.clone()?;
        from_made(Made::Places { of, columns }, &[of.count()?], &ChunkSpec::default())
    };
    (Array::new(line(false)), Array::new(line(true)))
}
