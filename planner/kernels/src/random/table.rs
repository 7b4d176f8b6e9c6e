//! Choices by table: from uniform values to places, from places to values.

use swath_block::{Chunk, Element, Scalar, with_dtype};
use swath_error::{Error, Result};

/// For each element how many of the rising `bounds` it has reached, at most one less than there are: the place of a choice
/// for a uniform value and cumulated probabilities.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] unless the chunk is `float64`.
///
/// ```
/// use swath_block::Chunk;
/// let x = Chunk::from_vec(vec![0.1, 0.5, 0.99], &[3])?;
/// assert_eq!(swath_kernels::place(&x, &[0.5, 0.5, 1.0])?.as_slice::<i64>()?, Some(&[0, 2, 2][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn place(x: &Chunk, bounds: &[f64]) -> Result<Chunk> {
    let last = bounds.len().saturating_sub(1);
    let at = |v: &f64| bounds.partition_point(|b| b <= v).min(last) as i64;
    Chunk::from_vec(x.view::<f64>()?.iter().map(at).collect(), x.shape())
}

/// The entry of `table` at each place; all entries have one type.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] for places outside the table, and for entries of several types.
///
/// ```
/// use swath_block::Chunk;
/// let places = Chunk::from_vec(vec![1i64, 0, 1], &[3])?;
/// let values = swath_kernels::look_up(&places, &[7.0.into(), 8.0.into()])?;
/// assert_eq!(values.as_slice::<f64>()?, Some(&[8.0, 7.0, 8.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn look_up(places: &Chunk, table: &[Scalar]) -> Result<Chunk> {
    let fail = || Error::internal("a place lies outside its table");
    let first = table.first().ok_or_else(fail)?;
    with_dtype!(first.dtype(), T => {
        let table: Vec<T> = table.iter().map(|v| T::from_scalar(*v)).collect::<Option<_>>().ok_or_else(fail)?;
        let at = |i: &i64| usize::try_from(*i).ok().and_then(|i| table.get(i).copied()).ok_or_else(fail);
        Chunk::from_vec(places.view::<i64>()?.iter().map(at).collect::<Result<Vec<T>>>()?, places.shape())
    })
}
