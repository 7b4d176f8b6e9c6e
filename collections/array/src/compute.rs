//! From a lazy array to values: compute, persist, one item.

use ndarray::{ArrayD, ArrayViewMutD, Axis as NdAxis, IxDyn};
use swath_array_plan::{Expr, held, held_measured, lengths, lower, rewrite};
use swath_block::{Block, Chunk, with_dtype, zeroed};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Collection, Lowered, Pending, RunOptions, machine_memory, persist};
use swath_graph::GraphBuilder;

use crate::show::bytes;
use crate::{Array, DynArray, Element};

impl<T: Element> Collection for Array<T> {
    type Output = ArrayD<T>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<ArrayD<T>>> {
        let (tasks, grid) = lowered(self.expr()?, builder)?;
        Ok(Lowered::new(tasks, move |blocks| join(blocks, &grid)))
    }
}

impl Collection for DynArray {
    /// The whole array as one chunk.
    type Output = Chunk;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Chunk>> {
        let expr = self.expr()?;
        let dtype = expr.dtype();
        let (tasks, grid) = lowered(expr, builder)?;
        Ok(Lowered::new(
            tasks,
            move |blocks| with_dtype!(dtype, T => Ok(Chunk::from_array(join::<T>(blocks, &grid)?))),
        ))
    }
}

/// The tasks of the rewritten expression, and the block grid.
fn lowered(expr: &Expr, builder: &mut GraphBuilder) -> Result<(Vec<swath_graph::TaskId>, Vec<usize>)> {
    let grid = lower(&rewrite(expr)?, builder)?;
    Ok((grid.tasks().to_vec(), grid.blocks().to_vec()))
}

/// The chunks of an array, as `persist()` needs them.
struct Blocks<'a>(&'a Expr);

impl Collection for Blocks<'_> {
    type Output = Vec<Block>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Vec<Block>>> {
        Ok(Lowered::new(lowered(self.0, builder)?.0, Ok))
    }
}

impl<T: Element> Array<T> {
    /// Computes the array and waits for it.
    ///
    /// # Errors
    /// The error that building the array met, or that of the task that failed first; [`ErrorKind::OutOfMemory`], before
    /// anything runs, when the result is larger than this machine's memory.
    pub fn compute(&self) -> Result<ArrayD<T>> {
        fits(self.expr()?, machine_memory())?;
        Collection::compute(self)
    }

    /// Starts computing: a future, and a handle to wait on.
    pub fn start(&self) -> Pending<ArrayD<T>> {
        Collection::start(self)
    }

    /// Computes with options and waits.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn compute_with(&self, options: &RunOptions) -> Result<ArrayD<T>> {
        fits(self.expr()?, machine_memory())?;
        Collection::compute_with(self, options)
    }

    /// Computes the array's only element.
    ///
    /// # Errors
    /// As [`Self::compute`]; [`ErrorKind::ShapeMismatch`] when there is not exactly one.
    pub fn item(&self) -> Result<T> {
        let values = self.compute()?;
        match (values.len(), values.first()) {
            (1, Some(value)) => Ok(*value),
            (n, _) => Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("can only take the item of an array of size 1, this one has {n}"),
            )),
        }
    }

    /// Computes the chunks and keeps them: the result is an array over them, so that what is built on it starts there. On a
    /// cluster they stay on the workers as long as the result is there.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn persist(&self) -> Result<Self> {
        Ok(Self::from_dyn(&self.as_dyn().persist()?))
    }

    /// Computes the chunk lengths that are not known yet, and the chunks with them.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn compute_chunk_sizes(&self) -> Result<Self> {
        Ok(Self::from_dyn(&self.as_dyn().compute_chunk_sizes()?))
    }
}

impl DynArray {
    /// Computes the array and waits for it: the whole array as one chunk.
    ///
    /// # Errors
    /// As [`Array::compute`].
    pub fn compute(&self) -> Result<Chunk> {
        fits(self.expr()?, machine_memory())?;
        Collection::compute(self)
    }

    /// Computes the chunks and keeps them.
    ///
    /// # Errors
    /// As [`Array::compute`].
    pub fn persist(&self) -> Result<Self> {
        let expr = self.expr()?;
        let blocks = persist(&Blocks(expr))?;
        if expr.chunks().is_known() {
            return Ok(Self::new(held(expr, blocks)));
        }
        // Blocks may be kept elsewhere: only their lengths come here.
        let open = held(expr, blocks.clone())?;
        let found = Array::<i64>::new(lengths(&open)).compute()?;
        Ok(Self::new(held_measured(expr, blocks, found.as_slice().unwrap_or(&[]))))
    }

    /// Computes the chunk lengths that are not known yet, and the chunks with them.
    ///
    /// # Errors
    /// As [`Array::compute`].
    pub fn compute_chunk_sizes(&self) -> Result<Self> {
        if self.expr()?.chunks().is_known() { Ok(self.clone()) } else { self.persist() }
    }
}

/// Refuses a result that this machine cannot hold, before it is computed.
fn fits(expr: &Expr, memory: u64) -> Result<()> {
    let Ok(shape) = expr.shape() else { return Ok(()) };
    let lengths = shape.iter().map(|n| *n as u64);
    let size = lengths.fold(expr.dtype().size() as u64, u64::saturating_mul);
    if size <= memory {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::OutOfMemory,
        format!(
            "the result, {} of shape {}, takes {} and this machine has {} of memory",
            expr.dtype(),
            expr.chunks(),
            bytes(size),
            bytes(memory)
        ),
    )
    .with_help("write it to a file with to_zarr or to_hdf5, or reduce or slice it first"))
}

/// One array of the chunks of a block grid, in row-major order.
fn join<T: Element>(blocks: Vec<Block>, grid: &[usize]) -> Result<ArrayD<T>> {
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
