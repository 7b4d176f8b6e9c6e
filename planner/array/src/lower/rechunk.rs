//! New chunks assembled from pieces of old ones, in as many steps as memory and the graph ask for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use swath_block::{
    Block, DType, Inputs, Operation, Shape, TaskContext, encode_operation, register_operation,
};
use swath_error::Result;
use swath_graph::{Annotations, Key, Spread};
use swath_kernels::{assemble, slice as slice_chunk};

use super::elementwise::annotations;
use super::slice::{part_of, range};
use super::{Grid, Lowering, coordinates};
use crate::chunks::{Chunks, Layout, chunk_bytes, plan_rechunk, starts_of};
use crate::expr::Expr;
use crate::index::{AxisSlice, Piece, pieces_of};
use crate::nodes::Windows;

/// How many times as large as any block those may be together that a new one has pieces of.
const MUCH: f64 = 4.0;

/// Blocks on the way take at most one in so many parts of a worker's memory: a task holds a few of them at once.
const SHARE: u64 = 16;

/// Pieces so large go straight to their new blocks: another layout in between would be written and read once more, which
/// takes longer than the tasks it saves.
const PIECE_BYTES: f64 = 512.0 * 1024.0;

/// Assembles every new chunk from the old chunks it overlaps.
#[derive(Debug, Serialize, Deserialize)]
struct Assemble {
    dtype: DType,
    /// For every new chunk along each axis: the pieces of old chunks it is made of.
    pieces: Vec<Vec<Vec<Piece>>>,
}

register_operation!(Assemble, "array.rechunk");

impl Assemble {
    /// The pieces along each axis for the new chunk `index`.
    fn at(&self, index: usize) -> Vec<&[Piece]> {
        let grid: Shape = self.pieces.iter().map(Vec::len).collect();
        let at = coordinates(index, &grid);
        self.pieces.iter().zip(&at).map(|(axis, i)| axis.get(*i).map_or(&[][..], Vec::as_slice)).collect()
    }
}

/// Every combination of one piece per axis, the last axis fastest.
fn combinations<'a>(along: &[&'a [Piece]]) -> impl Iterator<Item = Vec<&'a Piece>> {
    let counts: Shape = along.iter().map(|p| p.len()).collect();
    let along = along.to_vec();
    (0..counts.iter().product::<usize>()).map(move |i| {
        let at = coordinates(i, &counts);
        along.iter().zip(&at).filter_map(|(pieces, i)| pieces.get(*i)).collect()
    })
}

