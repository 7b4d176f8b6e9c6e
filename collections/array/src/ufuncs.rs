//! NumPy's elementwise functions as methods.

use swath_array_plan::{Operand as PlanOperand, apply, arg, astype, select, unary};
use swath_error::Result;
use swath_kernels::{BinaryOp, UnaryOp};

use crate::operand::DynOperand;
use crate::operators::{combine, combine_dyn};
use crate::{Array, DType, DynArray, Element, Numeric, Operand};

/// Functions of one operand; `$out` is the type of the result for elements of `T`.
macro_rules! unary_functions {
    ($($(#[$doc:meta])* $name:ident $op:ident $out:ty;)*) => {
        impl<T: Numeric> Array<T> { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self) -> Array<$out> {
                self.map(|x| unary(UnaryOp::$op, x))
            }
        )* }

        impl DynArray { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self) -> Self {
                self.map(|x| unary(UnaryOp::$op, x))
            }
        )* }
    };
}

unary_functions! {
    /// Absolute values; the modulus of complex numbers.
    abs Absolute T::Real;
    /// -1, 0 or 1 by sign.
    sign Sign T;
    /// `x * x`.
    square Square T;
    /// `1 / x` in the elements' own type.
    reciprocal Reciprocal T;
    /// Square roots; NaN below zero.
    sqrt Sqrt T::Float;
    /// Cube roots.
    cbrt Cbrt T::Float;
    /// e to the x.
    exp Exp T::Float;
    /// 2 to the x.
    exp2 Exp2 T::Float;
    /// `exp(x) - 1` without cancellation.
    expm1 Expm1 T::Float;
    /// Natural logarithms; -inf at zero, NaN below.
    log Log T::Float;
    /// Logarithms to base 2.
    log2 Log2 T::Float;
    /// Logarithms to base 10.
    log10 Log10 T::Float;
    /// `log(1 + x)` without cancellation.
    log1p Log1p T::Float;
    /// Sine of radians.
    sin Sin T::Float;
    /// Cosine of radians.
    cos Cos T::Float;
    /// Tangent of radians.
    tan Tan T::Float;
    /// Inverse sine.
    arcsin Arcsin T::Float;
    /// Inverse cosine.
    arccos Arccos T::Float;
    /// Inverse tangent.
    arctan Arctan T::Float;
    /// Hyperbolic sine.
    sinh Sinh T::Float;
    /// Hyperbolic cosine.
    cosh Cosh T::Float;
    /// Hyperbolic tangent.
    tanh Tanh T::Float;
    /// Inverse hyperbolic sine.
    arcsinh Arcsinh T::Float;
    /// Inverse hyperbolic cosine.
    arccosh Arccosh T::Float;
    /// Inverse hyperbolic tangent.
    arctanh Arctanh T::Float;
    /// Degrees to radians.
    deg2rad Deg2rad T::Float;
    /// Radians to degrees.
    rad2deg Rad2deg T::Float;
    /// `sin(pi x) / (pi x)`, 1 at zero.
    sinc Sinc T::Float;
    /// The largest whole number not above x.
    floor Floor T;
    /// The smallest whole number not below x.
    ceil Ceil T;
    /// Without the fraction.
    trunc Trunc T;
    /// The nearest whole number, halves to even.
    rint Rint T::Float;
    /// Whether x is zero.
    logical_not LogicalNot bool;
    /// Whether x is not a number.
    isnan IsNan bool;
    /// Whether x is infinite.
    isinf IsInf bool;
    /// Whether x is neither infinite nor NaN.
    isfinite IsFinite bool;
    /// Whether x is negative, -0.0 included.
    signbit SignBit bool;
    /// The complex conjugate.
    conj Conjugate T;
    /// The real part.
    real RealPart T::Real;
    /// The imaginary part; 0 for real numbers.
    imag ImagPart T::Real;
}

/// Functions of two operands.
macro_rules! binary_functions {
    ($($(#[$doc:meta])* $name:ident $op:ident $out:ty;)*) => {
        impl<T: Numeric> Array<T> { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, other: impl Operand<T>) -> Array<$out> {
                combine(BinaryOp::$op, self.operand(), other.operand())
            }
        )* }

        impl DynArray { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, other: impl DynOperand) -> Self {
                combine_dyn(BinaryOp::$op, self.dyn_operand(), other.dyn_operand())
            }
        )* }
    };
}

