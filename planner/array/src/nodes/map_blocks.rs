//! A user's function over the chunks of arrays.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType};
use swath_error::{Error, Result};
use swath_graph::Key;
use swath_tasks::TaskFunction;

use super::elementwise::Mapped;
use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr};
use crate::lower::{Grid, Lowering};

/// Where a chunk lies, for a user's function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockInfo {
    /// Which chunk it is, along each axis of the result.
    pub block: Vec<usize>,
    /// How many chunks there are along each axis.
    pub grid: Vec<usize>,
    /// The position of the chunk's first element in the result; zeros where chunk lengths are unknown.
    pub offset: Vec<usize>,
    /// The shape the function's result is to have; empty where chunk lengths are unknown.
    pub shape: Vec<usize>,
}

/// A function from the chunks at one place of the grid to the result's chunk.
pub type BlockFunction = Arc<dyn Fn(&[Chunk], &BlockInfo) -> Result<Chunk> + Send + Sync>;

/// The function and what its results are.
#[derive(Clone)]
pub(crate) struct MapBlocks {
    pub(crate) name: Arc<str>,
    pub(crate) function: BlockFunction,
    /// The registered function that does the same in another process, or why there is none.
    pub(crate) task: Result<TaskFunction>,
    /// Functions cannot be compared, so every call is work of its own.
    pub(crate) identity: Key,
    pub(crate) dtype: DType,
    /// The chunks of the result, when they are not those of the inputs.
    pub(crate) chunks: Option<Chunks>,
}

/// Applies `function` to every chunk of `arrays`, which are broadcast and cut alike first.
///
/// The result's chunks are those of the arrays, unless `chunks` names others: their grid must be that of the arrays, with
/// trailing axes dropped or added where they are one chunk. In another process `task` is called instead of the function.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the arrays do not broadcast or `chunks` has another number of chunks.
pub fn map_blocks(
    arrays: &[Expr],
    name: &str,
    dtype: DType,
    chunks: Option<Chunks>,
    function: BlockFunction,
    task: Result<TaskFunction>,
) -> Result<Expr> {
    if arrays.is_empty() {
        return Err(Error::argument("map_blocks needs at least one array"));
    }
    let identity = Key::unique("map-blocks");
    let node = MapBlocks { name: name.into(), function, task, identity, dtype, chunks };
    node.over(arrays.to_vec())
}

impl MapBlocks {
    fn over(self, inputs: Vec<Expr>) -> Result<Expr> {
        let program = swath_kernels::Program::identity(self.dtype);
        let map = Mapped::align(program, inputs)?;
        let common = map.chunks;
        let chunks = self.chunks.clone().unwrap_or_else(|| common.clone());
        if chunks.blocks() != common.blocks() {
            return Err(Error::new(
                swath_error::ErrorKind::ShapeMismatch,
                format!(
                    "the function {} was declared to give {} chunks and is run on {}",
                    self.name,
                    chunks.blocks(),
                    common.blocks()
                ),
            ));
        }
        let hasher = Key::of("array").str("map_blocks").key(self.identity);
        let key = map.inputs.iter().fold(hasher, |h, e| h.key(e.key())).finish();
        Expr::new(key, self.dtype, chunks, self, map.inputs)
    }
}

impl ArrayNode for MapBlocks {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.clone().over(inputs)
    }

    fn label(&self) -> String {
        format!("map_blocks({})", self.name)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::map_blocks(self, expr, to)
    }
}
