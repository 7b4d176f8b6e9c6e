//! A user's function over every chunk.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};
use swath_array_plan::{BlockInfo, ChunkSpec, Chunks, map_blocks as plan_blocks};
use swath_block::{Chunk, Element};
use swath_error::{Error, Result};
use swath_tasks::{task_by_type, unregistered};

use crate::Array;

impl<T: Element> Array<T> {
    /// Applies `function` to every chunk; its result has the chunk's shape.
    ///
    /// The function is given the chunk and where it lies, and is never called to guess types. On a cluster it is a function
    /// with `#[swath::task]` and these parameters.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6).chunks(2);
    /// let ranks = x.map_blocks(|chunk, info| chunk.mapv(|v| v * 100 + info.block[0] as i64));
    /// assert_eq!(ranks.compute()?.as_slice(), Some(&[0, 100, 201, 301, 402, 502][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn map_blocks<U, F>(&self, function: F) -> Array<U>
    where
        U: Element,
        F: Fn(ArrayViewD<'_, T>, &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
    {
        self.map(|x| {
            let name = short_name::<F>();
            plan_blocks(std::slice::from_ref(x), &name, U::DTYPE, None, on_one(function), task_by_type::<F>())
        })
    }

    /// Applies `function` to every chunk; the results have the chunks declared here, as many as the array has.
    #[track_caller]
    pub fn map_blocks_with<U, F>(&self, chunks: Vec<Vec<usize>>, function: F) -> Array<U>
    where
        U: Element,
        F: Fn(ArrayViewD<'_, T>, &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
    {
        self.map(|x| {
            let shape: Vec<usize> = chunks.iter().map(|sizes| sizes.iter().sum()).collect();
            let declared: Chunks = ChunkSpec::from(chunks).resolve(&shape, U::DTYPE, None)?;
            plan_blocks(
                std::slice::from_ref(x),
                &short_name::<F>(),
                U::DTYPE,
                Some(declared),
                on_one(function),
                task_by_type::<F>(),
            )
        })
    }
}

/// A function of one typed chunk as the planner takes it.
pub(crate) fn on_one<T, U, F>(function: F) -> swath_array_plan::BlockFunction
where
    T: Element,
    U: Element,
    F: Fn(ArrayViewD<'_, T>, &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
{
    Arc::new(move |chunks: &[Chunk], info: &BlockInfo| {
        let chunk = chunks.first().ok_or_else(|| Error::internal("map_blocks without a chunk"))?;
        Ok(Chunk::from_array(function(chunk.view::<T>()?, info)))
    })
}

/// Applies `function` to the chunks at the same place of several arrays, which are broadcast and cut alike first.
#[track_caller]
pub fn map_blocks<T, U, F>(arrays: &[Array<T>], function: F) -> Array<U>
where
    T: Element,
    U: Element,
    F: Fn(&[ArrayViewD<'_, T>], &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
{
    let name = short_name::<F>();
    let on_all = Arc::new(move |chunks: &[Chunk], info: &BlockInfo| {
        let views = chunks.iter().map(Chunk::view::<T>).collect::<Result<Vec<_>>>()?;
        Ok(Chunk::from_array(function(&views, info)))
    });
    let exprs = crate::like::exprs(arrays);
    // A task function has one parameter per chunk, and is not this one, which takes a slice of them.
    let task = Err(unregistered(std::any::type_name::<F>()));
    Array::new(exprs.and_then(|e| plan_blocks(&e, &name, U::DTYPE, None, on_all, task)))
}

/// A function's own name, without the modules around it.
pub(crate) fn short_name<F>() -> String {
    let full = std::any::type_name::<F>();
    let name = full.trim_end_matches("::{{closure}}").rsplit("::").next().unwrap_or(full);
    if full.ends_with("{{closure}}") { format!("closure in {name}") } else { name.to_string() }
}
