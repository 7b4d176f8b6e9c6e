//! Rearrangements that share the chunk's buffer.

use swath_block::{Chunk, Shape, Strides};
use swath_error::Result;

use super::{contiguous, mismatch, row_major};

/// The chunk with its axes in another order: axis `i` of the result is axis `axes[i]` of the chunk. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when `axes` does not name every axis once.
pub fn transpose(chunk: &Chunk, axes: &[usize]) -> Result<Chunk> {
    let mut seen = vec![false; chunk.shape().len()];
    let mut shape = Shape::new();
    let mut strides = Strides::new();
    for &axis in axes {
        match (seen.get_mut(axis), chunk.shape().get(axis), chunk.strides().get(axis)) {
            (Some(seen), Some(n), Some(stride)) if !*seen => {
                *seen = true;
                shape.push(*n);
                strides.push(*stride);
            }
            _ => return Err(bad_axes(axes, seen.len())),
        }
    }
    if axes.len() != seen.len() {
        return Err(bad_axes(axes, seen.len()));
    }
    chunk.restride(shape, strides, chunk.offset())
}

fn bad_axes(axes: &[usize], ndim: usize) -> swath_error::Error {
    mismatch(format!("axes {axes:?} do not name each of {ndim} axes once"))
}

/// The chunk with another shape of as many elements, in row-major order: a view when the elements lie in order, else a
/// copy.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the numbers of elements differ.
pub fn reshape(chunk: &Chunk, shape: &[usize]) -> Result<Chunk> {
    let wanted = shape.iter().try_fold(1usize, |n, d| n.checked_mul(*d));
    if wanted != Some(chunk.len()) {
        return Err(mismatch(format!("{:?} cannot be reshaped to {shape:?}", chunk.shape())));
    }
    // A chunk of one repeated element stays one.
    if chunk.strides().iter().all(|s| *s == 0) {
        let strides = std::iter::repeat_n(0, shape.len()).collect();
        return chunk.restride(shape.into(), strides, chunk.offset());
    }
    let chunk = contiguous(chunk)?;
    chunk.restride(shape.into(), row_major(shape), chunk.offset())
}

/// The chunk repeated along new leading axes and axes of length 1 until it has `shape`. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when NumPy's broadcasting rules do not allow it.
pub fn broadcast_to(chunk: &Chunk, shape: &[usize]) -> Result<Chunk> {
    let strides = broadcast_strides(chunk, shape)?;
    chunk.restride(shape.into(), strides, chunk.offset())
}

/// Strides of the chunk seen as `shape`.
pub(crate) fn broadcast_strides(chunk: &Chunk, shape: &[usize]) -> Result<Strides> {
    let fail = || mismatch(format!("{:?} cannot be broadcast to {shape:?}", chunk.shape()));
    let new = shape.len().checked_sub(chunk.shape().len()).ok_or_else(fail)?;
    let mut strides: Strides = std::iter::repeat_n(0, new).collect();
    for ((have, want), stride) in chunk.shape().iter().zip(shape.iter().skip(new)).zip(chunk.strides()) {
        match have {
            n if n == want => strides.push(*stride),
            1 => strides.push(0),
            _ => return Err(fail()),
        }
    }
    Ok(strides)
}

/// The shape that arrays of two shapes have together, by NumPy's broadcasting rules.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when an axis has two different lengths, neither of them 1.
///
/// ```
/// use swath_kernels::broadcast_shapes;
/// assert_eq!(broadcast_shapes(&[5, 1], &[3])?, vec![5, 3]);
/// assert!(broadcast_shapes(&[5], &[3]).is_err());
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn broadcast_shapes(a: &[usize], b: &[usize]) -> Result<Vec<usize>> {
    let ndim = a.len().max(b.len());
    let at =
        |s: &[usize], i: usize| (i + s.len()).checked_sub(ndim).and_then(|i| s.get(i).copied()).unwrap_or(1);
    (0..ndim)
        .map(|i| match (at(a, i), at(b, i)) {
            (x, y) if x == y || y == 1 => Ok(x),
            (1, y) => Ok(y),
            _ => Err(mismatch(format!("operands of shapes {a:?} and {b:?} cannot be broadcast together"))
                .with_help("each pair of lengths, counted from the last axis, must be equal or contain a 1")),
        })
        .collect()
}

/// The chunk without the given axes, which have length 1. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when an axis is longer.
pub fn squeeze(chunk: &Chunk, axes: &[usize]) -> Result<Chunk> {
    if let Some(axis) = axes.iter().find(|a| chunk.shape().get(**a) != Some(&1)) {
        return Err(mismatch(format!("axis {axis} of {:?} does not have length 1", chunk.shape())));
    }
    let kept = |i: &usize| !axes.contains(i);
    let pick = |of: &[usize]| (0..of.len()).filter(kept).filter_map(|i| of.get(i).copied()).collect();
    chunk.restride(pick(chunk.shape()), pick(chunk.strides()), chunk.offset())
}

/// The chunk with a new axis of length 1 before axis `axis`. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when `axis` is past the end.
pub fn expand_dims(chunk: &Chunk, axis: usize) -> Result<Chunk> {
    if axis > chunk.shape().len() {
        return Err(mismatch(format!("axis {axis} is past the end of {:?}", chunk.shape())));
    }
    let (mut shape, mut strides): (Shape, Strides) = (chunk.shape().into(), chunk.strides().into());
    shape.insert(axis, 1);
    strides.insert(axis, 0);
    chunk.restride(shape, strides, chunk.offset())
}
