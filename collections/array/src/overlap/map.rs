//! Functions over neighbourhoods.

use std::sync::Arc;

use ndarray::{ArrayD, ArrayViewD};
use swath_array_plan::{self as plan, BlockFunction, BlockInfo, ChunkSpec, Expr};
use swath_block::{Chunk, DType};
use swath_error::Result;
use swath_tasks::{TaskFunction, task_by_type, unregistered};

use super::extended::{extended, sizes, trimmed};
use super::spec::Overlap;
use crate::map_blocks::{on_one, short_name};
use crate::{Array, Element};

impl<T: Element> Array<T> {
    /// Applies `function` to every chunk extended by what lies around it, and cuts the overlap off what it gives, as
    /// `dask.array.map_overlap`. The function gives a chunk of the shape it is given, unless [`Overlap::chunks`] says
    /// otherwise; where it lies is counted in the array of extended chunks.
    ///
    /// On a cluster it is a function with `#[swath::task]` and these parameters.
    ///
    /// # Errors
    /// In the array: [`swath_error::ErrorKind::InvalidArgument`] when `how` does not fit the array; when computed,
    /// [`swath_error::ErrorKind::ShapeMismatch`] when the function gives another shape than declared.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// use da::overlap::{Boundary, Overlap};
    /// let x = da::arange(6).astype::<f64>().chunks(2);
    /// let smooth = x.map_overlap(Overlap::new(1).boundary(Boundary::Periodic), |chunk, _| {
    ///     let mut out = chunk.to_owned();
    ///     for i in 1..chunk.len() - 1 {
    ///         out[i] = (chunk[i - 1] + chunk[i] + chunk[i + 1]) / 3.0;
    ///     }
    ///     out
    /// });
    /// assert_eq!(smooth.compute()?.as_slice(), Some(&[2.0, 1.0, 2.0, 3.0, 4.0, 3.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn map_overlap<U, F>(&self, how: impl Into<Overlap>, function: F) -> Array<U>
    where
        U: Element,
        F: Fn(ArrayViewD<'_, T>, &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
    {
        let how = how.into();
        let (name, task) = (short_name::<F>(), task_by_type::<F>());
        self.map(|x| mapped(std::slice::from_ref(x), &how, &name, U::DTYPE, on_one(function), task))
    }
}

/// Applies `function` to the chunks at the same place of several arrays, which are broadcast and cut alike first and then
/// extended, as [`Array::map_overlap`] for one. Runs in this process.
///
/// # Errors
/// As [`Array::map_overlap`]; [`swath_error::ErrorKind::ShapeMismatch`] when the arrays do not broadcast.
#[track_caller]
pub fn map_overlap<T, U, F>(arrays: &[Array<T>], how: impl Into<Overlap>, function: F) -> Array<U>
where
    T: Element,
    U: Element,
    F: Fn(&[ArrayViewD<'_, T>], &BlockInfo) -> ArrayD<U> + Send + Sync + 'static,
{
    let (name, how) = (short_name::<F>(), how.into());
    let on_all: BlockFunction = Arc::new(move |chunks: &[Chunk], info: &BlockInfo| {
        let views = chunks.iter().map(Chunk::view::<T>).collect::<Result<Vec<_>>>()?;
        Ok(Chunk::from_array(function(&views, info)))
    });
    let task = Err(unregistered(std::any::type_name::<F>()));
    let exprs = crate::like::exprs(arrays).and_then(|exprs| alike(&exprs));
    Array::new(exprs.and_then(|e| mapped(&e, &how, &name, U::DTYPE, on_all, task)))
}

/// The arrays in one shape and one layout.
fn alike(arrays: &[Expr]) -> Result<Vec<Expr>> {
    let all: Vec<_> = arrays.iter().map(Expr::chunks).collect();
    let chunks = plan::broadcast_chunks(&all)?;
    let spec = chunks.axes().iter().map(|a| Ok(a.sizes()?.to_vec())).collect::<Result<Vec<_>>>()?;
    let shape = chunks.shape()?;
    let one = |x: &Expr| plan::rechunk(&plan::broadcast_to(x, &shape, None)?, &ChunkSpec::from(spec.clone()));
    arrays.iter().map(one).collect()
}

fn mapped(
    arrays: &[Expr],
    how: &Overlap,
    name: &str,
    dtype: DType,
    function: BlockFunction,
    task: Result<TaskFunction>,
) -> Result<Expr> {
    let wide = arrays.iter().map(|x| extended(x, how)).collect::<Result<Vec<_>>>()?;
    let margins = wide.first().map(|(_, m)| m.clone()).unwrap_or_default();
    let inputs: Vec<Expr> = wide.into_iter().map(|(x, _)| x).collect();
    let chunks = match (&how.chunks, inputs.first()) {
        (Some(sizes), _) => {
            let shape: Vec<usize> = sizes.iter().map(|s| s.iter().sum()).collect();
            Some(ChunkSpec::from(sizes.clone()).resolve(&shape, dtype, None)?)
        }
        (None, Some(x)) => {
            let shape = x.shape()?;
            Some(ChunkSpec::from(sizes(x)?).resolve(&shape, dtype, None)?)
        }
        (None, None) => None,
    };
    let made = plan::map_blocks(&inputs, name, dtype, chunks, function, task)?;
    if how.trim { trimmed(&made, &margins) } else { Ok(made) }
}
