//! Second phase: partial results of neighbouring chunks into one.

use swath_block::Chunk;
use swath_error::{Error, Result};

use super::ReduceOp;

/// One partial result from several, given in the order of their chunks along the reduced axes.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the partial results have different shapes.
pub fn combine(op: ReduceOp, parts: Vec<Vec<Chunk>>) -> Result<Vec<Chunk>> {
    let _ = parts;
    Err(Error::unsupported(op.name()))
}
