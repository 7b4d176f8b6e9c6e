//! Views along several axes at once: sliding windows and diagonals.

use swath_block::{Chunk, Shape, Strides};
use swath_error::Result;

use super::mismatch;

/// The chunk's windows along axes as new last axes: of `(axis, length)` pairs, the axis keeps the positions at which a
/// whole window begins. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when an axis does not exist or is shorter than its window.
///
/// ```
/// use swath_block::Chunk;
/// let x = Chunk::from_vec(vec![1, 2, 3, 4], &[4])?;
/// let w = swath_kernels::sliding_windows(&x, &[(0, 3)])?;
/// assert_eq!(w.view::<i32>()?, ndarray::array![[1, 2, 3], [2, 3, 4]].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn sliding_windows(chunk: &Chunk, windows: &[(usize, usize)]) -> Result<Chunk> {
    let (mut shape, mut strides): (Shape, Strides) = (chunk.shape().into(), chunk.strides().into());
    for (axis, length) in windows {
        let stride = strides.get(*axis).copied().unwrap_or(0);
        let Some(n) = shape.get_mut(*axis).filter(|n| **n + 1 >= *length) else {
            return Err(mismatch(format!(
                "a window of {length} does not fit axis {axis} of {:?}",
                chunk.shape()
            )));
        };
        *n = *n + 1 - length;
        shape.push(*length);
        strides.push(stride);
    }
    chunk.restride(shape, strides, chunk.offset())
}

/// The elements where axes have equal positions: axis `i` of the chunk becomes axis `to[i]` of the result, and axes that
/// become one are walked together. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when axes that become one have different lengths, or `to` leaves axes out.
///
/// ```
/// use swath_block::Chunk;
/// let x = Chunk::from_vec(vec![1, 2, 3, 4], &[2, 2])?;
/// assert_eq!(swath_kernels::diagonal(&x, &[0, 0])?.view::<i32>()?, ndarray::array![1, 4].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn diagonal(chunk: &Chunk, to: &[usize]) -> Result<Chunk> {
    let fail = || mismatch(format!("the axes of {:?} do not become the axes {to:?}", chunk.shape()));
    let ndim = to.iter().max().map_or(0, |a| a + 1);
    let (mut shape, mut strides) = (vec![None; ndim], vec![0; ndim]);
    if to.len() != chunk.shape().len() {
        return Err(fail());
    }
    for ((axis, n), stride) in to.iter().zip(chunk.shape()).zip(chunk.strides()) {
        let (Some(length), Some(step)) = (shape.get_mut(*axis), strides.get_mut(*axis)) else {
            return Err(fail());
        };
        if length.is_some_and(|l| l != *n) {
            return Err(fail());
        }
        *length = Some(*n);
        *step += stride;
    }
    let shape: Shape = shape.into_iter().collect::<Option<_>>().ok_or_else(fail)?;
    chunk.restride(shape, strides.into(), chunk.offset())
}
