//! From a lazy array to values: compute, persist, one item.

use std::sync::Arc;

use ndarray::ArrayD;
use swath_array_plan::{Axis, Expr, held, held_measured, lengths, lower, place, rewrite};
use swath_block::{Block, Chunk, OutputArray, with_dtype};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Collection, Lowered, Pending, RunOptions, machine_memory, persist};
use swath_graph::GraphBuilder;

use crate::join::join;
use crate::show::bytes;
use crate::{Array, DynArray, Element};

impl<T: Element> Collection for Array<T> {
    type Output = ArrayD<T>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<ArrayD<T>>> {
        blocks(&rewrite(self.expr()?)?, builder)
    }

    fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<ArrayD<T>>> {
        whole(self.expr()?, builder)
    }
}

impl Collection for DynArray {
    /// The whole array as one chunk.
    type Output = Chunk;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Chunk>> {
        let expr = rewrite(self.expr()?)?;
        with_dtype!(expr.dtype(), T => Ok(one_chunk(blocks::<T>(&expr, builder)?)))
    }

    fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<Chunk>> {
        let expr = self.expr()?;
        with_dtype!(expr.dtype(), T => Ok(one_chunk(whole::<T>(expr, builder)?)))
    }
}

/// An array's result as a chunk.
fn one_chunk<T: Element>(lowered: Lowered<ArrayD<T>>) -> Lowered<Chunk> {
    let Lowered { tasks, finish } = lowered;
    Lowered::new(tasks, move |blocks| Ok(Chunk::from_array(finish(blocks)?)))
}

/// The tasks of a rewritten expression, which give its chunks, and what joins them.
fn blocks<T: Element>(expr: &Expr, builder: &mut GraphBuilder) -> Result<Lowered<ArrayD<T>>> {
    let grid = lower(expr, builder)?;
    let count = grid.blocks().to_vec();
    Ok(Lowered::new(grid.tasks().to_vec(), move |all| join(all, &count)))
}

/// As [`blocks`]; in this process the tasks put their chunks where they belong.
fn whole<T: Element>(expr: &Expr, builder: &mut GraphBuilder) -> Result<Lowered<ArrayD<T>>> {
    let expr = rewrite(expr)?;
    if builder.travels() || !expr.chunks().is_known() || expr.chunks().blocks() == 1 {
        return blocks(&expr, builder);
    }
    let lengths = expr.chunks().axes().iter().map(Axis::sizes);
    let out = Arc::new(OutputArray::new(lengths.map(|l| Ok(l?.to_vec())).collect::<Result<_>>()?)?);
    let tasks = place(&expr, &out, builder)?;
    Ok(Lowered::new(tasks, move |_| out.finish()))
}

/// The chunks of an array, as `persist()` needs them.
struct Blocks<'a>(&'a Expr);

impl Collection for Blocks<'_> {
    type Output = Vec<Block>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Vec<Block>>> {
        Ok(Lowered::new(lower(&rewrite(self.0)?, builder)?.tasks().to_vec(), Ok))
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
