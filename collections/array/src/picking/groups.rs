//! Elements regrouped along an axis.

use swath_array_plan::take_groups;

use crate::Element;
use crate::methods::methods;

methods! { Element:
    /// The elements along an axis in another order, group by group: no group is cut by a boundary of chunks.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6).chunks(3);
    /// let y = x.shuffle(&[vec![5, 0], vec![1, 4], vec![2, 3]], 0);
    /// assert_eq!(y.compute()?.as_slice(), Some(&[5, 0, 1, 4, 2, 3][..]));
    /// assert_eq!(y.chunk_sizes()?, [[2, 2, 2]]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn shuffle(x, groups: &[Vec<isize>], axis: isize) -> T = take_groups(x, groups, axis);
}
