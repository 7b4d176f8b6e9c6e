//! A function over the lines of an array along an axis.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayView1, ArrayViewD, Axis as NdAxis, IxDyn};
use swath_array_plan::{
    self as plan, Axis, AxisSpec, BlockFunction, BlockInfo, ChunkSpec, Chunks, normalize_axis,
};
use swath_block::Chunk;
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::unregistered;

use crate::map_blocks::short_name;
use crate::{Array, Dims, Element};

impl<T: Element> Array<T> {
    /// Applies `function` to every line along an axis, as `numpy.apply_along_axis`: what it gives, of shape `shape`, takes
    /// the place of the axis; `()` is a number for each line. The axis is joined into one chunk first. Runs in this process.
    ///
    /// # Errors
    /// In the array: [`ErrorKind::InvalidArgument`] for an axis that is not there; when computed,
    /// [`ErrorKind::ShapeMismatch`] when the function gives another shape.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6).reshape([2, 3]).chunks([1, 2]);
    /// let ranges = x.apply_along_axis(1, (), |line| ndarray::arr0(line[line.len() - 1] - line[0]).into_dyn());
    /// assert_eq!(ranges.compute()?.as_slice(), Some(&[2, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn apply_along_axis<U, F>(&self, axis: isize, shape: impl Into<Dims>, function: F) -> Array<U>
    where
        U: Element,
        F: Fn(ArrayView1<'_, T>) -> ArrayD<U> + Send + Sync + 'static,
    {
        self.map(|x| {
            let axis = normalize_axis(axis, x.ndim())?;
            let shape = shape.into().lengths()?;
            let x = plan::rechunk(x, &ChunkSpec::Named(vec![(axis as isize, AxisSpec::Whole)]))?;
            let (before, rest) = x.chunks().axes().split_at(axis);
            let new = shape.iter().map(|n| Axis::whole(*n));
            let kept = before.iter().cloned().chain(new).chain(rest.iter().skip(1).cloned());
            let chunks = Chunks::new(kept);
            let name = short_name::<F>();
            let on_lines: BlockFunction = Arc::new(move |chunks: &[Chunk], _: &BlockInfo| {
                let chunk = chunks.first().ok_or_else(|| Error::internal("lines without a chunk"))?;
                Ok(Chunk::from_array(lines(&chunk.view::<T>()?, axis, &shape, &function)?))
            });
            let task = Err(unregistered(std::any::type_name::<F>()));
            plan::map_blocks(&[x], &name, U::DTYPE, Some(chunks), on_lines, task)
        })
    }
}

/// The function over every line of a chunk.
fn lines<T: Element, U: Element>(
    chunk: &ArrayViewD<'_, T>,
    axis: usize,
    shape: &[usize],
    function: &dyn Fn(ArrayView1<'_, T>) -> ArrayD<U>,
) -> Result<ArrayD<U>> {
    // The line's result comes last at first.
    let outer: Vec<usize> =
        chunk.shape().iter().enumerate().filter(|(a, _)| *a != axis).map(|(_, n)| *n).collect();
    let each: usize = shape.iter().product();
    let mut values = Vec::with_capacity(outer.iter().product::<usize>() * each);
    for line in chunk.lanes(NdAxis(axis)) {
        let result = function(line);
        if result.shape() != shape {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("the function gave shape {:?} for a line, declared is {shape:?}", result.shape()),
            ));
        }
        values.extend(result.iter().copied());
    }
    let whole: Vec<usize> = outer.iter().chain(shape).copied().collect();
    let made = ArrayD::from_shape_vec(IxDyn(&whole), values)
        .map_err(|e| Error::internal("lines do not fill their chunk").with_source(e))?;
    let last = outer.len();
    let order: Vec<usize> = (0..axis).chain(last..whole.len()).chain(axis..last).collect();
    Ok(made.permuted_axes(IxDyn(&order)))
}
