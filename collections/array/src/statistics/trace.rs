//! Sums along diagonals.

use swath_array_plan::{Axes, Expr, diagonal, reduce};
use swath_error::Result;
use swath_kernels::ReduceOp;

use crate::Numeric;
use crate::methods::methods;

methods! { Numeric:
    /// The sums along the diagonal of two axes, `offset` to the right of the main one; whole numbers in 64 bits. Only
    /// chunks that the diagonal crosses are computed.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(9).reshape([3, 3]);
    /// assert_eq!(x.trace(0, 0, 1).item()?, 12);
    /// assert_eq!(x.trace(1, 0, 1).item()?, 6);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn trace(x, offset: isize, axis1: isize, axis2: isize) -> T::Sum = trace(x, offset, axis1, axis2);
}

fn trace(x: &Expr, offset: isize, axis1: isize, axis2: isize) -> Result<Expr> {
    reduce(&diagonal(x, offset, axis1, axis2)?, ReduceOp::Sum, &Axes::from(-1), None)
}
