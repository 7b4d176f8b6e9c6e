//! Assignment: a new array in which some elements are others.

use swath_array_plan::{Expr, Indices, astype, put, select};
use swath_error::Result;

use crate::Element;
use crate::methods::methods;
use crate::operand::{DynOperand, array_of};

methods! { Element:
    /// The array with the elements at an index replaced by `values`: a scalar, or an array that broadcasts to what the
    /// index takes. Arrays never change: this is a new one, and chunks that the index does not touch are shared.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, s};
    /// let x = da::arange(6).chunks(2);
    /// assert_eq!(x.set(s![1..4], 0).compute()?.as_slice(), Some(&[0, 0, 0, 0, 4, 5][..]));
    /// assert_eq!(x.set(s![[-1, 0]], da::array(vec![7, 8])).compute()?.as_slice(), Some(&[8, 1, 2, 3, 4, 7][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn set(x, items: impl Into<Indices>, values: impl DynOperand) -> T =
        put(x, &items.into().0, &array_of(values.dyn_operand())?);
    /// The array with the elements replaced where a boolean array is true, by a scalar or an array that broadcasts.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(4);
    /// assert_eq!(x.set_where(x.gt(1), -1).compute()?.as_slice(), Some(&[0, 1, -1, -1][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn set_where(x, mask: impl DynOperand, values: impl DynOperand) -> T =
        set_where(x, &array_of(mask.dyn_operand())?, &array_of(values.dyn_operand())?);
}

fn set_where(x: &Expr, mask: &Expr, values: &Expr) -> Result<Expr> {
    let shape = x.shape()?;
    // Neither the mask nor the values may make the array larger.
    for other in [mask, values] {
        swath_array_plan::broadcast_to(other, &shape, None)?;
    }
    select(mask, (&astype(values, x.dtype())?).into(), x.into())
}
