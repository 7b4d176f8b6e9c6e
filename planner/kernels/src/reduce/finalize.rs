//! Third phase: the result from the last partial result.

use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use super::ReduceOp;

/// The result, of [`ReduceOp::result_dtype`] for elements of type `input`; `keepdims` keeps the reduced axes with length 1.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for an extreme of nothing, or the index of an extreme among NaN only.
pub fn finalize(
    op: ReduceOp,
    input: DType,
    parts: Vec<Chunk>,
    axes: &[usize],
    keepdims: bool,
) -> Result<Chunk> {
    let _ = (input, parts, axes, keepdims);
    Err(Error::unsupported(op.name()))
}
