//! Elements at positions that are computed.

use swath_array_plan::{take_along_axis, take_indices};

use crate::Element;
use crate::methods::methods;
use crate::operand::{DynOperand, array_of};

methods! { Element:
    /// For every element of `indices`, the element at that position along the axis, as `numpy.take_along_axis`; the axis
    /// becomes one chunk. Negative positions count from the end.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![30, 10, 20, 5, 6, 4]).reshape([2, 3]);
    /// assert_eq!(x.take_along_axis(&x.argsort(1), 1).compute()?, x.sort(1).compute()?);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn take_along_axis(x, indices: impl DynOperand, axis: isize) -> T =
        take_along_axis(x, &array_of(indices.dyn_operand())?, axis);
    /// The elements at the positions that a vector of whole numbers, not computed yet, holds along an axis, which becomes
    /// one chunk. [`Self::take`] is for positions that are known.
    fn take_at(x, indices: impl DynOperand, axis: isize) -> T =
        take_indices(x, &array_of(indices.dyn_operand())?, axis);
}
