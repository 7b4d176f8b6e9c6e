//! Results in memory that the caller has already, as NumPy's `out=`.
//!
//! In: a lazy array, and an array of the same shape. Out: the values, put there by the tasks themselves where the memory
//! lies in row-major order. It never writes to that memory after it returned.

use std::sync::Arc;

use ndarray::{ArrayBase, DataMut, Dimension};
use swath_array_plan::{Expr, place, rewrite};
use swath_block::{Block, OutputArray};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use crate::{Array, Element};

impl<T: Element> Array<T> {
    /// Computes the array into memory of the caller's and waits for it: NumPy's `out=`.
    ///
    /// Memory that is used again and again need not be fetched from the system and cleared each time, which for large
    /// results takes as long as the computation. The values are put into place by the tasks when `out` lies in row-major
    /// order, and copied from a result otherwise.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let mut out = ndarray::Array1::<f64>::zeros(1000);
    /// let x = da::arange_f64(0.0, 1000.0, 1.0).chunks(100);
    /// for factor in [2.0, 3.0] {
    ///     (&x * factor).compute_into(&mut out)?;
    ///     assert_eq!(out[10], 10.0 * factor);
    /// }
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Self::compute`], and `out` then holds some of the values; [`ErrorKind::ShapeMismatch`] when `out` has another
    /// shape, before anything runs if the array's lengths are known.
    pub fn compute_into<S, D>(&self, out: &mut ArrayBase<S, D>) -> Result<()>
    where
        S: DataMut<Elem = T>,
        D: Dimension,
    {
        let expr = self.expr()?;
        if expr.chunks().is_known() {
            same_shape(&expr.shape()?, out.shape())?;
            if let Some(values) = out.as_slice_mut() {
                return into_slice(&rewrite(expr)?, values);
            }
        }
        let values = self.compute()?;
        same_shape(values.shape(), out.shape())?;
        out.iter_mut().zip(values.iter()).for_each(|(to, value)| *to = *value);
        Ok(())
    }
}

fn same_shape(has: &[usize], room: &[usize]) -> Result<()> {
    if has == room {
        return Ok(());
    }
    let message = format!("an array of shape {has:?} cannot be computed into one of shape {room:?}");
    Err(Error::new(ErrorKind::ShapeMismatch, message))
}

/// Computes an expression as it is into a slice that is as long.
fn into_slice<T: Element>(expr: &Expr, values: &mut [T]) -> Result<()> {
    let lengths = expr.chunks().axes().iter().map(|axis| Ok(axis.sizes()?.to_vec()));
    OutputArray::within(lengths.collect::<Result<_>>()?, values, |out| {
        Collection::compute(&Into { expr, out: out.clone() })
    })
}

/// An expression whose blocks go to their places.
struct Into<'a, T> {
    expr: &'a Expr,
    out: Arc<OutputArray<T>>,
}

impl<T: Element> Collection for Into<'_, T> {
    type Output = ();

    /// The blocks come here and are copied.
    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<()>> {
        let grid = swath_array_plan::lower(self.expr, builder)?;
        let out = self.out.clone();
        let copy = move |blocks: Vec<Block>| {
            blocks.into_iter().enumerate().try_for_each(|(i, block)| {
                let chunk = block.into_chunk()?;
                out.fill(i, |writer| writer.assign(&chunk.view::<T>()?))
            })
        };
        Ok(Lowered::new(grid.tasks().to_vec(), copy))
    }

    fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<()>> {
        if builder.travels() {
            return self.lower(builder);
        }
        Ok(Lowered::new(place(self.expr, &self.out, builder)?, |_| Ok(())))
    }
}
