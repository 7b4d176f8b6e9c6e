//! Conversion of a chunk to another element type, as `astype` does it.

use swath_block::{Chunk, DType};
use swath_error::Result;

use crate::program::ProgramBuilder;

/// The chunk with elements of `dtype`; itself when it has them.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk is malformed.
pub fn cast(chunk: &Chunk, dtype: DType) -> Result<Chunk> {
    if chunk.dtype() == dtype {
        return Ok(chunk.clone());
    }
    let mut b = ProgramBuilder::new();
    let x = b.input(chunk.dtype());
    let y = b.cast(x, dtype);
    b.finish(y)?.eval(vec![chunk.clone()], chunk.shape())
}
