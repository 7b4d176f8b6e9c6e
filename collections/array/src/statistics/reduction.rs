//! A reduction whose steps are the user's.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};
use swath_array_plan::{Axes, FoldFunction, UserFold, fold};
use swath_block::Chunk;
use swath_tasks::task_by_type;

use crate::{Array, Element};

/// Reduces an array by functions of one's own: `chunk` makes a partial result of every chunk, `combine` one of several,
/// joined along the first of the axes, and `aggregate` the result of the last one, of length 1 along every axis.
///
/// Each is given the array and the axes reduced, and keeps the number of axes; partial results are short along the axes.
/// `combine` is not called for a single partial result. [`Axes::split_every`] says how many are combined at a time. On a
/// cluster the three are functions with `#[swath::task]` and these parameters.
///
/// ```
/// # use swath_local as _;
/// use ndarray::{ArrayD, ArrayViewD, Axis};
/// use swath_array as da;
///
/// /// The largest distance from zero.
/// fn largest(x: ArrayViewD<'_, f64>, axes: &[usize]) -> ArrayD<f64> {
///     let along = Axis(axes[0]);
///     x.map_axis(along, |lane| lane.iter().fold(0.0f64, |m, v| m.max(v.abs()))).insert_axis(along)
/// }
///
/// let x = da::array(vec![1.0, -7.0, 3.0, 4.0]).chunks(2);
/// assert_eq!(da::reduction(&x, 0, largest, largest, largest).item()?, 7.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn reduction<T, P, U, C, M, A>(
    x: &Array<T>,
    axes: impl Into<Axes>,
    chunk: C,
    combine: M,
    aggregate: A,
) -> Array<U>
where
    T: Element,
    P: Element,
    U: Element,
    C: Fn(ArrayViewD<'_, T>, &[usize]) -> ArrayD<P> + Send + Sync + 'static,
    M: Fn(ArrayViewD<'_, P>, &[usize]) -> ArrayD<P> + Send + Sync + 'static,
    A: Fn(ArrayViewD<'_, P>, &[usize]) -> ArrayD<U> + Send + Sync + 'static,
{
    let axes = axes.into();
    x.map(|x| {
        let list = axes.resolve(x.ndim())?;
        let steps = [step(chunk), step(combine), step(aggregate)];
        let tasks = [task_by_type::<C>(), task_by_type::<M>(), task_by_type::<A>()];
        fold(x, &axes, U::DTYPE, UserFold::new("reduction", list.to_vec(), steps, tasks))
    })
}

/// A typed function as the planner takes it.
fn step<T, U, F>(function: F) -> FoldFunction
where
    T: Element,
    U: Element,
    F: Fn(ArrayViewD<'_, T>, &[usize]) -> ArrayD<U> + Send + Sync + 'static,
{
    Arc::new(move |chunk: &Chunk, axes: &[usize]| Ok(Chunk::from_array(function(chunk.view::<T>()?, axes))))
}
