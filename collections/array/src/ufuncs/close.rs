//! Equality within a tolerance.

use swath_array_plan::{Axes, Operand as PlanOperand, apply, arg, reduce};
use swath_block::{DType, Scalar};
use swath_error::Result;
use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, convert_scalar, promote_scalar, scalar_dtype};

use crate::operand::DynOperand;
use crate::{Array, DynArray, Numeric, Operand};

/// How far apart two elements may be.
#[derive(Clone, Copy)]
struct Tolerance {
    relative: f64,
    absolute: f64,
    equal_nan: bool,
}

/// What NumPy allows when nothing else is said.
const USUAL: Tolerance = Tolerance { relative: 1e-5, absolute: 1e-8, equal_nan: false };

macro_rules! closeness {
    ($method:ident $bool:ty, $operand_of:path, $kind:ty, $($bound:tt)*) => {
        impl $($bound)* $kind {
            /// Whether elements are equal within NumPy's tolerance: `|x - other| <= 1e-8 + 1e-5 * |other|`. The other operand
            /// is the reference, so the two cannot be swapped; NaN is close to nothing.
            ///
            /// ```
            /// # use swath_local as _;
            /// use swath_array as da;
            /// let x = da::array(vec![1.0, 2.0]);
            /// let close = x.isclose(&da::array(vec![1.0 + 1e-9, 2.1]));
            /// assert_eq!(close.compute()?.as_slice(), Some(&[true, false][..]));
            /// # Ok::<(), swath_error::Error>(())
            /// ```
            #[track_caller]
            pub fn isclose(&self, other: impl $operand_of) -> $bool {
                <$bool>::new(close(self.$method(), other.$method(), USUAL))
            }

            /// As [`Self::isclose`], with tolerances of one's own; with `equal_nan` two NaNs are close.
            #[track_caller]
            pub fn isclose_with(
                &self,
                other: impl $operand_of,
                rtol: f64,
                atol: f64,
                equal_nan: bool,
            ) -> $bool {
                let tolerance = Tolerance { relative: rtol, absolute: atol, equal_nan };
                <$bool>::new(close(self.$method(), other.$method(), tolerance))
            }

            /// Whether all elements are equal within NumPy's tolerance: see [`Self::isclose`].
            #[track_caller]
            pub fn allclose(&self, other: impl $operand_of) -> $bool {
                <$bool>::new(all(close(self.$method(), other.$method(), USUAL)))
            }

            /// As [`Self::allclose`], with tolerances of one's own; with `equal_nan` two NaNs are close.
            #[track_caller]
            pub fn allclose_with(
                &self,
                other: impl $operand_of,
                rtol: f64,
                atol: f64,
                equal_nan: bool,
            ) -> $bool {
                let tolerance = Tolerance { relative: rtol, absolute: atol, equal_nan };
                <$bool>::new(all(close(self.$method(), other.$method(), tolerance)))
            }
        }
    };
}

closeness! { operand Array<bool>, Operand<T>, Array<T>, <T: Numeric> }
closeness! { dyn_operand DynArray, DynOperand, DynArray, }

fn all(close: Result<swath_array_plan::Expr>) -> Result<swath_array_plan::Expr> {
    reduce(&close?, ReduceOp::All, &Axes::all(), None)
}

fn close(
    x: Result<PlanOperand>,
    y: Result<PlanOperand>,
    tolerance: Tolerance,
) -> Result<swath_array_plan::Expr> {
    let y = inexact(y?);
    let literal = match &y {
        PlanOperand::Scalar { value, weak: true } => Some(*value),
        _ => None,
    };
    apply(&[x?, y], |b, v| {
        let (x, y) = (arg(v, 0)?, arg(v, 1)?);
        let y = if literal.is_some() {
            y
        } else {
            let wide = promote_scalar(b.dtype(y), &Scalar::F64(1.0), true);
            b.cast(y, wide)
        };
        let limit = if let Some(value) = literal {
            // A literal stays one: the limit is compared in the array's type.
            let limit = tolerance.absolute + tolerance.relative * modulus(value);
            b.constant(Scalar::F64(limit), true)
        } else {
            let (relative, absolute) = (
                b.constant(Scalar::F64(tolerance.relative), true),
                b.constant(Scalar::F64(tolerance.absolute), true),
            );
            let size = b.unary(UnaryOp::Absolute, y)?;
            let scaled = b.binary(BinaryOp::Multiply, size, relative)?;
            b.binary(BinaryOp::Add, scaled, absolute)?
        };
        let apart = b.binary(BinaryOp::Subtract, x, y)?;
        let apart = b.unary(UnaryOp::Absolute, apart)?;
        let within = b.binary(BinaryOp::LessEqual, apart, limit)?;
        let finite = b.unary(UnaryOp::IsFinite, y)?;
        let near = b.binary(BinaryOp::LogicalAnd, within, finite)?;
        let equal = b.binary(BinaryOp::Equal, x, y)?;
        let close = b.binary(BinaryOp::LogicalOr, near, equal)?;
        if !tolerance.equal_nan {
            return Ok(close);
        }
        let (x, y) = (b.unary(UnaryOp::IsNan, x)?, b.unary(UnaryOp::IsNan, y)?);
        let both = b.binary(BinaryOp::LogicalAnd, x, y)?;
        b.binary(BinaryOp::LogicalOr, close, both)
    })
}

/// The reference as floats: the smallest integer has no absolute value.
fn inexact(y: PlanOperand) -> PlanOperand {
    match y {
        PlanOperand::Scalar { value, weak: true } if scalar_dtype(&value, true) == DType::I64 => {
            PlanOperand::Scalar { value: convert_scalar(value, DType::F64), weak: true }
        }
        other => other,
    }
}

fn modulus(value: Scalar) -> f64 {
    match convert_scalar(value, DType::C128) {
        Scalar::C128(v) => v.norm(),
        _ => f64::NAN,
    }
}
