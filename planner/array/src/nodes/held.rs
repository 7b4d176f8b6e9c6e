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

/// An expression over the computed blocks of `of`, in row-major order; chunk lengths that are unknown stay so.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the blocks are not those of `of`.
pub fn held(of: &Expr, blocks: Vec<Block>) -> Result<Expr> {
    make(of, blocks, of.chunks().clone())
}

/// The same, where `lengths` holds the lengths of every block along every axis, as [`crate::lengths`] gives them.
///
/// # Errors
/// As [`held`].
pub fn held_measured(of: &Expr, blocks: Vec<Block>, lengths: &[i64]) -> Result<Expr> {
    let grid = of.chunks().grid();
    let ndim = grid.len();
    let mut axes = Vec::with_capacity(ndim);
    for (axis, count) in grid.iter().enumerate() {
        let step: usize = grid.iter().skip(axis + 1).product();
        let length = |i: usize| lengths.get(i * step * ndim + axis).and_then(|n| usize::try_from(*n).ok());
        let sizes: Option<Vec<usize>> = (0..*count).map(length).collect();
        axes.push(Axis::known(sizes.ok_or_else(|| Error::internal("computed blocks lack their lengths"))?));
    }
    make(of, blocks, Chunks::new(axes))
}

fn make(of: &Expr, blocks: Vec<Block>, chunks: Chunks) -> Result<Expr> {
    if blocks.len() != chunks.blocks() {
        return Err(Error::internal(format!("{} blocks for a grid of {}", blocks.len(), chunks.blocks())));
    }
    let key = key_of("held", &chunks, std::slice::from_ref(of))?;
    Expr::new(key, of.dtype(), chunks, Held { blocks: blocks.into() }, [])
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
