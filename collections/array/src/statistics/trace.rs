//! Sums along diagonals.

use swath_array_plan::{Axes, Expr, normalize_axis, points, reduce};
use swath_error::{Error, Result};
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
    let (a, b) = (normalize_axis(axis1, x.ndim())?, normalize_axis(axis2, x.ndim())?);
    if a == b {
        return Err(Error::argument("axis1 and axis2 cannot be the same"));
    }
    let (rows, columns) = (x.chunks().axis(a)?.length()? as isize, x.chunks().axis(b)?.length()? as isize);
    let (down, right) = ((-offset).max(0), offset.max(0));
    let count = (rows - down).min(columns - right).max(0);
    let mut lists = vec![None; x.ndim()];
    for (axis, start) in [(a, down), (b, right)] {
        if let Some(slot) = lists.get_mut(axis) {
            *slot = Some((start..start + count).collect());
        }
    }
    reduce(&points(x, &lists)?, ReduceOp::Sum, &Axes::from(0), None)
}
