//! Central moments.

use swath_array_plan::{Axes, Expr, Operand, binary, reduce};
use swath_block::Scalar;
use swath_error::{Error, Result};
use swath_kernels::{BinaryOp, ReduceOp};

use crate::Numeric;
use crate::methods::methods;

methods! { Numeric:
    /// The central moments of an order: means of `(x - mean) ** order`. [`Axes::ddof`] divides by `n - ddof` instead.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// assert_eq!(da::arange(5).moment(2, ..).item()?, 2.0);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn moment(x, order: i32, axes: impl Into<Axes>) -> T::Mean = moment(x, order, &axes.into());
}

/// The central moments of an order over axes.
pub(crate) fn moment(x: &Expr, order: i32, axes: &Axes) -> Result<Expr> {
    if order < 0 {
        return Err(Error::argument(format!("the order of a moment must not be negative, this is {order}")));
    }
    let mean = reduce(x, ReduceOp::Mean, &axes.clone().keepdims().ddof(0), None)?;
    let away = binary(BinaryOp::Subtract, x.into(), (&mean).into())?;
    let powers = binary(BinaryOp::Power, (&away).into(), Operand::literal(Scalar::I64(order.into())))?;
    let ddof = axes.wanted_ddof();
    if ddof == 0 {
        return reduce(&powers, ReduceOp::Mean, axes, None);
    }
    let shape = x.shape()?;
    let count: usize = axes.resolve(x.ndim())?.iter().filter_map(|a| shape.get(*a)).product();
    let sum = reduce(&powers, ReduceOp::Sum, axes, None)?;
    let divisor = Operand::literal(Scalar::F64((count as i64 - ddof).max(0) as f64));
    binary(BinaryOp::Divide, (&sum).into(), divisor)
}
