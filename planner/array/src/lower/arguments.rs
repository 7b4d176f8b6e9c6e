//! What an operation over the chunks of several arrays is handed: blocks of other tasks, and leaves made on the spot.

use serde::{Deserialize, Serialize};
use swath_block::{Block, Chunk, Inputs, Shape};
use swath_error::{Error, Result};
use swath_graph::TaskId;

use super::opened::{OpenArgument, Opened};
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
    /// A chunk of a source that nobody else reads, a few rows at a time.
    Bands(LeafChunks),
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
        Self::choose(consumer, chunks, to, false)
    }

    /// As [`Self::of`]; what is read from files may come in bands, once it is [opened](Self::open).
    pub(crate) fn in_bands(
        consumer: &Expr,
        chunks: &Chunks,
        to: &mut Lowering<'_>,
    ) -> Result<(Self, Sources)> {
        Self::choose(consumer, chunks, to, true)
    }

    fn choose(
        consumer: &Expr,
        chunks: &Chunks,
        to: &mut Lowering<'_>,
        bands: bool,
    ) -> Result<(Self, Sources)> {
        let grid = chunks.grid();
        let (mut arguments, mut grids) = (Vec::new(), Vec::new());
        for input in consumer.inputs() {
            arguments.push(match input.node() {
                Node::Leaf(leaf) if to.stands_inside(&leaf.origin) => Argument::Leaf(LeafChunks::of(leaf)?),
                Node::Leaf(leaf)
                    if bands && input.chunks() == chunks && to.in_bands(input, leaf, consumer) =>
                {
                    Argument::Bands(LeafChunks::of(leaf)?)
                }
                _ => {
                    grids.push(to.grid(input, consumer)?);
                    Argument::Block
                }
            });
        }
        Ok((Self { grid: grid.clone(), arguments }, Sources { grids, over: grid }))
    }

    /// The chunks of a leaf and nothing else, in bands where its source gives them.
    pub(crate) fn reading(leaf: &Leaf) -> Result<Self> {
        let leaf = LeafChunks::of(leaf)?;
        Ok(Self { grid: leaf.grid(), arguments: vec![Argument::Bands(leaf)] })
    }

    /// The chunks of task `index`.
    pub(crate) fn chunks(&self, inputs: Inputs, index: u32) -> Result<Vec<Chunk>> {
        let at = coordinates(index as usize, &self.grid);
        let mut blocks = inputs.into_iter();
        let mut chunks = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            chunks.push(match argument {
                Argument::Leaf(leaf) | Argument::Bands(leaf) => leaf.chunk_for(&at)?,
                Argument::Block => next_chunk(&mut blocks)?,
            });
        }
        Ok(chunks)
    }

    /// The arguments of task `index`, of which those that come in bands are not read yet.
    pub(crate) fn open(&self, inputs: Inputs, index: u32) -> Result<Opened<'_>> {
        let at = coordinates(index as usize, &self.grid);
        let mut blocks = inputs.into_iter();
        let mut opened = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            opened.push(match argument {
                Argument::Leaf(leaf) => OpenArgument::Chunk(leaf.chunk_for(&at)?),
                Argument::Bands(leaf) => leaf.open(&at),
                Argument::Block => OpenArgument::Chunk(next_chunk(&mut blocks)?),
            });
        }
        Opened::new(opened)
    }

    /// Whether something is read by the tasks themselves.
    pub(crate) fn read(&self) -> bool {
        self.arguments.iter().any(|a| matches!(a, Argument::Bands(_)))
    }

    /// The same arguments for another process.
    pub(crate) fn travelling(&self) -> Result<Self> {
        let arguments = self.arguments.iter().map(|argument| match argument {
            Argument::Bands(leaf) => leaf.travelling().map(Argument::Bands),
            other => Ok(other.clone()),
        });
        Ok(Self { grid: self.grid.clone(), arguments: arguments.collect::<Result<_>>()? })
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

fn next_chunk(blocks: &mut impl Iterator<Item = Block>) -> Result<Chunk> {
    let block = blocks.next().ok_or_else(|| Error::internal("a task has too few inputs"))?;
    Ok(std::sync::Arc::unwrap_or_clone(block.into_chunk()?))
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
        self.origin.produce(&self.region(at))
    }

    /// The chunk at place `at` of the leaf's own grid, not read yet.
    fn open(&self, at: &[usize]) -> OpenArgument<'_> {
        OpenArgument::Bands { origin: &self.origin, region: self.region(at) }
    }

    /// What of the origin lies in the chunk at place `at` of the leaf's own grid.
    fn region(&self, at: &[usize]) -> Vec<AxisSlice> {
        let spans = self.bounds.spans(at).zip(&self.window);
        let along = |(span, window): (Option<(usize, usize)>, &AxisSlice)| {
            let (start, len) = span.unwrap_or_default();
            AxisSlice::range(start, len).of(window)
        };
        spans.map(along).collect()
    }
}
