//! Tasks that read a source or make values, and tasks that hand out blocks already computed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, DType, HandOut, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation,
};
use swath_error::Result;
use swath_graph::{Annotations, Key};

use super::arguments::LeafChunks;
use super::{Grid, Lowering, coordinates};
use crate::expr::Expr;
use crate::nodes::{Held, Leaf, Origin};

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
        encode_operation(&Self(self.0.travelling()?))
    }
}

/// The layer of a leaf.
pub(crate) fn leaf(node: &Leaf, dtype: DType, key: Key, to: &mut Lowering<'_>) -> Result<Grid> {
    let chunks = LeafChunks::of(node)?;
    let grid = chunks.grid();
    let in_memory = matches!(&node.origin, Origin::Source(source) if source.in_memory());
    if in_memory && to.builder.travels() {
        let blocks = chunks.all()?.into_iter().map(Block::from).collect();
        return hand_out("array", blocks, key, grid, to);
    }
    let name = if matches!(node.origin, Origin::Source(_)) { "read" } else { "make" };
    let annotations = if node.origin.is_free() {
        Annotations::default()
    } else {
        Annotations::producer(Some(node.chunks.largest() as u64 * dtype.size() as u64))
    };
    let tasks = to.layer(key, name, ReadLeaf(chunks), grid.iter().product(), annotations, |_, _| {})?;
    Grid::new(grid, tasks)
}

/// The layer of blocks already computed.
pub(crate) fn held(node: &Held, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    hand_out("persisted", node.blocks.clone(), expr.key(), expr.chunks().grid(), to)
}

fn hand_out(name: &str, blocks: Arc<[Block]>, key: Key, grid: Shape, to: &mut Lowering<'_>) -> Result<Grid> {
    let count = blocks.len();
    let tasks = to.layer(key, name, HandOut::new(blocks), count, Annotations::default(), |_, _| {})?;
    Grid::new(grid, tasks)
}
