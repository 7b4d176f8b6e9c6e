//! Sorting along an axis.

use swath_array_plan::{argsort, sort};

use crate::Element;
use crate::methods::methods;

methods! { Element:
    /// Sorted along an axis, which becomes one chunk; NaN last. Other axes are cut finer where chunks would grow large.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![3, 1, 2]).chunks(2);
    /// assert_eq!(x.sort(0).compute()?.as_slice(), Some(&[1, 2, 3][..]));
    /// assert_eq!(x.argsort(0).compute()?.as_slice(), Some(&[1, 2, 0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn sort(x, axis: isize) -> T = sort(x, axis);
    /// The positions that sort along an axis; equal elements keep their order.
    fn argsort(x, axis: isize) -> i64 = argsort(x, axis);
}