impl Operation for Assemble {
    fn name(&self) -> &'static str {
        "array.rechunk"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let along = self.at(ctx.index as usize);
        let shape: Vec<usize> = along.iter().map(|pieces| pieces.iter().map(|p| p.slice.len).sum()).collect();
        let starts: Vec<Vec<usize>> =
            along.iter().map(|pieces| starts_of(pieces.iter().map(|p| p.slice.len))).collect();
        let counts: Shape = along.iter().map(|p| p.len()).collect();
        let only = inputs.len() == 1;
        let mut parts = Vec::with_capacity(inputs.len());
        for (i, (block, pieces)) in inputs.into_iter().zip(combinations(&along)).enumerate() {
            let index: Vec<_> = pieces.iter().map(|p| range(&p.slice)).collect();
            let place = coordinates(i, &counts);
            let at = starts.iter().zip(&place).map(|(s, i)| s.get(*i).copied().unwrap_or(0)).collect();
            let chunk = block.into_chunk()?;
            let part = if only { part_of(&chunk, &index)? } else { slice_chunk(&chunk, &index)? };
            parts.push((at, part));
        }
        Ok(assemble(self.dtype, &shape, &parts)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// The layers of rechunked blocks.
pub(crate) fn rechunk(expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = expr.input()?;
    let mut grid = to.grid(input, expr)?;
    let (mut old, new) = (layout(input.chunks())?, layout(expr.chunks())?);
    let steps = steps(&old, &new, expr.dtype(), most_bytes(to.builder.spread()));
    let last = steps.len();
    for (i, step) in steps.into_iter().enumerate() {
        let key = if i + 1 == last {
            expr.key()
        } else {
            Key::of("rechunk.step").key(expr.key()).u64(i as u64).finish()
        };
        grid = assemble_all(key, expr.dtype(), &grid, &old, &step, to)?;
        old = step.layout;
    }
    Ok(grid)
}

/// A layout on the way.
struct Step {
    layout: Layout,
    /// Its blocks are pieces of single blocks, cut before the next block is made: whoever needs a piece of many blocks
    /// then does not need those blocks.
    pieces: bool,
}

/// The bytes of a block on the way: those of a chunk, or less where workers could not hold some of them.
fn most_bytes(spread: Option<Spread>) -> u64 {
    let memory = spread.and_then(|spread| spread.memory);
    memory.map_or(u64::MAX, |bytes| bytes / SHARE).min(chunk_bytes())
}

fn steps(old: &Layout, new: &Layout, dtype: DType, most_bytes: u64) -> Vec<Step> {
    let limit = most_bytes as usize / dtype.size().max(1);
    let mut steps = Vec::new();
    let mut old = old.clone();
    let direct = piece_bytes(&old, new, dtype) >= PIECE_BYTES;
    for layout in if direct { vec![new.clone()] } else { plan_rechunk(&old, new, limit) } {
        if reads_much(&old, &layout) {
            let cuts = old.iter().zip(&layout).map(|(o, n)| refined(o, n)).collect();
            steps.push(Step { layout: cuts, pieces: true });
        }
        old.clone_from(&layout);
        steps.push(Step { layout, pieces: false });
    }
    steps
}

/// The bytes of a piece of an old block that goes into a new one, on the average.
fn piece_bytes(old: &Layout, new: &Layout, dtype: DType) -> f64 {
    let of_axis = |(old, new): (&Vec<usize>, &Vec<usize>)| {
        let length: usize = new.iter().sum();
        length as f64 / refined(old, new).len().max(1) as f64
    };
    old.iter().zip(new).map(of_axis).product::<f64>() * dtype.size() as f64
}

/// Whether some new block needs several old ones that together are several times as large as any block.
fn reads_much(old: &Layout, new: &Layout) -> bool {
    let product = |of: &dyn Fn(&Vec<usize>, &Vec<usize>) -> usize| {
        old.iter().zip(new).map(|(o, n)| of(o, n) as f64).product::<f64>()
    };
    let widest = |chunks: &[usize]| chunks.iter().copied().max().unwrap_or(0);
    let largest = product(&|old, _| widest(old)).max(product(&|_, new| widest(new)));
    product(&|old, new| reach(old, new)) > MUCH * largest
}

/// The most elements of old chunks along an axis that a new chunk has pieces of.
fn reach(old: &[usize], new: &[usize]) -> usize {
    let starts = starts_of(old.iter().copied());
    let whole = |(start, n): (usize, &usize)| -> usize {
        let pieces = pieces_of(old, &starts, AxisSlice::range(start, *n));
        pieces.iter().filter_map(|p| old.get(p.block)).sum()
    };
    starts_of(new.iter().copied()).into_iter().zip(new).map(whole).max().unwrap_or(0)
}

/// The chunks that begin wherever one of two layouts has a chunk begin.
fn refined(old: &[usize], new: &[usize]) -> Vec<usize> {
    let end: usize = new.iter().sum();
    let starts = starts_of(old.iter().copied()).into_iter().chain(starts_of(new.iter().copied()));
    let bounds: BTreeSet<usize> = starts.chain([end]).collect();
    let bounds: Vec<usize> = bounds.into_iter().collect();
    bounds.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn layout(chunks: &Chunks) -> Result<Layout> {
    chunks.axes().iter().map(|axis| Ok(axis.sizes()?.to_vec())).collect()
}

/// The layer that assembles the blocks of a step.
fn assemble_all(
    key: Key,
    dtype: DType,
    from: &Grid,
    old: &Layout,
    step: &Step,
    to: &mut Lowering<'_>,
) -> Result<Grid> {
    let along = |(old, new): (&Vec<usize>, &Vec<usize>)| {
        let old_starts = starts_of(old.iter().copied());
        let cuts = starts_of(new.iter().copied()).into_iter().zip(new);
        cuts.map(|(start, n)| pieces_of(old, &old_starts, AxisSlice::range(start, *n))).collect()
    };
    let operation = Assemble { dtype, pieces: old.iter().zip(&step.layout).map(along).collect() };
    let largest: usize = step.layout.iter().map(|axis| axis.iter().copied().max().unwrap_or(0)).product();
    let annotations = Annotations {
        output_bytes: Some(largest as u64 * dtype.size() as u64),
        priority: i32::from(step.pieces),
        fusible: !step.pieces,
        ..Annotations::default()
    };
    let name = if step.pieces { "rechunk-cut" } else { "rechunk" };
    assemble_layer(key, name, operation, from, annotations, to)
}

/// The layer of windows of an array.
pub(crate) fn windows(node: &Windows, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let input = expr.input()?;
    let grid = to.grid(input, expr)?;
    let mut pieces = Vec::with_capacity(expr.ndim());
    for (old, windows) in input.chunks().axes().iter().zip(&node.windows) {
        let (sizes, starts) = (old.sizes()?, old.starts()?);
        let piece = |(start, len): &(usize, usize)| pieces_of(sizes, &starts, AxisSlice::range(*start, *len));
        pieces.push(windows.iter().map(piece).collect());
    }
    let operation = Assemble { dtype: expr.dtype(), pieces };
    assemble_layer(expr.key(), "windows", operation, &grid, annotations(expr), to)
}

/// The layer that assembles the blocks of an operation.
fn assemble_layer(
    key: Key,
    name: &str,
    operation: Assemble,
    from: &Grid,
    annotations: Annotations,
    to: &mut Lowering<'_>,
) -> Result<Grid> {
    let blocks: Shape = operation.pieces.iter().map(Vec::len).collect();
    let sources: Vec<Vec<_>> = (0..blocks.iter().product::<usize>())
        .map(|i| combinations(&operation.at(i)).map(|p| from.task(p.iter().map(|p| p.block))).collect())
        .collect();
    let tasks = to.layer(key, name, operation, sources.len(), annotations, |i, out| {
        out.extend(sources.get(i).into_iter().flatten());
    })?;
    Grid::new(blocks, tasks)
}
