//! One kernel for the chunks at each place of a grid.

use swath_block::DType;
use swath_error::{Error, Result};

use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr, key_of};
use crate::kernels::ChunkKernel;
use crate::lower::{Grid, Lowering};

/// The kernel and the grid it runs over. Along each axis of the grid, counted from the last, an input has as many chunks
/// as the grid or one, which then stands for all. The result has as many chunks in the same row-major order.
#[derive(Clone)]
pub(crate) struct Chunkwise {
    pub(crate) kernel: ChunkKernel,
    pub(crate) over: Chunks,
    pub(crate) dtype: DType,
    pub(crate) chunks: Chunks,
}

impl Chunkwise {
    /// The expression of this node over `inputs`.
    pub(crate) fn of(self, inputs: Vec<Expr>) -> Result<Expr> {
        if self.over.blocks() != self.chunks.blocks() {
            let (over, gives) = (self.over.blocks(), self.chunks.blocks());
            return Err(Error::internal(format!(
                "{} runs over {over} chunks and gives {gives}",
                self.kernel.name()
            )));
        }
        let key = key_of("chunkwise", &(&self.kernel, self.dtype, &self.chunks), &inputs)?;
        Expr::new(key, self.dtype, self.chunks.clone(), self, inputs)
    }
}

impl ArrayNode for Chunkwise {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().of(inputs)
    }

    fn label(&self) -> String {
        self.kernel.name().to_owned()
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::chunkwise(self, expr, to)
    }
}
