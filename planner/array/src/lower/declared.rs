//! What users' functions were declared to give, and whether they did.

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};

use super::coordinates;
use crate::chunks::{Bounds, Chunks};
use crate::nodes::BlockInfo;

/// The type and the chunks of a function's result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Declared {
    dtype: DType,
    chunks: Chunks,
    bounds: Bounds,
}

impl Declared {
    pub fn new(dtype: DType, chunks: &Chunks) -> Self {
        Self { dtype, chunks: chunks.clone(), bounds: Bounds::of(chunks) }
    }

    /// What the function is told about the chunk of task `index`.
    pub fn info(&self, index: usize) -> BlockInfo {
        let grid = self.chunks.grid();
        let block = coordinates(index, &grid);
        let spans = || self.bounds.spans(&block);
        BlockInfo {
            grid: grid.to_vec(),
            offset: spans().map(|span| span.map_or(0, |(start, _)| start)).collect(),
            shape: spans().map(|span| span.map(|(_, len)| len)).collect::<Option<_>>().unwrap_or_default(),
            block: block.to_vec(),
        }
    }

    /// An error when the function `name` gave something else than was declared.
    pub fn check(&self, name: &str, result: &Chunk, info: &BlockInfo) -> Result<()> {
        let known = info.shape.len() == self.chunks.ndim() && self.chunks.is_known();
        if result.dtype() == self.dtype && (!known || result.shape() == info.shape) {
            return Ok(());
        }
        let (dtype, shape, block) = (result.dtype(), result.shape(), &info.block);
        let declared = format!("declared are {} of shape {:?}", self.dtype, info.shape);
        Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("the function {name} gave {dtype} of shape {shape:?} for chunk {block:?}, {declared}"),
        )
        .with_help("declare the chunks that the function gives: map_blocks_with, adjust_chunks, new_axis"))
    }
}
