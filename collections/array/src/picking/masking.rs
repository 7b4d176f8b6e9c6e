//! Selection by truth. How many elements come out shows when they are computed: `compute_chunk_sizes()` does that.

use swath_array_plan::{Expr, compress, mask, nonzero, reshape, stack};
use swath_block::DType;
use swath_error::{Error, Result};

use crate::methods::methods;
use crate::operand::{DynOperand, array_of};
use crate::{Array, DynArray, Element};

methods! { Element:
    /// The elements where a boolean array is true, in row-major order: NumPy's `x[mask]`. A mask with fewer axes selects
    /// along the first ones.
    ///
    /// The result's length is unknown until it is computed; elementwise functions and reductions do not need it,
    /// [`crate::Array::compute_chunk_sizes`] finds it.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6).chunks(4);
    /// let large = x.mask(x.gt(2));
    /// assert_eq!(large.compute()?.as_slice(), Some(&[3, 4, 5][..]));
    /// assert!(large.shape().is_err());
    /// assert_eq!(large.compute_chunk_sizes()?.chunk_sizes()?, [[1, 2]]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn mask(x, mask_: impl DynOperand) -> T = mask(x, &array_of(mask_.dyn_operand())?);
    /// What lies along an axis where a boolean vector is true.
    fn compress(x, condition: impl DynOperand, axis: isize) -> T =
        compress(x, &array_of(condition.dyn_operand())?, axis);
    /// The positions of the elements that are not zero in row-major order: an axis of unknown length.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![0, 7, 0, 9]).reshape([2, 2]);
    /// assert_eq!(x.flatnonzero().compute()?.as_slice(), Some(&[1, 3][..]));
    /// assert_eq!(x.argwhere().compute()?, ndarray::array![[0, 1], [1, 1]].into_dyn());
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn flatnonzero(x) -> i64 = flat(x);
    /// The positions of the elements that are not zero, one row for each.
    fn argwhere(x) -> i64 = argwhere(x);
}

impl<T: Element> Array<T> {
    /// The positions of the elements that are not zero: one array for each axis, in row-major order.
    #[track_caller]
    pub fn nonzero(&self) -> Vec<Array<i64>> {
        self.as_dyn().nonzero().iter().map(Array::from_dyn).collect()
    }
}

impl DynArray {
    /// The positions of the elements that are not zero: one array for each axis, in row-major order.
    #[track_caller]
    pub fn nonzero(&self) -> Vec<Self> {
        match self.expr().and_then(at_least_1d).and_then(|x| nonzero(&x)) {
            Ok(found) => found.into_iter().map(|e| Self::new(Ok(e))).collect(),
            Err(e) => vec![Self::new(Err(e))],
        }
    }
}

fn at_least_1d(x: &Expr) -> Result<Expr> {
    if x.ndim() == 0 {
        return Err(Error::argument("Calling nonzero on 0d arrays is not allowed")
            .with_help("use x.atleast_1d().nonzero()"));
    }
    Ok(x.clone())
}

fn flat(x: &Expr) -> Result<Expr> {
    let found = nonzero(&if x.ndim() == 1 { x.clone() } else { reshape(x, &[-1])? })?;
    found.into_iter().next().ok_or_else(|| Error::internal("nonzero found no axis"))
}

fn argwhere(x: &Expr) -> Result<Expr> {
    if x.ndim() == 0 {
        return Err(Error::argument("argwhere of an array without axes has no positions")
            .with_help("use x.atleast_1d().argwhere()"));
    }
    stack(&nonzero(x)?, 1)
}

/// The elements of `x` where `condition`, of as many elements, is not zero, in row-major order.
#[track_caller]
pub fn extract<T: Element>(condition: impl DynOperand, x: &Array<T>) -> Array<T> {
    x.map(|x| {
        let flat = |e: &Expr| if e.ndim() == 1 { Ok(e.clone()) } else { reshape(e, &[-1]) };
        let truth = swath_array_plan::astype(&flat(&array_of(condition.dyn_operand())?)?, DType::Bool)?;
        compress(&flat(x)?, &truth, 0)
    })
}