binary_functions! {
    /// x to the power of the other operand.
    pow Power T;
    /// x to the power of the other operand, in float64 or complex128.
    float_power FloatPower T::Float;
    /// Division rounded down.
    floor_divide FloorDivide T;
    /// The remainder with the divisor's sign: the `%` operator.
    remainder Remainder T;
    /// The remainder with the dividend's sign, as C's.
    fmod Fmod T;
    /// The larger; NaN if either is.
    maximum Maximum T;
    /// The smaller; NaN if either is.
    minimum Minimum T;
    /// The larger; the other one if one is NaN.
    fmax Fmax T;
    /// The smaller; the other one if one is NaN.
    fmin Fmin T;
    /// The angle of the point (other, x).
    arctan2 Arctan2 T::Float;
    /// `sqrt(x*x + other*other)` without overflow.
    hypot Hypot T::Float;
    /// x with the other operand's sign.
    copysign Copysign T::Float;
    /// `log(exp(x) + exp(other))` without overflow.
    logaddexp Logaddexp T::Float;
    /// `log2(2**x + 2**other)` without overflow.
    logaddexp2 Logaddexp2 T::Float;
    /// Shifted left by so many bits.
    left_shift LeftShift T;
    /// Shifted right by so many bits.
    right_shift RightShift T;
    /// Greatest common divisors.
    gcd Gcd T;
    /// Least common multiples.
    lcm Lcm T;
    /// `x < other`.
    lt Less bool;
    /// `x <= other`.
    le LessEqual bool;
    /// `x > other`.
    gt Greater bool;
    /// `x >= other`.
    ge GreaterEqual bool;
    /// `x == other`, element by element; NaN equals nothing.
    eq_ Equal bool;
    /// `x != other`, element by element.
    ne_ NotEqual bool;
    /// Whether both are not zero.
    logical_and LogicalAnd bool;
    /// Whether one is not zero.
    logical_or LogicalOr bool;
    /// Whether exactly one is not zero.
    logical_xor LogicalXor bool;
}

impl<T: Numeric> Array<T> {
    /// The elements limited to `low ..= high`; arrays or scalars.
    #[track_caller]
    pub fn clip(&self, low: impl Operand<T>, high: impl Operand<T>) -> Self {
        Self::new(clip(self.operand(), low.operand().map(Some), high.operand().map(Some)))
    }

    /// The elements, at least `low`.
    #[track_caller]
    pub fn clip_min(&self, low: impl Operand<T>) -> Self {
        Self::new(clip(self.operand(), low.operand().map(Some), Ok(None)))
    }

    /// The elements, at most `high`.
    #[track_caller]
    pub fn clip_max(&self, high: impl Operand<T>) -> Self {
        Self::new(clip(self.operand(), Ok(None), high.operand().map(Some)))
    }

    /// Rounded to so many decimals, halves to even.
    #[track_caller]
    pub fn round(&self, decimals: i32) -> Self {
        self.map(|x| apply(&[x.into()], |b, v| b.round(arg(v, 0)?, decimals)))
    }

    /// Converted to another element type: integers wrap, floats are cut towards zero.
    #[track_caller]
    pub fn astype<U: Element>(&self) -> Array<U> {
        self.map(|x| astype(x, U::DTYPE))
    }
}

impl DynArray {
    /// An operation of two operands by its name: for front ends, and where the left operand is a literal.
    #[track_caller]
    pub fn binary(op: BinaryOp, a: impl DynOperand, b: impl DynOperand) -> Self {
        combine_dyn(op, a.dyn_operand(), b.dyn_operand())
    }

    /// An operation of one operand by its name: for front ends.
    #[track_caller]
    pub fn unary(&self, op: UnaryOp) -> Self {
        self.map(|x| unary(op, x))
    }

    /// Rounded to so many decimals, halves to even.
    #[track_caller]
    pub fn round(&self, decimals: i32) -> Self {
        self.map(|x| apply(&[x.into()], |b, v| b.round(arg(v, 0)?, decimals)))
    }

    /// The elements limited to `low ..= high`; arrays or literals.
    #[track_caller]
    pub fn clip(&self, low: impl DynOperand, high: impl DynOperand) -> Self {
        Self::new(clip(self.dyn_operand(), low.dyn_operand().map(Some), high.dyn_operand().map(Some)))
    }

    /// Converted to another element type: integers wrap, floats are cut towards zero.
    #[track_caller]
    pub fn astype(&self, dtype: DType) -> Self {
        self.map(|x| astype(x, dtype))
    }
}

fn clip(
    x: Result<PlanOperand>,
    low: Result<Option<PlanOperand>>,
    high: Result<Option<PlanOperand>>,
) -> Result<swath_array_plan::Expr> {
    let (low, high) = (low?, high?);
    let (has_low, has_high) = (low.is_some(), high.is_some());
    let operands: Vec<PlanOperand> = std::iter::once(x?).chain(low).chain(high).collect();
    apply(&operands, |b, v| {
        let low = if has_low { Some(arg(v, 1)?) } else { None };
        let high = if has_high { Some(arg(v, 1 + usize::from(has_low))?) } else { None };
        b.clip(arg(v, 0)?, low, high)
    })
}

/// `a` where `condition` is true, else `b`; arrays are broadcast.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(5);
/// assert_eq!(da::where_(x.gt(2), &x, 0).compute()?.as_slice(), Some(&[0, 0, 0, 3, 4][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn where_<T: Element>(condition: impl Operand<bool>, a: impl Operand<T>, b: impl Operand<T>) -> Array<T> {
    let build = || match condition.operand()? {
        PlanOperand::Array(condition) => select(&condition, a.operand()?, b.operand()?),
        scalar @ PlanOperand::Scalar { .. } => {
            apply(&[scalar, a.operand()?, b.operand()?], |p, v| p.select(arg(v, 0)?, arg(v, 1)?, arg(v, 2)?))
        }
    };
    Array::new(build())
}
