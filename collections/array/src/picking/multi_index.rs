//! Positions along axes as one position in row-major order, and back.

use swath_array_plan::{Expr, ravel, unravel, within};
use swath_error::{Error, Result};

use super::IndexMode;
use crate::like::{ArrayLike, exprs, several};
use crate::{Array, Dims};

/// The positions in row-major order of an array of lengths `dims`, from the positions along each of its axes, which are
/// broadcast against each other; as `numpy.ravel_multi_index`. For column-major order reverse both lists.
///
/// # Errors
/// In the array that comes out: [`swath_error::ErrorKind::InvalidArgument`] when there is not one array of positions for
/// each length, or the lengths are those of no array; [`swath_error::ErrorKind::TypeMismatch`] for positions that are no
/// whole numbers. With [`IndexMode::Raise`] a position that does not exist is an error when it is met.
///
/// ```
/// # use swath_local as _;
/// use swath_array::{self as da, IndexMode};
/// let at = [da::array(vec![3, 6, 6]), da::array(vec![4, 5, 1])];
/// let flat = da::ravel_multi_index(&at, [7, 6], IndexMode::Raise);
/// assert_eq!(flat.compute()?.as_slice(), Some(&[22, 41, 37][..]));
/// let wrapped = da::ravel_multi_index(&at, [4, 4], IndexMode::Wrap);
/// assert_eq!(wrapped.compute()?.as_slice(), Some(&[12, 9, 9][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn ravel_multi_index<A: ArrayLike>(indices: &[A], dims: impl Into<Dims>, mode: IndexMode) -> Array<i64> {
    let build = || {
        let dims = dims.into().lengths()?;
        if indices.is_empty() || indices.len() != dims.len() {
            return Err(Error::argument(format!(
                "positions along {} axes for an array of {} axes",
                indices.len(),
                dims.len()
            ))
            .with_help("give one array of positions for each length"));
        }
        size(&dims)?;
        let along = exprs(indices)?.iter().zip(&dims).map(bounded(mode)).collect::<Result<Vec<_>>>()?;
        ravel(&along, &dims)
    };
    Array::new(build())
}

fn bounded(mode: IndexMode) -> impl Fn((&Expr, &usize)) -> Result<Expr> {
    move |(x, n)| mode.bound(x, *n, "invalid entry in coordinates array")
}

/// The positions along each axis of an array of this shape, from positions in row-major order, as `numpy.unravel_index`:
/// one array for each axis. A position that does not exist is an error when it is met.
///
/// # Errors
/// In the arrays that come out: as [`ravel_multi_index`].
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let at = da::unravel_index(&da::array(vec![22, 41, 37]).chunks(2), [7, 6]);
/// assert_eq!(at[0].compute()?.as_slice(), Some(&[3, 6, 6][..]));
/// assert_eq!(at[1].compute()?.as_slice(), Some(&[4, 5, 1][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn unravel_index<A: ArrayLike>(indices: &A, shape: impl Into<Dims>) -> Vec<Array<i64>> {
    let shape = shape.into();
    let build = || {
        let shape = shape.lengths()?;
        let complaint = format!("a position in an array of shape {shape:?}");
        unravel(&within(indices.planned()?, size(&shape)?, &complaint)?, &shape)
    };
    several(build(), shape.0.len())
}

/// The number of elements of an array of this shape.
fn size(shape: &[usize]) -> Result<usize> {
    let size = shape.iter().try_fold(1isize, |all, n| all.checked_mul(isize::try_from(*n).ok()?));
    size.map(isize::unsigned_abs).ok_or_else(|| {
        Error::argument(format!("an array of shape {shape:?} is larger than the maximum possible size"))
    })
}
