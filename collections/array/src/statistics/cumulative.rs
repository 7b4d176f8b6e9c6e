//! Running sums, products, minima and maxima along an axis.
//!
//! Chunks are not done one after another: the totals of chunks are combined in a tree, and every chunk then needs its own
//! elements and a few totals.

use swath_array_plan::{Expr, Operand, apply, arg, scan};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::{Kind, ScanOp, UnaryOp, convert_scalar};

use crate::Numeric;
use crate::methods::methods;

methods! { Numeric:
    /// Running sums along an axis; whole numbers in 64 bits.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6).chunks(2);
    /// assert_eq!(x.cumsum(0).compute()?.as_slice(), Some(&[0, 1, 3, 6, 10, 15][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn cumsum(x, axis: isize) -> T::Sum = scan(x, ScanOp::Sum, axis, None);
    /// Running products along an axis; whole numbers in 64 bits.
    fn cumprod(x, axis: isize) -> T::Sum = scan(x, ScanOp::Prod, axis, None);
    /// Running sums in which NaN counts as 0.
    fn nancumsum(x, axis: isize) -> T::Sum = scan(&without_nan(x, 0)?, ScanOp::Sum, axis, None);
    /// Running products in which NaN counts as 1.
    fn nancumprod(x, axis: isize) -> T::Sum = scan(&without_nan(x, 1)?, ScanOp::Prod, axis, None);
    /// The smallest element so far along an axis; NaN from the first NaN on.
    fn cummin(x, axis: isize) -> T = scan(x, ScanOp::Min, axis, None);
    /// The largest element so far along an axis; NaN from the first NaN on.
    fn cummax(x, axis: isize) -> T = scan(x, ScanOp::Max, axis, None);
}

/// NaN replaced.
fn without_nan(x: &Expr, by: i64) -> Result<Expr> {
    if Kind::of(x.dtype()) < Kind::Float {
        return Ok(x.clone());
    }
    let by = Operand::Scalar { value: convert_scalar(Scalar::I64(by), x.dtype()), weak: false };
    apply(&[x.into(), by], |b, v| {
        let (x, by) = (arg(v, 0)?, arg(v, 1)?);
        let missing = b.unary(UnaryOp::IsNan, x)?;
        b.select(missing, by, x)
    })
}
