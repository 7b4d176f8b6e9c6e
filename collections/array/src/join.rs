//! One array of blocks that are all there.
//!
//! In: the blocks of a run elsewhere, in row-major order. Out: one array. It never computes.

use ndarray::{ArrayD, ArrayViewMutD, Axis as NdAxis, IxDyn};
use swath_block::{Block, Chunk, zeroed};
use swath_error::{Error, Result};
use swath_execute::RunOptions;

use crate::Element;

/// The array with these chunks of a block grid, in row-major order.
pub(crate) fn join<T: Element>(blocks: Vec<Block>, grid: &[usize]) -> Result<ArrayD<T>> {
    let mut chunks = blocks.into_iter().map(Block::into_chunk).collect::<Result<Vec<_>>>()?;
    if chunks.len() == 1
        && let Some(only) = chunks.pop()
    {
        return std::sync::Arc::unwrap_or_clone(only).into_array();
    }
    let lengths = edge_lengths(grid, &chunks);
    let shape: Vec<usize> = lengths.iter().map(|l| l.iter().sum()).collect();
    let mut out = ArrayD::from_shape_vec(IxDyn(&shape), zeroed::<T>(shape.iter().product()))
        .map_err(|e| Error::internal("a result does not fit its buffer").with_source(e))?;
    let mut places = Vec::with_capacity(chunks.len());
    split(out.view_mut(), &lengths, 0, &mut places);
    let pairs: Vec<_> = places.into_iter().zip(chunks).collect();
    copy_all(pairs)?;
    Ok(out)
}

/// The chunk lengths along each axis, read off the chunks at the grid's edges.
fn edge_lengths(grid: &[usize], chunks: &[std::sync::Arc<Chunk>]) -> Vec<Vec<usize>> {
    let step = |axis: usize| grid.iter().skip(axis + 1).product::<usize>();
    let length =
        |axis: usize, block: usize| chunks.get(block * step(axis)).and_then(|c| c.shape().get(axis)).copied();
    grid.iter()
        .enumerate()
        .map(|(axis, n)| (0..*n).filter_map(|block| length(axis, block)).collect())
        .collect()
}

/// The places of the chunks within the result, in row-major order of the grid.
fn split<'a, T>(
    whole: ArrayViewMutD<'a, T>,
    lengths: &[Vec<usize>],
    axis: usize,
    out: &mut Vec<ArrayViewMutD<'a, T>>,
) {
    let Some(along) = lengths.get(axis) else {
        out.push(whole);
        return;
    };
    let mut rest = whole;
    for n in along {
        let n = (*n).min(rest.len_of(NdAxis(axis)));
        let (this, later) = rest.split_at(NdAxis(axis), n);
        split(this, lengths, axis + 1, out);
        rest = later;
    }
}

/// A chunk and where it belongs.
type Placed<'a, T> = (ArrayViewMutD<'a, T>, std::sync::Arc<Chunk>);

/// Bytes below which one thread copies as fast as several.
const WORTH_THREADS: usize = 8 << 20;

/// Copies every chunk to its place, on as many threads as the machine has.
fn copy_all<T: Element>(mut pairs: Vec<Placed<'_, T>>) -> Result<()> {
    let bytes: usize = pairs.iter().map(|(place, _)| place.len() * size_of::<T>()).sum();
    let threads = RunOptions::current()
        .threads
        .or_else(|| std::thread::available_parallelism().ok().map(Into::into))
        .unwrap_or(1);
    if threads < 2 || bytes < WORTH_THREADS {
        return pairs.into_iter().try_for_each(copy);
    }
    let share = pairs.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let mut running = Vec::with_capacity(threads);
        while !pairs.is_empty() {
            let mine = pairs.split_off(pairs.len().saturating_sub(share));
            running.push(scope.spawn(move || mine.into_iter().try_for_each(copy)));
        }
        running
            .into_iter()
            .try_for_each(|t| t.join().unwrap_or_else(|_| Err(Error::internal("copying a result panicked"))))
    })
}

fn copy<T: Element>((mut place, chunk): Placed<'_, T>) -> Result<()> {
    let from = chunk.view::<T>()?;
    if from.shape() != place.shape() {
        return Err(Error::internal(format!(
            "a chunk of shape {:?} does not fit a place of {:?}",
            from.shape(),
            place.shape()
        )));
    }
    place.assign(&from);
    Ok(())
}
