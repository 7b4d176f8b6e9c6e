//! How large an array may be: what no address space holds and no graph counts is refused when it is written down.
//!
//! In: shapes, and chunks. Out: nothing, or an error that names the shape. It never allocates by the sizes it is given.

use swath_block::DType;
use swath_error::{Error, Result};

use super::{Axis, Chunks};

/// The most chunks an array may have: each is a task, and tasks are numbered in 32 bits.
const MAX_CHUNKS: usize = u32::MAX as usize;

/// Refuses a shape whose elements take more bytes than an address space has. As in NumPy, lengths of 0 do not count.
pub(super) fn check_shape(shape: &[usize], dtype: DType) -> Result<()> {
    let lengths = shape.iter().filter(|n| **n > 0);
    let bytes = lengths.copied().try_fold(dtype.size(), usize::checked_mul);
    match bytes.filter(|n| isize::try_from(*n).is_ok()) {
        Some(_) => Ok(()),
        None => Err(Error::argument(format!(
            "array is too big: the shape {} of {} exceeds the maximum possible size",
            text(shape),
            dtype.name()
        ))),
    }
}

/// Chunks of `size` along an axis of length `len` of an array of `shape`.
pub(super) fn regular(len: usize, size: usize, shape: &[usize]) -> Result<Axis> {
    if len.div_ceil(size.max(1)) > MAX_CHUNKS { Err(too_many(shape)) } else { Ok(Axis::regular(len, size)) }
}

/// Refuses more chunks than a graph has numbers for.
pub(super) fn check_count(axes: &[Axis], shape: &[usize]) -> Result<()> {
    let blocks = axes.iter().map(Axis::blocks).try_fold(1, usize::checked_mul);
    if blocks.is_some_and(|n| n <= MAX_CHUNKS) { Ok(()) } else { Err(too_many(shape)) }
}

impl Chunks {
    /// Refuses an array of `dtype` in these chunks that no address space holds, or of more chunks than a graph has
    /// numbers for. Unknown lengths do not count.
    pub(crate) fn check(&self, dtype: DType) -> Result<()> {
        let length = |axis: &Axis| match axis {
            // Lengths that do not add up to a number are longer than any axis.
            Axis::Known(sizes) => sizes.iter().copied().try_fold(0, usize::checked_add).unwrap_or(usize::MAX),
            Axis::Unknown(_) => 1,
        };
        let shape: Vec<usize> = self.axes().iter().map(length).collect();
        check_shape(&shape, dtype)?;
        check_count(self.axes(), &shape)
    }
}

fn too_many(shape: &[usize]) -> Error {
    Error::argument(format!("an array of shape {} is cut into more than {MAX_CHUNKS} chunks", text(shape)))
        .with_help("cut it into larger chunks")
}

fn text(shape: &[usize]) -> String {
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    format!("({}{})", lengths.join(", "), if shape.len() == 1 { "," } else { "" })
}
