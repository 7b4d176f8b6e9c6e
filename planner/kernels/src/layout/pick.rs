//! Elements picked, and put, by positions that are data themselves.

use swath_block::{Chunk, Element, with_dtype, with_room};
use swath_error::{Error, Result};

use super::{broadcast_to, contiguous, mismatch, row_major};

/// The positions of the elements that are not zero, in row-major order, counted from `first`.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk is malformed.
pub fn nonzero(chunk: &Chunk, first: usize) -> Result<Chunk> {
    with_dtype!(chunk.dtype(), T => {
        let own = contiguous(chunk)?;
        let values = own.as_slice::<T>()?.unwrap_or(&[]);
        let found: Vec<i64> =
            values.iter().zip(first as i64..).filter(|(v, _)| **v != T::zero()).map(|(_, i)| i).collect();
        let shape = [found.len()];
        Chunk::from_vec(found, &shape)
    })
}

/// For every element of `indices` (`int64`, the chunk's shape but along the axis): the element of the chunk at that
/// position along the axis. Negative positions count from the end.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when a position is out of bounds;
/// [`swath_error::ErrorKind::ShapeMismatch`] when the shapes differ elsewhere.
pub fn take_along_axis(chunk: &Chunk, indices: &Chunk, axis: usize) -> Result<Chunk> {
    let fits = chunk.shape().len() == indices.shape().len()
        && axis < chunk.shape().len()
        && (0..chunk.shape().len()).all(|a| a == axis || chunk.shape().get(a) == indices.shape().get(a));
    if !fits {
        return Err(mismatch(format!(
            "indices of shape {:?} do not fit an array of shape {:?} along axis {axis}",
            indices.shape(),
            chunk.shape()
        )));
    }
    let n = chunk.shape().get(axis).copied().unwrap_or(0);
    with_dtype!(chunk.dtype(), T => {
        let (values, at) = (chunk.view::<T>()?, indices.view::<i64>()?);
        let mut out: Vec<T> = with_room(indices.len());
        let mut place = vec![0usize; chunk.shape().len()];
        for (index, wanted) in at.indexed_iter() {
            for (p, a) in place.iter_mut().zip(0..) {
                *p = index[a];
            }
            if let Some(p) = place.get_mut(axis) {
                *p = position(*wanted, axis, n)?;
            }
            out.extend(values.get(place.as_slice()).copied());
        }
        Chunk::from_vec(out, indices.shape())
    })
}

/// The positions `indices` (`int64`) along an axis, in place of the axis; negative ones count from the end.
///
/// # Errors
/// As [`take_along_axis`].
pub fn take_indices(chunk: &Chunk, indices: &Chunk, axis: usize) -> Result<Chunk> {
    let n = *chunk
        .shape()
        .get(axis)
        .ok_or_else(|| mismatch(format!("axis {axis} of {:?} does not exist", chunk.shape())))?;
    let at = indices.view::<i64>()?.iter().map(|i| position(*i, axis, n)).collect::<Result<Vec<_>>>()?;
    super::take(chunk, axis, &at)
}

fn position(i: i64, axis: usize, n: usize) -> Result<usize> {
    let from_front = if i < 0 { i + n as i64 } else { i };
    usize::try_from(from_front)
        .ok()
        .filter(|i| *i < n)
        .ok_or_else(|| Error::argument(format!("index {i} is out of bounds for axis {axis} with size {n}")))
}

/// The elements at points: `at` holds, for each of the axes named, the position of every point. The result has the points
/// along its first axis, and the other axes after it.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when a point lies outside the chunk.
pub fn take_points(chunk: &Chunk, axes: &[usize], at: &[Vec<usize>]) -> Result<Chunk> {
    let (shape, ndim) = (chunk.shape(), chunk.shape().len());
    let rest: Vec<usize> = (0..ndim).filter(|a| !axes.contains(a)).collect();
    let count = at.first().map_or(0, Vec::len);
    let order: Vec<usize> = axes.iter().chain(&rest).copied().collect();
    let rows = contiguous(&super::transpose(chunk, &order)?)?;
    let row: usize = rest.iter().filter_map(|a| shape.get(*a)).product();
    let lengths: Vec<usize> = axes.iter().filter_map(|a| shape.get(*a).copied()).collect();
    let mut wanted: Vec<usize> = vec![count];
    wanted.extend(rest.iter().filter_map(|a| shape.get(*a)));
    with_dtype!(chunk.dtype(), T => {
        let values = rows.as_slice::<T>()?.unwrap_or(&[]);
        let mut out: Vec<T> = with_room(count * row);
        for i in 0..count {
            let mut flat = 0;
            for (positions, n) in at.iter().zip(&lengths) {
                let p = positions.get(i).copied().filter(|p| p < n);
                let p = p.ok_or_else(|| Error::argument(format!("point {i} lies outside of {shape:?}")))?;
                flat = flat * n + p;
            }
            out.extend_from_slice(values.get(flat * row..(flat + 1) * row).unwrap_or(&[]));
        }
        Chunk::from_vec(out, &wanted)
    })
}

/// The chunk with the elements at the positions `at` along each axis replaced by those of `values`, which broadcasts to
/// the positions' shape and has the chunk's type. Of positions named twice the last counts.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when a position is out of bounds;
/// [`swath_error::ErrorKind::ShapeMismatch`] when the values do not broadcast.
pub fn put(chunk: &Chunk, at: &[Vec<usize>], values: &Chunk) -> Result<Chunk> {
    let shape = chunk.shape();
    let count: Vec<usize> = at.iter().map(Vec::len).collect();
    let outside = at.iter().zip(shape).any(|(at, n)| at.iter().any(|i| i >= n));
    if at.len() != shape.len() || outside {
        return Err(Error::argument(format!("positions to be set lie outside of {shape:?}")));
    }
    let values = broadcast_to(values, &count)?;
    with_dtype!(chunk.dtype(), T => put_values::<T>(chunk, at, &values))
}

fn put_values<T: Element>(chunk: &Chunk, at: &[Vec<usize>], values: &Chunk) -> Result<Chunk> {
    let strides = row_major(chunk.shape());
    let own = contiguous(chunk)?;
    let mut out: Vec<T> = own.as_slice::<T>()?.unwrap_or(&[]).to_vec();
    for (index, value) in values.view::<T>()?.indexed_iter() {
        let places = at.iter().zip(&strides).enumerate();
        let flat: usize =
            places.map(|(a, (at, stride))| at.get(index[a]).copied().unwrap_or(0) * stride).sum();
        if let Some(slot) = out.get_mut(flat) {
            *slot = *value;
        }
    }
    Chunk::from_vec(out, chunk.shape())
}
