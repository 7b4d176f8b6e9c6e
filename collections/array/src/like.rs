//! The two kinds of arrays behind one face, for functions of several arrays.

use swath_array_plan::Expr;
use swath_error::Result;

use crate::{Array, DynArray, Element};

mod private {
    pub trait Sealed {}
}

/// Arrays of either kind: [`Array`]s of one element type, or [`DynArray`]s of any. Functions of several arrays, such as
/// [`crate::concatenate`], take lists of either and give what they were given.
pub trait ArrayLike: Clone + private::Sealed {
    /// The same array, typed at run time.
    fn to_dyn(&self) -> DynArray;

    #[doc(hidden)]
    fn planned(&self) -> Result<&Expr>;

    #[doc(hidden)]
    #[track_caller]
    fn of(expr: Result<Expr>) -> Self;
}

impl<T> private::Sealed for Array<T> {}
impl private::Sealed for DynArray {}

impl<T: Element> ArrayLike for Array<T> {
    fn to_dyn(&self) -> DynArray {
        self.as_dyn().clone()
    }

    fn planned(&self) -> Result<&Expr> {
        self.expr()
    }

    #[track_caller]
    fn of(expr: Result<Expr>) -> Self {
        Self::new(expr)
    }
}

impl ArrayLike for DynArray {
    fn to_dyn(&self) -> DynArray {
        self.clone()
    }

    fn planned(&self) -> Result<&Expr> {
        self.expr()
    }

    #[track_caller]
    fn of(expr: Result<Expr>) -> Self {
        Self::new(expr)
    }
}

/// The expressions of several arrays.
pub(crate) fn exprs<A: ArrayLike>(arrays: &[A]) -> Result<Vec<Expr>> {
    arrays.iter().map(|a| a.planned().cloned()).collect()
}

/// Several arrays, or as many as there would have been, each with the error.
#[track_caller]
pub(crate) fn several<A: ArrayLike>(built: Result<Vec<Expr>>, count: usize) -> Vec<A> {
    match built {
        Ok(exprs) => exprs.into_iter().map(|e| A::of(Ok(e))).collect(),
        // Not in a closure, which would not know the caller.
        Err(error) => vec![A::of(Err(error)); count.max(1)],
    }
}
