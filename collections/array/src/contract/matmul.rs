//! Matrix products.

use swath_array_plan as plan;
use swath_array_plan::Expr;
use swath_error::Result;
use swath_kernels::BinaryOp;

use crate::{Array, DynArray, Element, Numeric, Promote};

/// The matrix product of two arrays; see [`Array::matmul`].
#[track_caller]
pub fn matmul<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<T::Out> {
    a.matmul(b)
}

/// The dot product of two arrays; see [`Array::dot`].
#[track_caller]
pub fn dot<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<T::Out> {
    a.dot(b)
}

impl<T: Numeric> Array<T> {
    /// The matrix product, as `numpy.matmul`: an array of one axis is a row on the left and a column on the right,
    /// further axes are stacks of matrices.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let a = da::arange(6).astype::<f64>().reshape([2, 3]);
    /// assert_eq!(a.matmul(&a.t()).compute()?, ndarray::array![[5.0, 14.0], [14.0, 50.0]].into_dyn());
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn matmul<U: Element>(&self, other: &Array<U>) -> Array<T::Out>
    where
        T: Promote<U>,
    {
        Array::new(self.expr().and_then(|a| plan::matmul(a, other.expr()?)))
    }

    /// The dot product, as `numpy.dot`: of scalars a product, of one axis the inner product, of matrices the matrix
    /// product.
    #[track_caller]
    pub fn dot<U: Element>(&self, other: &Array<U>) -> Array<T::Out>
    where
        T: Promote<U>,
    {
        Array::new(self.expr().and_then(|a| dot_of(a, other.expr()?)))
    }
}

impl DynArray {
    /// The matrix product, as `numpy.matmul`.
    #[track_caller]
    pub fn matmul(&self, other: &Self) -> Self {
        Self::new(self.expr().and_then(|a| plan::matmul(a, other.expr()?)))
    }

    /// The dot product, as `numpy.dot`.
    #[track_caller]
    pub fn dot(&self, other: &Self) -> Self {
        Self::new(self.expr().and_then(|a| dot_of(a, other.expr()?)))
    }
}

fn dot_of(a: &Expr, b: &Expr) -> Result<Expr> {
    match (a.ndim(), b.ndim()) {
        (0, _) | (_, 0) => plan::binary(BinaryOp::Multiply, a.into(), b.into()),
        (_, 0..=2) => plan::matmul(a, b),
        // The last axis of the first with the last but one of the second.
        (_, n) => super::tensordot::over(a, b, &[a.ndim() - 1], &[n - 2]),
    }
}
