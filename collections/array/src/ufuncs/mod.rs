//! NumPy's elementwise functions as methods.
//!
//! In: arrays and scalars. Out: arrays under NumPy 2's rules for types; chains of them run as one program. They never look
//! beyond the element they compute.

mod clip;
mod close;
mod convert;
mod parts;
mod special;

use swath_array_plan::unary;
use swath_kernels::{BinaryOp, UnaryOp};

use crate::operand::DynOperand;
use crate::operators::{combine, combine_dyn};
use crate::{Array, DynArray, Numeric, Operand};

pub use convert::{Casting, where_};
pub use special::NanToNum;

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
    /// The modified Bessel function of the first kind and order 0.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// assert!((da::ones([1]).i0().item()? - 1.2660658777520084).abs() < 1e-15);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    i0 I0 T::Mean;
    /// Absolute values as floats; refused for complex numbers.
    fabs Fabs T::Float;
    /// The distance to the next float away from zero; NaN for infinities.
    spacing Spacing T::Float;
    /// Degrees to radians: the same as [`Self::deg2rad`].
    radians Deg2rad T::Float;
    /// Radians to degrees: the same as [`Self::rad2deg`].
    degrees Rad2deg T::Float;
    /// The largest whole number not above x.
    floor Floor T;
    /// The smallest whole number not below x.
    ceil Ceil T;
    /// Without the fraction.
    trunc Trunc T;
    /// Towards zero to a whole number: the same as [`Self::trunc`].
    fix Trunc T;
    /// Every bit inverted, booleans negated: the `!` operator.
    bitwise_not Invert T;
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
    /// The complex conjugate: the same as [`Self::conj`].
    conjugate Conjugate T;
    /// Whether x is missing, which for numbers is NaN: pandas' name for [`Self::isnan`].
    isnull IsNan bool;
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
    /// True division: the `/` operator.
    divide Divide T::Mean;
    /// True division: the `/` operator.
    true_divide Divide T::Mean;
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
    /// 0 below zero, the other operand at zero, 1 above.
    heaviside Heaviside T::Float;
    /// The next float after x towards the other operand.
    nextafter Nextafter T::Float;
    /// `log(exp(x) + exp(other))` without overflow.
    logaddexp Logaddexp T::Float;
    /// `log2(2**x + 2**other)` without overflow.
    logaddexp2 Logaddexp2 T::Float;
    /// `x & other`, bit by bit.
    bitwise_and BitAnd T;
    /// `x | other`, bit by bit.
    bitwise_or BitOr T;
    /// `x ^ other`, bit by bit.
    bitwise_xor BitXor T;
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
}
