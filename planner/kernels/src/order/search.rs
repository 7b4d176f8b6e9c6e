//! Binary search: insertion points, bins, membership.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, with_dtype};
use swath_error::{Error, Result};

use super::{Order, values_of};
use crate::layout::contiguous;

/// Where an element goes that equals some of those it is inserted among.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Before them.
    #[default]
    Left,
    /// After them.
    Right,
}

/// Where each of `values` would be inserted into `sorted` (one axis, rising) so that it stays sorted.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] when the types differ.
///
/// ```
/// use swath_block::Chunk;
/// use swath_kernels::{Side, search_sorted};
/// let sorted = Chunk::from_vec(vec![1, 2, 2, 5], &[4])?;
/// let values = Chunk::from_vec(vec![2, 9], &[2])?;
/// assert_eq!(search_sorted(&sorted, &values, Side::Left)?.as_slice::<i64>()?, Some(&[1, 4][..]));
/// assert_eq!(search_sorted(&sorted, &values, Side::Right)?.as_slice::<i64>()?, Some(&[3, 4][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn search_sorted(sorted: &Chunk, values: &Chunk, side: Side) -> Result<Chunk> {
    let (sorted, flat) = (contiguous(sorted)?, contiguous(values)?);
    with_dtype!(values.dtype(), T => {
        let sorted = values_of::<T>(&sorted)?;
        let found = values_of::<T>(&flat)?.iter().map(|v| insertion(sorted, v, side) as i64).collect();
        Chunk::from_vec(found, values.shape())
    })
}

fn insertion<T: Order>(sorted: &[T], value: &T, side: Side) -> usize {
    sorted.partition_point(|s| match side {
        Side::Left => s.order(value) == Ordering::Less,
        Side::Right => s.order(value) != Ordering::Greater,
    })
}

/// Which bin each of `values` falls into, as `numpy.digitize`: `bins` rise or fall; a bin is open on the right, or with
/// `right` on the left.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when the bins neither rise nor fall.
pub fn digitize(bins: &Chunk, values: &Chunk, right: bool) -> Result<Chunk> {
    let (own, flat) = (contiguous(bins)?, contiguous(values)?);
    with_dtype!(values.dtype(), T => {
        let bins = values_of::<T>(&own)?;
        let rises = bins.is_sorted_by(|a, b| a.order(b) != Ordering::Greater);
        if !rises && !bins.is_sorted_by(|a, b| a.order(b) != Ordering::Less) {
            return Err(Error::argument("bins must be monotonically increasing or decreasing"));
        }
        let side = if right { Side::Left } else { Side::Right };
        let mut rising = bins.to_vec();
        if !rises {
            rising.reverse();
        }
        let bin = |v: &T| {
            let below = insertion(&rising, v, side);
            // Falling bins are counted from the other end.
            (if rises { below } else { rising.len() - below }) as i64
        };
        Chunk::from_vec(values_of::<T>(&flat)?.iter().map(bin).collect(), values.shape())
    })
}

/// Whether each of `values` is among `among`. NaN is among nothing.
///
/// # Errors
/// As [`search_sorted`].
pub fn is_in(values: &Chunk, among: &Chunk) -> Result<Chunk> {
    let (among, flat) = (contiguous(among)?, contiguous(values)?);
    with_dtype!(values.dtype(), T => {
        let mut sorted = values_of::<T>(&among)?.to_vec();
        sorted.sort_unstable_by(T::order);
        let found = |v: &T| !v.missing() && sorted.binary_search_by(|s| s.order(v)).is_ok();
        Chunk::from_vec(values_of::<T>(&flat)?.iter().map(found).collect(), values.shape())
    })
}
