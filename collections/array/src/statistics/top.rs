//! The largest or smallest elements along an axis.

use swath_array_plan::{arg_top, top};

use crate::Numeric;
use crate::methods::methods;

methods! { Numeric:
    /// The `k` largest elements along an axis in falling order; with a negative `k` the smallest in rising order.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![3, 9, 1, 7]).chunks(2);
    /// assert_eq!(x.topk(2, 0).compute()?.as_slice(), Some(&[9, 7][..]));
    /// assert_eq!(x.argtopk(-2, 0).compute()?.as_slice(), Some(&[2, 0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn topk(x, k: isize, axis: isize) -> T = top(x, k, axis, None);
    /// Where the elements of [`Self::topk`] are along the axis; of equal ones, the first.
    fn argtopk(x, k: isize, axis: isize) -> i64 = arg_top(x, k, axis, None);
}
