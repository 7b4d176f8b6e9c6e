//! Basic indexing: ranges with steps, single indices, new axes.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, Shape, Strides, with_dtype};
use swath_error::Result;

use super::{concat, contiguous, mismatch};

/// What to take along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SliceIndex {
    /// `len` elements: `start`, `start + step`, …; the step may be negative, not 0.
    Range {
        /// The first element taken.
        start: usize,
        /// From one element taken to the next.
        step: isize,
        /// How many elements.
        len: usize,
    },
    /// One element; the axis goes away.
    Index(usize),
    /// A new axis of length 1; uses no axis of the chunk.
    NewAxis,
}

impl SliceIndex {
    /// `start .. end` with step 1.
    pub fn range(start: usize, end: usize) -> Self {
        Self::Range { start, step: 1, len: end.saturating_sub(start) }
    }
}

/// The rows of a chunk that stands for one of `ndim` axes by broadcasting: those along axis `axis`, or all of them where the
/// chunk has none or one there. A view.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the rows leave the axis.
pub fn broadcast_rows(chunk: &Chunk, ndim: usize, axis: usize, rows: Range<usize>) -> Result<Chunk> {
    let own = (axis + chunk.shape().len()).checked_sub(ndim);
    let Some(own) = own.filter(|own| chunk.shape().get(*own) != Some(&1)) else { return Ok(chunk.clone()) };
    let whole = chunk.shape().iter().map(|n| SliceIndex::range(0, *n));
    let mut index: Vec<SliceIndex> = whole.collect();
    index.get_mut(own).into_iter().for_each(|i| *i = SliceIndex::range(rows.start, rows.end));
    slice(chunk, &index)
}

/// Basic indexing. Missing trailing indices take their whole axis. A view unless a step is negative.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when an index leaves its axis, there are too many indices or a step is 0.
pub fn slice(chunk: &Chunk, index: &[SliceIndex]) -> Result<Chunk> {
    let (mut shape, mut strides, mut offset) = (Shape::new(), Strides::new(), chunk.offset());
    let mut reversed = Vec::new();
    let mut axes = chunk.shape().iter().zip(chunk.strides());
    for item in index {
        if *item == SliceIndex::NewAxis {
            shape.push(1);
            strides.push(0);
            continue;
        }
        let (&n, &stride) = axes
            .next()
            .ok_or_else(|| mismatch(format!("{} indices for {} axes", index.len(), chunk.shape().len())))?;
        let (first, count) = bounds(*item, n)?;
        offset += first * stride;
        if let SliceIndex::Range { step, len, .. } = *item {
            if step < 0 && len > 1 {
                reversed.push(shape.len());
            }
            shape.push(count);
            strides.push(stride * step.unsigned_abs());
        }
    }
    for (n, stride) in axes {
        shape.push(*n);
        strides.push(*stride);
    }
    let view = chunk.restride(shape, strides, offset)?;
    if reversed.is_empty() { Ok(view) } else { flip(&view, &reversed) }
}

/// The lowest element taken and the number of elements; checks that all lie on the axis.
fn bounds(item: SliceIndex, n: usize) -> Result<(usize, usize)> {
    match item {
        SliceIndex::Index(i) if i < n => Ok((i, 1)),
        SliceIndex::Range { len: 0, .. } => Ok((0, 0)),
        SliceIndex::Range { start, step, len } if step != 0 => {
            let span = step.unsigned_abs().saturating_mul(len - 1);
            let (low, high) = if step > 0 {
                (Some(start), start.checked_add(span))
            } else {
                (start.checked_sub(span), Some(start))
            };
            match (low, high) {
                (Some(low), Some(high)) if high < n => Ok((low, len)),
                _ => Err(mismatch(format!("{item:?} leaves an axis of {n}"))),
            }
        }
        _ => Err(mismatch(format!("{item:?} leaves an axis of {n}"))),
    }
}

/// The chunk with some axes reversed. A copy.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when an axis does not exist.
pub fn flip(chunk: &Chunk, axes: &[usize]) -> Result<Chunk> {
    if let Some(axis) = axes.iter().find(|a| **a >= chunk.shape().len()) {
        return Err(mismatch(format!("axis {axis} of {:?} does not exist", chunk.shape())));
    }
    if axes.is_empty() || chunk.is_empty() {
        return Ok(chunk.clone());
    }
    with_dtype!(chunk.dtype(), T => {
        let mut view = chunk.view::<T>()?;
        for axis in axes {
            view.invert_axis(ndarray::Axis(*axis));
        }
        Ok(Chunk::from_array::<T>(view.as_standard_layout().into_owned()))
    })
}

/// The chunk shifted along an axis, what leaves at the end coming in at the front; a negative shift goes the other way.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the axis does not exist.
pub fn roll(chunk: &Chunk, axis: usize, shift: isize) -> Result<Chunk> {
    let n = *chunk
        .shape()
        .get(axis)
        .ok_or_else(|| mismatch(format!("axis {axis} of {:?} does not exist", chunk.shape())))?;
    let shift = if n == 0 { 0 } else { shift.rem_euclid(n as isize) as usize };
    if shift == 0 {
        return contiguous(chunk);
    }
    let part = |from, to| {
        let mut index: Vec<SliceIndex> =
            chunk.shape().iter().take(axis).map(|n| SliceIndex::range(0, *n)).collect();
        index.push(SliceIndex::range(from, to));
        slice(chunk, &index)
    };
    concat(&[part(n - shift, n)?, part(0, n - shift)?], axis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{reshape, transpose};
    use ndarray::{Array, s};

    #[test]
    fn slices_as_ndarray_does() {
        let a = Array::from_iter(0..60i64).into_shape_with_order((3, 4, 5)).unwrap();
        let c = Chunk::from_array(a.clone().into_dyn());
        let got = slice(
            &c,
            &[
                SliceIndex::Range { start: 2, step: -2, len: 2 },
                SliceIndex::NewAxis,
                SliceIndex::Index(1),
                SliceIndex::Range { start: 4, step: -1, len: 3 },
            ],
        )
        .unwrap();
        let mut want = a.slice(s![..;2, 1, 2..5]).to_owned();
        want.invert_axis(ndarray::Axis(0));
        want.invert_axis(ndarray::Axis(1));
        assert_eq!(got.shape(), [2, 1, 3]);
        assert_eq!(reshape(&got, &[2, 3]).unwrap().view::<i64>().unwrap(), want.into_dyn());
        assert!(slice(&c, &[SliceIndex::Index(3)]).is_err());
        assert!(slice(&c, &[SliceIndex::Range { start: 1, step: -2, len: 2 }]).is_err());
        assert_eq!(slice(&c, &[SliceIndex::range(3, 3)]).unwrap().shape(), [0, 4, 5]);
    }

    #[test]
    fn transposed_copies_are_right_for_every_order() {
        let a = Array::from_iter(0..2 * 40 * 70i32).into_shape_with_order((2, 40, 70)).unwrap().into_dyn();
        let c = Chunk::from_array(a.clone());
        for axes in [[0, 2, 1], [2, 1, 0], [1, 0, 2], [2, 0, 1], [1, 2, 0]] {
            let t = crate::layout::contiguous(&transpose(&c, &axes).unwrap()).unwrap();
            assert_eq!(t.view::<i32>().unwrap(), a.view().permuted_axes(axes.to_vec()), "{axes:?}");
        }
        let r = roll(&c, 2, -3).unwrap();
        assert_eq!(r.view::<i32>().unwrap()[[1, 5, 69]], a[[1, 5, 2]]);
    }
}
