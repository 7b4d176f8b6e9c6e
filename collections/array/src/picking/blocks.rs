//! Whole chunks by their places in the grid of chunks.

use swath_array_plan::{Indices, blocks};

use crate::Element;
use crate::methods::methods;

methods! { Element:
    /// Some of the array's chunks, by position, range or list, as an index has them; axes stay. Costs nothing.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, s};
    /// let x = da::arange(10).chunks(3);
    /// assert_eq!(x.blocks(s![1..3]).compute()?.as_slice(), Some(&[3, 4, 5, 6, 7, 8][..]));
    /// assert_eq!(x.blocks(s![[-1, 0]]).compute()?.as_slice(), Some(&[9, 0, 1, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn blocks(x, items: impl Into<Indices>) -> T = blocks(x, &items.into().0);
}
