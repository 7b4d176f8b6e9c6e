//! Padding: borders around a chunk.

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, Scalar};
use swath_error::{Error, Result};

use super::{assemble, mismatch, take};
use crate::promote::cast_scalar;

/// What borders are filled with, as NumPy's `pad` modes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum PadMode {
    /// One value, converted to the chunk's type.
    Constant(Scalar),
    /// The element at the edge.
    Edge,
    /// Mirrored at the edge element, which is not repeated.
    Reflect,
    /// Mirrored at the edge, the edge element repeated.
    Symmetric,
    /// The other end of the axis.
    Wrap,
}

/// The chunk with `widths[axis] = (before, after)` elements added along each axis.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when `widths` has another number of axes, or an empty axis would have to be
/// continued; [`swath_error::ErrorKind::InvalidArgument`] when the constant does not fit the type.
pub fn pad(chunk: &Chunk, widths: &[(usize, usize)], mode: PadMode) -> Result<Chunk> {
    if widths.len() != chunk.shape().len() {
        return Err(mismatch(format!("{} pad widths for {} axes", widths.len(), chunk.shape().len())));
    }
    if let PadMode::Constant(value) = mode {
        return pad_constant(chunk, widths, value);
    }
    let mut padded = chunk.clone();
    for (axis, (before, after)) in widths.iter().enumerate() {
        let n = padded.shape().get(axis).copied().unwrap_or(0);
        if (*before, *after) == (0, 0) {
            continue;
        }
        if n == 0 {
            return Err(mismatch(format!("axis {axis} is empty and cannot be padded from its own elements")));
        }
        let indices: Vec<usize> = (0..before + n + after)
            .map(|i| pad_source(i as isize - *before as isize, n, mode))
            .collect::<Result<_>>()?;
        padded = take(&padded, axis, &indices)?;
    }
    Ok(padded)
}

/// Which element of an axis of length `n` stands at position `i` of the padded axis, which may lie outside `0 .. n`.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] for constants, which stand for no element, and for empty axes.
pub fn pad_source(i: isize, n: usize, mode: PadMode) -> Result<usize> {
    if n == 0 {
        return Err(Error::internal("an empty axis has no source element"));
    }
    let n = n as isize;
    let at = match mode {
        PadMode::Edge => i.clamp(0, n - 1),
        PadMode::Wrap => i.rem_euclid(n),
        PadMode::Symmetric => {
            let j = i.rem_euclid(2 * n);
            if j < n { j } else { 2 * n - 1 - j }
        }
        PadMode::Reflect if n == 1 => 0,
        PadMode::Reflect => {
            let j = i.rem_euclid(2 * (n - 1));
            if j < n { j } else { 2 * (n - 1) - j }
        }
        PadMode::Constant(_) => return Err(Error::internal("constant padding has no source element")),
    };
    Ok(at as usize)
}

fn pad_constant(chunk: &Chunk, widths: &[(usize, usize)], value: Scalar) -> Result<Chunk> {
    let value = cast_scalar(value, chunk.dtype())?;
    let shape: Vec<usize> = chunk.shape().iter().zip(widths).map(|(n, (b, a))| n + b + a).collect();
    let zeros = vec![0; shape.len()];
    let background = Chunk::full(&shape, value);
    let at = widths.iter().map(|(before, _)| *before).collect();
    // The background is a piece of its own: strides of 0 make it one element.
    let pieces = [(zeros, background), (at, chunk.clone())];
    assemble(chunk.dtype(), &shape, &pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_as_numpy_does() {
        let c = Chunk::from_vec(vec![1i64, 2, 3], &[3]).unwrap();
        let padded = |mode| {
            let p = pad(&c, &[(2, 4)], mode).unwrap();
            p.as_slice::<i64>().unwrap().unwrap().to_vec()
        };
        assert_eq!(padded(PadMode::Constant(Scalar::I64(9))), [9, 9, 1, 2, 3, 9, 9, 9, 9]);
        assert_eq!(padded(PadMode::Edge), [1, 1, 1, 2, 3, 3, 3, 3, 3]);
        assert_eq!(padded(PadMode::Reflect), [3, 2, 1, 2, 3, 2, 1, 2, 3]);
        assert_eq!(padded(PadMode::Symmetric), [2, 1, 1, 2, 3, 3, 2, 1, 1]);
        assert_eq!(padded(PadMode::Wrap), [2, 3, 1, 2, 3, 1, 2, 3, 1]);
    }
}
