//! Moving elements without changing them: views where strides allow, copies otherwise.
//!
//! In: chunks. Out: chunks of the same elements in another arrangement. It never computes with elements.

mod assemble;
mod copy;
mod gather;
mod pad;
mod pick;
mod slice;
mod view;
mod windows;

pub use assemble::{assemble, concat, concat_grid, stack};
pub use copy::{contiguous, copy_into};
pub use gather::{mask, mask_axis, repeat, take};
pub use pad::{PadMode, pad, pad_source};
pub use pick::{nonzero, put, take_along_axis, take_indices, take_points};
pub use slice::{SliceIndex, broadcast_rows, flip, roll, slice};
pub(crate) use view::broadcast_strides;
pub use view::{broadcast_shapes, broadcast_to, expand_dims, reshape, squeeze, transpose};
pub use windows::{diagonal, sliding_windows};

use swath_error::{Error, ErrorKind};

/// An error about shapes or axes that do not fit.
pub(crate) fn mismatch(message: String) -> Error {
    Error::new(ErrorKind::ShapeMismatch, message)
}

/// Strides of a row-major array of this shape.
pub(crate) fn row_major(shape: &[usize]) -> swath_block::Strides {
    let mut strides: swath_block::Strides = std::iter::repeat_n(0, shape.len()).collect();
    let mut step = 1;
    for (stride, n) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step *= (*n).max(1);
    }
    strides
}
