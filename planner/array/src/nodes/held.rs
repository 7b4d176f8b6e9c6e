//! Blocks that are computed already: what `persist()` gives.

use std::sync::Arc;

use swath_block::Block;
use swath_error::{Error, Result};

use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// The blocks, in row-major order of the grid.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) blocks: Arc<[Block]>,
}

/// An expression over the computed blocks of `of`; chunk lengths that were unknown are known now.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the blocks are not those of `of`.
pub fn held(of: &Expr, blocks: Vec<Block>) -> Result<Expr> {
    if blocks.len() != of.chunks().blocks() {
        return Err(Error::internal(format!(
            "{} blocks for a grid of {}",
            blocks.len(),
            of.chunks().blocks()
        )));
    }
    let chunks = if of.chunks().is_known() { of.chunks().clone() } else { measured(of.chunks(), &blocks)? };
    let key = key_of("held", &(), std::slice::from_ref(of))?;
    Expr::new(key, of.dtype(), chunks, Held { blocks: blocks.into() }, [])
}

/// The chunk lengths the blocks turn out to have.
fn measured(chunks: &Chunks, blocks: &[Block]) -> Result<Chunks> {
    let grid = chunks.grid();
    let mut axes = Vec::with_capacity(grid.len());
    for (axis, count) in grid.iter().enumerate() {
        let step: usize = grid.iter().skip(axis + 1).product();
        let sizes = (0..*count).map(|i| match blocks.get(i * step) {
            Some(Block::Array(chunk)) => Ok(chunk.shape().get(axis).copied().unwrap_or(0)),
            _ => Err(Error::internal("a computed array holds something other than chunks")),
        });
        axes.push(Axis::known(sizes.collect::<Result<Vec<_>>>()?));
    }
    Ok(Chunks::new(axes))
}

impl ArrayNode for Held {
    fn rebuild(&self, _: Vec<Expr>) -> Result<Expr> {
        Err(Error::internal("computed blocks read nothing"))
    }

    fn label(&self) -> String {
        format!("persisted({} chunks)", self.blocks.len())
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::held(self, expr, to)
    }
}
