//! The array typed at run time: an expression, or the error that building it met.

use std::panic::Location;

use swath_array_plan::{Axis, Chunks, Expr, explain};
use swath_block::DType;
use swath_error::{Error, Result};
use swath_graph::Key;

use crate::{Array, Element};

/// A lazy array whose element type is known at run time. See [`Array`] for what can be done with it.
///
/// Operands of any types can be mixed; the result's type follows NumPy 2's rules.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use swath_array::DType;
/// let counts = da::arange(4).into_dyn();
/// let share = &counts / 2.0;
/// assert_eq!(share.dtype()?, DType::F64);
/// assert_eq!(share.typed::<f64>().compute()?[3], 1.5);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "arrays are lazy and do nothing until they are computed"]
pub struct DynArray {
    expr: Result<Expr>,
}

impl DynArray {
    /// What building an array came to; an error remembers the line that called.
    #[track_caller]
    pub(crate) fn new(expr: Result<Expr>) -> Self {
        let caller = Location::caller();
        Self { expr: expr.map_err(|e| e.at(caller)) }
    }

    /// An array that gives `error` whenever it is used.
    pub fn poisoned(error: Error) -> Self {
        Self { expr: Err(error) }
    }

    /// The expression.
    ///
    /// # Errors
    /// What building it met.
    pub fn expr(&self) -> Result<&Expr> {
        self.expr.as_ref().map_err(Clone::clone)
    }

    /// What `build` makes of the expression.
    #[track_caller]
    pub(crate) fn map(&self, build: impl FnOnce(&Expr) -> Result<Expr>) -> Self {
        Self::new(self.expr().and_then(build))
    }

    /// The same array with its element type known to the compiler; converted when it is another one.
    #[track_caller]
    pub fn typed<T: Element>(&self) -> Array<T> {
        Array::from_dyn(self)
    }

    /// The element type.
    ///
    /// # Errors
    /// What building the array met.
    pub fn dtype(&self) -> Result<DType> {
        Ok(self.expr()?.dtype())
    }

    /// The shape.
    ///
    /// # Errors
    /// What building the array met; [`swath_error::ErrorKind::Unsupported`] when a length is unknown.
    pub fn shape(&self) -> Result<Vec<usize>> {
        Ok(self.expr()?.shape()?.to_vec())
    }

    /// How many axes.
    ///
    /// # Errors
    /// What building the array met.
    pub fn ndim(&self) -> Result<usize> {
        Ok(self.expr()?.ndim())
    }

    /// How many elements.
    ///
    /// # Errors
    /// As [`Self::shape`].
    pub fn size(&self) -> Result<usize> {
        Ok(self.expr()?.shape()?.iter().product())
    }

    /// How many bytes the elements take.
    ///
    /// # Errors
    /// As [`Self::shape`].
    pub fn nbytes(&self) -> Result<u64> {
        let expr = self.expr()?;
        Ok(expr.shape()?.iter().product::<usize>() as u64 * expr.dtype().size() as u64)
    }

    /// The lengths of the chunks along each axis.
    ///
    /// # Errors
    /// As [`Self::shape`].
    pub fn chunk_sizes(&self) -> Result<Vec<Vec<usize>>> {
        self.layout()?.axes().iter().map(|a| Ok(a.sizes()?.to_vec())).collect()
    }

    /// How the array is cut.
    ///
    /// # Errors
    /// What building the array met.
    pub fn layout(&self) -> Result<&Chunks> {
        Ok(self.expr()?.chunks())
    }

    /// The largest chunk length along each axis.
    ///
    /// # Errors
    /// What building the array met.
    pub fn chunksize(&self) -> Result<Vec<usize>> {
        Ok(self.layout()?.axes().iter().map(Axis::largest).collect())
    }

    /// How many chunks along each axis.
    ///
    /// # Errors
    /// What building the array met.
    pub fn numblocks(&self) -> Result<Vec<usize>> {
        Ok(self.layout()?.grid().to_vec())
    }

    /// How many chunks in all.
    ///
    /// # Errors
    /// What building the array met.
    pub fn npartitions(&self) -> Result<usize> {
        Ok(self.layout()?.blocks())
    }

    /// Equal for equal work over equal inputs.
    ///
    /// # Errors
    /// What building the array met.
    pub fn key(&self) -> Result<Key> {
        Ok(self.expr()?.key())
    }

    /// What the array means, what it is rewritten to, and the tasks it runs as: text for reading.
    ///
    /// # Errors
    /// What building the array met, or what lowering it would meet.
    pub fn explain(&self) -> Result<String> {
        explain(self.expr()?)
    }

    /// The error in the array, if building it met one.
    pub fn error(&self) -> Option<&Error> {
        self.expr.as_ref().err()
    }
}
