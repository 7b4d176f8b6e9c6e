//! Arrays over results of delayed calls and of other collections' tasks.

use std::sync::Arc;

use swath_array_plan::{AxisSpec, ChunkSpec, Chunks, given};
use swath_execute::Collection;
use swath_graph::GraphBuilder;

use crate::{Array, DType, Dims, DynArray, Element};

/// An array of one chunk that a delayed call gives: an ndarray of `T` or a [`crate::Chunk`], of this shape. What comes of
/// another shape or type fails the task. Join such arrays with [`crate::concatenate`], [`crate::stack`] or
/// [`crate::block`].
///
/// The other way round, `partitions(&array)` of `swath::delayed` gives the chunks of an array as delayed values, in
/// row-major order of the block grid.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use swath_delayed::{delayed, partitions};
///
/// fn load(day: u32) -> ndarray::Array1<f64> { ndarray::Array1::from_elem(24, f64::from(day)) }
///
/// let days: Vec<_> =
///     (1..=3).map(|day| da::from_delayed::<f64, _>(&delayed(load).call((day,)), [24])).collect();
/// let hours = da::concatenate(&days, 0);
/// assert_eq!(hours.sum(..).item()?, 24.0 * 6.0);
///
/// let sizes: Vec<_> = partitions::<_, da::Chunk>(&hours)?
///     .iter()
///     .map(|chunk| delayed(|c: &da::Chunk| c.len()).call((chunk,)))
///     .collect();
/// assert_eq!(sizes[2].compute()?, 24);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn from_delayed<T, C>(value: &C, shape: impl Into<Dims>) -> Array<T>
where
    T: Element,
    C: Collection + Clone + Send + Sync + 'static,
{
    let value = value.clone();
    let build = || {
        let chunks = ChunkSpec::Every(AxisSpec::Whole).resolve(&shape.into().lengths()?, T::DTYPE, None)?;
        let tasks = Arc::new(move |builder: &mut GraphBuilder| Ok(value.lower(builder)?.tasks));
        given("the delayed value", T::DTYPE, chunks, tasks)
    };
    Array::new(build())
}

/// An array of `dtype` whose chunks are the results of another collection's tasks, in row-major order of the block grid of
/// `chunks`; rows or columns of lengths that are not known yet are [`crate::Axis::Unknown`]. For collections that become
/// arrays: `name` is what errors call them. What comes of another shape or type fails the task.
///
/// The error of another number of tasks surfaces when the array is used.
#[track_caller]
pub fn from_tasks<C>(name: &str, dtype: DType, chunks: Chunks, value: &C) -> DynArray
where
    C: Collection + Clone + Send + Sync + 'static,
{
    let value = value.clone();
    let tasks = Arc::new(move |builder: &mut GraphBuilder| Ok(value.lower(builder)?.tasks));
    DynArray::new(given(name, dtype, chunks, tasks))
}
