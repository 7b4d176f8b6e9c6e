//! Sorting along an axis.

use swath_block::{Chunk, with_dtype};
use swath_error::Result;

use super::{Order as _, axis_back, axis_last, values_of};

/// The elements sorted along an axis, NaN last.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the axis does not exist.
///
/// ```
/// use swath_block::Chunk;
/// let c = Chunk::from_vec(vec![3.0, f64::NAN, 1.0], &[3])?;
/// assert_eq!(swath_kernels::sort(&c, 0)?.as_slice::<f64>()?.map(|v| [v[0], v[1]]), Some([1.0, 3.0]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn sort(chunk: &Chunk, axis: usize) -> Result<Chunk> {
    let rows = axis_last(chunk, axis)?;
    let n = rows.shape().last().copied().unwrap_or(1).max(1);
    with_dtype!(chunk.dtype(), T => {
        let mut values = values_of::<T>(&rows)?.to_vec();
        for row in values.chunks_mut(n) {
            row.sort_unstable_by(T::order);
        }
        axis_back(&Chunk::from_vec(values, rows.shape())?, axis)
    })
}

/// The positions along an axis that would sort it; equal elements keep their order.
///
/// # Errors
/// As [`sort`].
pub fn argsort(chunk: &Chunk, axis: usize) -> Result<Chunk> {
    let rows = axis_last(chunk, axis)?;
    let n = rows.shape().last().copied().unwrap_or(1).max(1);
    with_dtype!(chunk.dtype(), T => {
        let mut positions: Vec<i64> = Vec::with_capacity(rows.len());
        for row in values_of::<T>(&rows)?.chunks(n) {
            let mut pairs: Vec<(T, i64)> = row.iter().copied().zip(0..).collect();
            pairs.sort_by(|a, b| a.0.order(&b.0));
            positions.extend(pairs.into_iter().map(|(_, i)| i));
        }
        axis_back(&Chunk::from_vec(positions, rows.shape())?, axis)
    })
}
