//! What becomes of positions that do not exist.

use swath_array_plan::{Expr, Operand, apply, arg, binary, whole_numbers, within};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::BinaryOp;

/// What becomes of a position outside `0..n`, as NumPy's `mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexMode {
    /// It is an error, when it is met. Positions below zero do not count from the end.
    #[default]
    Raise,
    /// It is counted round and round.
    Wrap,
    /// It becomes 0 when it is negative, and the last one when it is too large.
    Clip,
}

impl IndexMode {
    /// Positions in `0..below`, as `int64`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::TypeMismatch`] for elements that are no whole numbers.
    pub(crate) fn bound(self, x: &Expr, below: usize, complaint: &str) -> Result<Expr> {
        // Nothing is made a position among none.
        if self == Self::Raise || below == 0 {
            return within(x, below, complaint);
        }
        let (x, count) = (whole_numbers(x)?, Scalar::I64(below as i64));
        if self == Self::Wrap {
            return binary(BinaryOp::Remainder, (&x).into(), Operand::Scalar { value: count, weak: false });
        }
        apply(&[(&x).into()], |b, v| {
            let (first, last) = (Scalar::I64(0), Scalar::I64(below as i64 - 1));
            let (first, last) = (b.constant(first, false), b.constant(last, false));
            b.clip(arg(v, 0)?, Some(first), Some(last))
        })
    }
}
