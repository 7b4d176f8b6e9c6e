//! The array whose element type the compiler knows.

use std::marker::PhantomData;

use swath_array_plan::{Chunks, Expr, astype};
use swath_block::DType;
use swath_error::{Error, Result};
use swath_graph::Key;

use crate::{DynArray, Element};

/// A lazy, chunked n-d array.
///
/// Made by [`crate::from_ndarray`], [`crate::from_npy`], [`crate::arange`], [`crate::random::default_rng`] and others;
/// operators and NumPy's functions build new arrays; [`Array::compute`] gives an ndarray. Nothing is read or computed
/// before that. Cloning costs a reference count.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::ones([1000, 1000]).chunks([250, 500]);
/// assert_eq!(x.to_string(), "Array<f64, shape (1000, 1000), 8 chunks (250, 500), 7.6 MiB>");
/// let y = (&x + x.t() * 2.0).sum(0);
/// assert_eq!(y.compute()?[7], 3000.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "arrays are lazy and do nothing until they are computed"]
pub struct Array<T> {
    inner: DynArray,
    element: PhantomData<fn() -> T>,
}

impl<T: Element> Array<T> {
    /// What building an array came to; its elements are converted where they are not `T`.
    #[track_caller]
    pub(crate) fn new(expr: Result<Expr>) -> Self {
        Self::wrap(DynArray::new(
            expr.and_then(|e| if e.dtype() == T::DTYPE { Ok(e) } else { astype(&e, T::DTYPE) }),
        ))
    }

    /// The typed face of an array whose elements are converted if need be.
    #[track_caller]
    pub fn from_dyn(array: &DynArray) -> Self {
        Self::new(array.expr().cloned())
    }

    /// The typed face of an array of `T`.
    fn wrap(inner: DynArray) -> Self {
        Self { inner, element: PhantomData }
    }

    /// What `build` makes of the expression.
    #[track_caller]
    pub(crate) fn map<U: Element>(&self, build: impl FnOnce(&Expr) -> Result<Expr>) -> Array<U> {
        Array::new(self.inner.expr().and_then(build))
    }

    /// The same array, typed at run time.
    pub fn into_dyn(self) -> DynArray {
        self.inner
    }

    /// The same array, typed at run time.
    pub fn as_dyn(&self) -> &DynArray {
        &self.inner
    }

    /// The expression.
    ///
    /// # Errors
    /// What building it met.
    pub fn expr(&self) -> Result<&Expr> {
        self.inner.expr()
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        T::DTYPE
    }

    /// The error in the array, if building it met one.
    pub fn error(&self) -> Option<&Error> {
        self.inner.error()
    }
}

macro_rules! metadata {
    ($($(#[$doc:meta])* $name:ident -> $t:ty;)*) => {
        impl<T: Element> Array<T> { $(
            $(#[$doc])*
            ///
            /// # Errors
            /// What building the array met; [`swath_error::ErrorKind::Unsupported`] when a length is unknown.
            pub fn $name(&self) -> Result<$t> {
                self.inner.$name()
            }
        )* }
    };
}

metadata! {
    /// The shape.
    shape -> Vec<usize>;
    /// How many axes.
    ndim -> usize;
    /// How many elements.
    size -> usize;
    /// How many bytes the elements take.
    nbytes -> u64;
    /// The lengths of the chunks along each axis.
    chunk_sizes -> Vec<Vec<usize>>;
    /// How the array is cut.
    layout -> &Chunks;
    /// The largest chunk length along each axis.
    chunksize -> Vec<usize>;
    /// How many chunks along each axis.
    numblocks -> Vec<usize>;
    /// How many chunks in all.
    npartitions -> usize;
    /// Equal for equal work over equal inputs.
    key -> Key;
    /// What the array means, what it is rewritten to, and the tasks it runs as: text for reading.
    explain -> String;
}
