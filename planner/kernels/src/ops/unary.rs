//! Operations of one operand.

use serde::{Deserialize, Serialize};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use crate::promote::{Kind, float_dtype, real_dtype};

macro_rules! unary_ops {
    ($($variant:ident $name:literal $class:ident $doc:literal;)*) => {
        /// An elementwise operation of one operand, under NumPy's names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum UnaryOp {
            $(#[doc = $doc] $variant,)*
        }

        impl UnaryOp {
            /// Every operation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// NumPy's name of the operation.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }
        }
    };
}

/// How the types of operand and result are related.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The same type; booleans are refused.
    Number,
    /// A float or complex result; all integers and booleans as float64.
    Wide,
    /// A float result; all integers and booleans as float64; complex refused.
    RealWide,
    /// The same type; booleans as int8.
    Arithmetic,
    /// Any type to its real part's type.
    Real,
    /// Integers and booleans.
    Bits,
    /// A float or complex result.
    Float,
    /// A float result, complex refused.
    RealFloat,
    /// The same type, complex refused.
    Rounding,
    /// Any type to bool.
    Test,
    /// Any type but complex to bool.
    RealTest,
}

unary_ops! {
    Negative "negative" Number "`-x`; integers wrap; refused for booleans.";
    Absolute "absolute" Real "`|x|`; the modulus of a complex number; the smallest integer stays itself.";
    Sign "sign" Number "-1, 0 or 1; NaN stays; a complex number over its modulus.";
    Square "square" Arithmetic "`x * x`.";
    Reciprocal "reciprocal" Arithmetic "`1 / x` in the operand's own type (integers: 0 for |x| > 1).";
    Sqrt "sqrt" Float "Square root; NaN below zero.";
    Cbrt "cbrt" RealFloat "Cube root.";
    Exp "exp" Float "e to the x.";
    Exp2 "exp2" Float "2 to the x.";
    Expm1 "expm1" Float "`exp(x) - 1` without cancellation.";
    Log "log" Float "Natural logarithm; -inf at zero, NaN below.";
    Log2 "log2" Float "Logarithm to base 2.";
    Log10 "log10" Float "Logarithm to base 10.";
    Log1p "log1p" Float "`log(1 + x)` without cancellation.";
    Sin "sin" Float "Sine of radians.";
    Cos "cos" Float "Cosine of radians.";
    Tan "tan" Float "Tangent of radians.";
    Arcsin "arcsin" Float "Inverse sine; NaN outside [-1, 1].";
    Arccos "arccos" Float "Inverse cosine; NaN outside [-1, 1].";
    Arctan "arctan" Float "Inverse tangent.";
    Sinh "sinh" Float "Hyperbolic sine.";
    Cosh "cosh" Float "Hyperbolic cosine.";
    Tanh "tanh" Float "Hyperbolic tangent.";
    Arcsinh "arcsinh" Float "Inverse hyperbolic sine.";
    Arccosh "arccosh" Float "Inverse hyperbolic cosine; NaN below 1.";
    Arctanh "arctanh" Float "Inverse hyperbolic tangent; NaN outside [-1, 1].";
    Deg2rad "deg2rad" RealFloat "Degrees to radians.";
    Rad2deg "rad2deg" RealFloat "Radians to degrees.";
    Sinc "sinc" Wide "`sin(pi x) / (pi x)`, 1 at zero.";
    I0 "i0" RealWide "The modified Bessel function of order 0.";
    Fabs "fabs" RealFloat "`|x|` as a float.";
    Spacing "spacing" RealFloat "The distance to the next float away from zero.";
    Mantissa "mantissa" RealFloat "x over the power of two that brings it to [0.5, 1): `frexp`'s first result.";
    Exponent "exponent" RealFloat "The exponent of that power, as a float: `frexp`'s second result.";
    Fraction "fraction" RealFloat "x without its whole part, of x's sign: `modf`'s first result.";
    Floor "floor" Rounding "The largest whole number not above x.";
    Ceil "ceil" Rounding "The smallest whole number not below x.";
    Trunc "trunc" Rounding "x without its fraction.";
    Rint "rint" Float "The nearest whole number, halves to even.";
    Invert "bitwise_invert" Bits "`~x`; booleans are negated.";
    LogicalNot "logical_not" Test "Whether x is zero.";
    IsNan "isnan" Test "Whether x is not a number.";
    IsInf "isinf" Test "Whether x is infinite.";
    IsFinite "isfinite" Test "Whether x is neither infinite nor NaN.";
    SignBit "signbit" RealTest "Whether x is negative, -0.0 included.";
    Conjugate "conjugate" Arithmetic "The complex conjugate; real numbers stay.";
    RealPart "real" Real "The real part.";
    ImagPart "imag" Real "The imaginary part; 0 for real numbers.";
}

impl UnaryOp {
    /// Whether it takes so long that the next elements come from memory meanwhile.
    pub(crate) fn is_slow(self) -> bool {
        matches!(self.class(), Class::Float | Class::RealFloat | Class::Wide | Class::RealWide)
    }

    /// The type the operand is converted to before the operation.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when NumPy has no such operation for the type.
    pub fn compute_dtype(self, x: DType) -> Result<DType> {
        let kind = Kind::of(x);
        match self.class() {
            Class::Real | Class::Test => Ok(x),
            Class::Wide => Ok(if kind < Kind::Float { DType::F64 } else { x }),
            Class::RealWide if kind != Kind::Complex => Ok(if kind < Kind::Float { DType::F64 } else { x }),
            Class::Number if kind != Kind::Bool => Ok(x),
            Class::Arithmetic => Ok(if kind == Kind::Bool { DType::I8 } else { x }),
            Class::Bits if kind <= Kind::Unsigned => Ok(x),
            Class::Float => Ok(float_dtype(x)),
            Class::RealFloat if kind != Kind::Complex => Ok(float_dtype(x)),
            Class::Rounding | Class::RealTest if kind != Kind::Complex => Ok(x),
            _ => Err(self.refuse(x)),
        }
    }

    /// The type of the result for an operand of type `x`.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when NumPy has no such operation for the type.
    ///
    /// ```
    /// use swath_block::DType;
    /// use swath_kernels::UnaryOp;
    /// assert_eq!(UnaryOp::Sqrt.result_dtype(DType::I64)?, DType::F64);
    /// assert_eq!(UnaryOp::Absolute.result_dtype(DType::C64)?, DType::F32);
    /// assert!(UnaryOp::Negative.result_dtype(DType::Bool).is_err());
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn result_dtype(self, x: DType) -> Result<DType> {
        let computed = self.compute_dtype(x)?;
        Ok(match self.class() {
            Class::Test | Class::RealTest => DType::Bool,
            Class::Real => real_dtype(computed),
            _ => computed,
        })
    }

    /// Whether the result is boolean whatever the operand.
    pub fn is_test(self) -> bool {
        matches!(self.class(), Class::Test | Class::RealTest)
    }

    /// Whether the result has the type of the operand's real part.
    pub(crate) fn gives_part(self) -> bool {
        self.class() == Class::Real
    }

    fn refuse(self, x: DType) -> Error {
        let error = Error::new(ErrorKind::TypeMismatch, format!("{} is not defined for {x}", self.name()));
        match (self, Kind::of(x)) {
            (Self::Negative, Kind::Bool) => error.with_help("use logical_not, or cast to an integer type"),
            (_, Kind::Complex) => error.with_help("take the real or imaginary part first"),
            _ => error.with_help("cast the array first"),
        }
    }
}
