//! Picking elements by index or by mask.

use ndarray::{ArrayViewD, ArrayViewMutD, Axis, IxDyn};
use swath_block::{Chunk, Element, with_dtype, with_room, zeroed};
use swath_error::{Error, ErrorKind, Result};

use super::{contiguous, mismatch};

/// The sub-arrays at `indices` along an axis, in that order, repeats allowed.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when an index is out of range;
/// [`swath_error::ErrorKind::ShapeMismatch`] when the axis does not exist.
pub fn take(chunk: &Chunk, axis: usize, indices: &[usize]) -> Result<Chunk> {
    let n = *chunk.shape().get(axis).ok_or_else(|| no_axis(axis, chunk))?;
    if let Some(bad) = indices.iter().find(|i| **i >= n) {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("index {bad} is out of bounds for axis {axis} with size {n}"),
        ));
    }
    let mut shape = chunk.shape().to_vec();
    if let Some(len) = shape.get_mut(axis) {
        *len = indices.len();
    }
    with_dtype!(chunk.dtype(), T => {
        let view = chunk.view::<T>()?;
        // Whole rows are copied one after another; other axes by lanes.
        if axis == 0 {
            return take_rows(&view, indices, &shape);
        }
        let mut out = zeroed::<T>(shape.iter().product());
        let mut target = ArrayViewMutD::from_shape(IxDyn(&shape), &mut out).map_err(internal)?;
        for (mut to, from) in target.lanes_mut(Axis(axis)).into_iter().zip(view.lanes(Axis(axis))) {
            for (t, i) in to.iter_mut().zip(indices) {
                if let Some(v) = from.get(*i) {
                    *t = *v;
                }
            }
        }
        Chunk::from_vec(out, &shape)
    })
}

fn take_rows<T: Element>(view: &ArrayViewD<'_, T>, indices: &[usize], shape: &[usize]) -> Result<Chunk> {
    let mut out = with_room(shape.iter().product());
    for i in indices {
        let row = view.index_axis(Axis(0), *i);
        match row.as_slice() {
            Some(values) => out.extend_from_slice(values),
            None => out.extend(row.iter().copied()),
        }
    }
    Chunk::from_vec(out, shape)
}

/// The elements where `mask` (boolean, of the chunk's shape) is true, in row-major order: one axis.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the shapes differ; [`swath_error::ErrorKind::TypeMismatch`] when the mask is
/// not boolean.
pub fn mask(chunk: &Chunk, mask: &Chunk) -> Result<Chunk> {
    if mask.shape() != chunk.shape() {
        return Err(mismatch(format!(
            "a mask of shape {:?} does not fit an array of shape {:?}",
            mask.shape(),
            chunk.shape()
        )));
    }
    let mask = contiguous(mask)?;
    let keep = mask.as_slice::<bool>()?.unwrap_or(&[]);
    let kept = keep.iter().filter(|k| **k).count();
    with_dtype!(chunk.dtype(), T => {
        let mut out: Vec<T> = with_room(kept);
        match chunk.as_slice::<T>()? {
            Some(values) => out.extend(values.iter().zip(keep).filter(|(_, k)| **k).map(|(v, _)| *v)),
            None => out.extend(chunk.view::<T>()?.iter().zip(keep).filter(|(_, k)| **k).map(|(v, _)| *v)),
        }
        Chunk::from_vec(out, &[kept])
    })
}

/// The sub-arrays along an axis where a boolean vector is true.
///
/// # Errors
/// As [`mask`].
pub fn mask_axis(chunk: &Chunk, axis: usize, mask: &Chunk) -> Result<Chunk> {
    let n = *chunk.shape().get(axis).ok_or_else(|| no_axis(axis, chunk))?;
    if mask.shape() != [n] {
        return Err(mismatch(format!("a mask of shape {:?} does not fit an axis of {n}", mask.shape())));
    }
    let indices: Vec<usize> =
        mask.view::<bool>()?.iter().enumerate().filter(|(_, k)| **k).map(|(i, _)| i).collect();
    take(chunk, axis, &indices)
}

/// Each sub-array along an axis `times` times.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the axis does not exist.
pub fn repeat(chunk: &Chunk, axis: usize, times: usize) -> Result<Chunk> {
    let n = *chunk.shape().get(axis).ok_or_else(|| no_axis(axis, chunk))?;
    let indices: Vec<usize> = (0..n).flat_map(|i| std::iter::repeat_n(i, times)).collect();
    take(chunk, axis, &indices)
}

fn no_axis(axis: usize, chunk: &Chunk) -> Error {
    mismatch(format!("axis {axis} of {:?} does not exist", chunk.shape()))
}

fn internal(e: ndarray::ShapeError) -> Error {
    Error::internal("a gathered chunk does not fit its buffer").with_source(e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn takes_along_both_axes_and_masks() {
        let c = Chunk::from_array(array![[1u8, 2, 3], [4, 5, 6]].into_dyn());
        assert_eq!(
            take(&c, 1, &[2, 0, 2]).unwrap().view::<u8>().unwrap(),
            array![[3, 1, 3], [6, 4, 6]].into_dyn()
        );
        assert_eq!(
            take(&c, 0, &[1, 1]).unwrap().view::<u8>().unwrap(),
            array![[4, 5, 6], [4, 5, 6]].into_dyn()
        );
        assert!(take(&c, 0, &[2]).unwrap_err().message().contains("out of bounds"));
        let m = Chunk::from_array(array![[true, false, true], [false, false, true]].into_dyn());
        assert_eq!(mask(&c, &m).unwrap().as_slice::<u8>().unwrap(), Some(&[1, 3, 6][..]));
        let columns = Chunk::from_vec(vec![false, true, true], &[3]).unwrap();
        assert_eq!(mask_axis(&c, 1, &columns).unwrap().shape(), [2, 2]);
        assert_eq!(repeat(&c, 1, 2).unwrap().shape(), [2, 6]);
    }
}
