//! What an operation over the chunks of several arrays is handed: blocks of other tasks, and leaves made on the spot.

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, Inputs, Shape};
use swath_error::{Error, Result};
use swath_graph::TaskId;

use super::origin::LeafOrigin;
use super::{Grid, Lowering, coordinates};
use crate::chunks::{Bounds, Chunks};
use crate::expr::{Expr, Node};
use crate::index::AxisSlice;
use crate::nodes::Leaf;

/// The arguments of a layer's operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Arguments {
    /// The grid the operation runs over.
    grid: Shape,
    arguments: Vec<Argument>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Argument {
    /// The next block of the task's inputs.
    Block,
    /// A chunk of a leaf that costs next to nothing.
    Leaf(LeafChunks),
}

/// A leaf, chunk by chunk.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LeafChunks {
    origin: LeafOrigin,
    window: Vec<AxisSlice>,
    bounds: Bounds,
}

/// Where the blocks come from: one entry for every argument that is one.
pub(crate) struct Sources {
    grids: Vec<Grid>,
    over: Shape,
}

impl Arguments {
    /// The arguments that the inputs of `consumer` are, run over `chunks`.
    pub(crate) fn of(consumer: &Expr, chunks: &Chunks, to: &mut Lowering<'_>) -> Result<(Self, Sources)> {
        let grid = chunks.grid();
        let (mut arguments, mut grids) = (Vec::new(), Vec::new());
        for input in consumer.inputs() {
            arguments.push(match input.node() {
                Node::Leaf(leaf) if to.stands_inside(&leaf.origin) => Argument::Leaf(LeafChunks::of(leaf)?),
                _ => {
                    grids.push(to.grid(input, consumer)?);
                    Argument::Block
                }
            });
        }
        Ok((Self { grid: grid.clone(), arguments }, Sources { grids, over: grid }))
    }

    /// The chunks of task `index`.
    pub(crate) fn chunks(&self, inputs: Inputs, index: u32) -> Result<Vec<Chunk>> {
        let at = coordinates(index as usize, &self.grid);
        let mut blocks = inputs.into_iter();
        let mut chunks = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            chunks.push(match argument {
                Argument::Leaf(leaf) => leaf.chunk_for(&at)?,
                Argument::Block => {
                    let block = blocks.next().ok_or_else(|| Error::internal("a task has too few inputs"))?;
                    std::sync::Arc::unwrap_or_clone(block.into_chunk()?)
                }
            });
        }
        Ok(chunks)
    }

    /// How many of the arguments are blocks of other tasks.
    pub(crate) fn blocks(&self) -> usize {
        self.arguments.iter().filter(|a| matches!(a, Argument::Block)).count()
    }

    /// Where task `index` lies in the grid.
    pub(crate) fn place(&self, index: u32) -> Shape {
        coordinates(index as usize, &self.grid)
    }
}

impl Sources {
    /// What task `index` reads.
    pub(crate) fn push(&self, index: usize, out: &mut Vec<TaskId>) {
        let at = coordinates(index, &self.over);
        out.extend(self.grids.iter().map(|g| g.broadcast_task(&at)));
    }
}

impl LeafChunks {
    pub(crate) fn of(leaf: &Leaf) -> Result<Self> {
        leaf.chunks.shape()?;
        let bounds = Bounds::of(&leaf.chunks);
        Ok(Self { origin: (&leaf.origin).into(), window: leaf.window.to_vec(), bounds })
    }

    /// The same leaf for another process.
    pub(crate) fn travelling(&self) -> Result<Self> {
        Ok(Self { origin: self.origin.travelling()?, ..self.clone() })
    }

    /// All chunks, in row-major order of the grid.
    pub(crate) fn all(&self) -> Result<Vec<Chunk>> {
        let grid = self.grid();
        (0..grid.iter().product()).map(|i| self.chunk(&coordinates(i, &grid))).collect()
    }

    /// The grid of the leaf's chunks.
    pub(crate) fn grid(&self) -> Shape {
        self.bounds.grid()
    }

    /// The chunk for place `at` of a grid the leaf broadcasts to.
    fn chunk_for(&self, at: &[usize]) -> Result<Chunk> {
        let grid = self.grid();
        let missing = at.len().saturating_sub(grid.len());
        let own = at.iter().skip(missing).zip(&grid);
        let own: Shape = own.map(|(i, blocks)| if *blocks == 1 { 0 } else { *i }).collect();
        self.chunk(&own)
    }

    /// The chunk at place `at` of the leaf's own grid.
    pub(crate) fn chunk(&self, at: &[usize]) -> Result<Chunk> {
        let spans = self.bounds.spans(at).zip(&self.window);
        let region: Vec<AxisSlice> = spans
            .map(|(span, window)| {
                let (start, len) = span.unwrap_or_default();
                AxisSlice::range(start, len).of(window)
            })
            .collect();
        self.origin.produce(&region)
    }
}
