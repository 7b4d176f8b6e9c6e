//! Tasks that read a source or make values, and tasks that hand out blocks already computed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{Block, DType, Inputs, Operation, TaskContext, encode_operation, register_operation};
use swath_error::{Error, Result};
use swath_graph::{Annotations, Key};

use super::arguments::LeafChunks;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::{Held, Leaf};

/// Reads or makes one chunk.
#[derive(Debug, Serialize, Deserialize)]
struct ReadLeaf(LeafChunks);

register_operation!(ReadLeaf, "array.leaf");

impl Operation for ReadLeaf {
    fn name(&self) -> &'static str {
        "array.leaf"
    }

    fn run(&self, _: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let chunk = self.0.chunk(&coordinates(ctx.index as usize, &self.0.grid()))?;
        ctx.add_bytes_read(chunk.len() as u64 * chunk.dtype().size() as u64);
        Ok(chunk.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layer of a leaf.
pub(crate) fn leaf(node: &Leaf, dtype: DType, key: Key, to: &mut Lowering<'_>) -> Result<Grid> {
    let chunks = LeafChunks::of(node)?;
    let grid = chunks.grid();
    let name = if matches!(node.origin, crate::nodes::Origin::Source(_)) { "read" } else { "make" };
    let annotations = if node.origin.is_free() {
        Annotations::default()
    } else {
        Annotations::producer(Some(node.chunks.largest() as u64 * dtype.size() as u64))
    };
    let tasks = to.layer(key, name, ReadLeaf(chunks), grid.iter().product(), annotations, |_, _| {})?;
    Grid::new(grid, tasks)
}

/// Hands out blocks that are in memory.
#[derive(Debug)]
struct HandOut(Arc<[Block]>);

impl Operation for HandOut {
    fn name(&self) -> &'static str {
        "array.held"
    }

    fn run(&self, _: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        self.0
            .get(ctx.index as usize)
            .cloned()
            .ok_or_else(|| Error::internal(format!("there is no block {}", ctx.index)))
    }
}

/// The layer of blocks already computed.
pub(crate) fn held(node: &Held, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let tasks = to.layer(
        expr.key(),
        "persisted",
        HandOut(node.blocks.clone()),
        node.blocks.len(),
        Annotations::default(),
        |_, _| {},
    )?;
    Grid::new(expr.chunks().grid(), tasks)
}
