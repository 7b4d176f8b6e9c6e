//! Copies between arrangements.

use ndarray::{ArrayViewD, ArrayViewMutD, Axis, Ix2, IxDyn};
use swath_block::{Chunk, Element, with_dtype, zeroed};
use swath_error::{Error, Result};

use super::mismatch;

/// Rows and columns of a block that stays in the first-level cache while it is transposed.
const BLOCK: usize = 32;

/// The chunk with its elements one after another in row-major order: itself when they already are.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk is malformed.
pub fn contiguous(chunk: &Chunk) -> Result<Chunk> {
    if chunk.is_contiguous() {
        return Ok(chunk.clone());
    }
    with_dtype!(chunk.dtype(), T => {
        let view = chunk.view::<T>()?;
        let mut out = zeroed::<T>(chunk.len());
        let target = ArrayViewMutD::from_shape(IxDyn(chunk.shape()), &mut out)
            .map_err(|e| Error::internal("a copy does not fit its buffer").with_source(e))?;
        copy_view(view, target);
        Chunk::from_vec(out, chunk.shape())
    })
}

/// Copies a chunk's elements into a row-major slice.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] when the chunk's elements are not `T`;
/// [`swath_error::ErrorKind::ShapeMismatch`] when the slice has another length.
pub fn copy_into<T: Element>(chunk: &Chunk, out: &mut [T]) -> Result<()> {
    if out.len() != chunk.len() {
        return Err(mismatch(format!("{} elements do not fill a slice of {}", chunk.len(), out.len())));
    }
    if let Some(values) = chunk.as_slice::<T>()? {
        out.copy_from_slice(values);
        return Ok(());
    }
    let target = ArrayViewMutD::from_shape(IxDyn(chunk.shape()), out)
        .map_err(|e| Error::internal("a copy does not fit its buffer").with_source(e))?;
    copy_view(chunk.view::<T>()?, target);
    Ok(())
}

/// Copies between views of equal shapes, whatever their strides.
pub(crate) fn copy_view<T: Element>(from: ArrayViewD<'_, T>, mut to: ArrayViewMutD<'_, T>) {
    let ndim = from.ndim();
    // Where the source runs fast along another axis than the target, copy square blocks.
    let fast = (0..ndim)
        .filter(|a| from.len_of(Axis(*a)) > 1)
        .min_by_key(|a| from.stride_of(Axis(*a)).unsigned_abs());
    match fast {
        Some(fast)
            if fast + 1 < ndim
                && from.stride_of(Axis(fast)) == 1
                && from.len_of(Axis(ndim - 1)) > 1
                && from.stride_of(Axis(ndim - 1)) > 1 =>
        {
            copy_blocked(from, to, fast);
        }
        _ => to.assign(&from),
    }
}

/// Copies plane by plane of the axes `fast` and the last one.
fn copy_blocked<T: Element>(mut from: ArrayViewD<'_, T>, mut to: ArrayViewMutD<'_, T>, fast: usize) {
    let ndim = from.ndim();
    if ndim > 2 {
        let outer = usize::from(fast == 0);
        let inner_fast = if outer < fast { fast - 1 } else { fast };
        for (f, t) in from.axis_iter(Axis(outer)).zip(to.axis_iter_mut(Axis(outer))) {
            copy_blocked(f, t, inner_fast);
        }
        return;
    }
    if fast == 1 {
        from.swap_axes(0, 1);
        to.swap_axes(0, 1);
    }
    if let (Ok(from), Ok(mut to)) = (from.into_dimensionality::<Ix2>(), to.into_dimensionality::<Ix2>()) {
        for (f, mut t) in from.axis_chunks_iter(Axis(0), BLOCK).zip(to.axis_chunks_iter_mut(Axis(0), BLOCK)) {
            for (f, mut t) in f.axis_chunks_iter(Axis(1), BLOCK).zip(t.axis_chunks_iter_mut(Axis(1), BLOCK)) {
                t.assign(&f);
            }
        }
    }
}
