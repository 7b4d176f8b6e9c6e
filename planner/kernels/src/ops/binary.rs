//! Operations of two operands.

use serde::{Deserialize, Serialize};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use crate::promote::{Kind, float_dtype, promote};

macro_rules! binary_ops {
    ($($variant:ident $name:literal $class:ident $doc:literal;)*) => {
        /// An elementwise operation of two operands, under NumPy's names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum BinaryOp {
            $(#[doc = $doc] $variant,)*
        }

        impl BinaryOp {
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

/// How the types of operands and result are related; both operands are first promoted to a common type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// The common type, booleans too.
    Any,
    /// The common type; booleans are refused.
    NotBool,
    /// The common type; booleans as int8; complex too.
    Arithmetic,
    /// The common type; booleans as int8; complex refused.
    Modular,
    /// Integers as float64, floats and complex as they are.
    Divide,
    /// A float result; complex refused.
    RealFloat,
    /// float64 or complex128.
    Wide,
    /// Integers; booleans stay.
    Bits,
    /// Integers; booleans as int8.
    Shift,
    /// Integers only.
    Integer,
    /// bool, compared in the common type.
    Compare,
    /// bool, each operand as a truth value.
    Logical,
}

binary_ops! {
    Add "add" Any "`a + b`; integers wrap; booleans: or.";
    Subtract "subtract" NotBool "`a - b`; integers wrap; refused for booleans.";
    Multiply "multiply" Any "`a * b`; integers wrap; booleans: and.";
    Divide "divide" Divide "True division: always a float; x/0 is an infinity or NaN.";
    FloorDivide "floor_divide" Modular "Division rounded down; integers by zero give 0.";
    Remainder "remainder" Modular "Remainder with the divisor's sign, as Python's `%`; integers by zero give 0.";
    Fmod "fmod" Modular "Remainder with the dividend's sign, as C's.";
    Power "power" Arithmetic "a to the b; an integer to a negative integer is an error.";
    FloatPower "float_power" Wide "a to the b in float64 or complex128.";
    Maximum "maximum" Any "The larger; NaN if either is.";
    Minimum "minimum" Any "The smaller; NaN if either is.";
    Fmax "fmax" Any "The larger; the other one if one is NaN.";
    Fmin "fmin" Any "The smaller; the other one if one is NaN.";
    Arctan2 "arctan2" RealFloat "The angle of the point (b, a).";
    Hypot "hypot" RealFloat "`sqrt(a*a + b*b)` without overflow.";
    Copysign "copysign" RealFloat "a with b's sign.";
    Logaddexp "logaddexp" RealFloat "`log(exp(a) + exp(b))` without overflow.";
    Logaddexp2 "logaddexp2" RealFloat "`log2(2**a + 2**b)` without overflow.";
    Heaviside "heaviside" RealFloat "0 below zero, b at zero, 1 above.";
    Nextafter "nextafter" RealFloat "The next float after a towards b.";
    Ldexp "ldexp" RealFloat "`a * 2**b`, b a whole number.";
    Gcd "gcd" Integer "Greatest common divisor.";
    Lcm "lcm" Integer "Least common multiple.";
    BitAnd "bitwise_and" Bits "`a & b`.";
    BitOr "bitwise_or" Bits "`a | b`.";
    BitXor "bitwise_xor" Bits "`a ^ b`.";
    LeftShift "left_shift" Shift "`a << b`; 0 when b is the width or more.";
    RightShift "right_shift" Shift "`a >> b`, arithmetic for signed types.";
    Equal "equal" Compare "`a == b`; NaN equals nothing.";
    NotEqual "not_equal" Compare "`a != b`.";
    Less "less" Compare "`a < b`; complex numbers by real part, then imaginary.";
    LessEqual "less_equal" Compare "`a <= b`.";
    Greater "greater" Compare "`a > b`.";
    GreaterEqual "greater_equal" Compare "`a >= b`.";
    LogicalAnd "logical_and" Logical "Whether both are not zero.";
    LogicalOr "logical_or" Logical "Whether one is not zero.";
    LogicalXor "logical_xor" Logical "Whether exactly one is not zero.";
}

impl BinaryOp {
    /// The type both operands are converted to, given their common type (see [`promote`]).
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when NumPy has no such operation for the type.
    pub fn compute_dtype(self, common: DType) -> Result<DType> {
        let kind = Kind::of(common);
        let as_int8 = if kind == Kind::Bool { DType::I8 } else { common };
        match self.class() {
            Class::Any | Class::Compare => Ok(common),
            Class::NotBool if kind != Kind::Bool => Ok(common),
            Class::Arithmetic => Ok(as_int8),
            Class::Modular if kind != Kind::Complex => Ok(as_int8),
            Class::Divide => Ok(if kind < Kind::Float { DType::F64 } else { common }),
            Class::RealFloat if kind != Kind::Complex => Ok(float_dtype(common)),
            Class::Wide => Ok(if kind == Kind::Complex { DType::C128 } else { DType::F64 }),
            Class::Bits if kind <= Kind::Unsigned => Ok(common),
            Class::Shift if kind <= Kind::Unsigned => Ok(as_int8),
            Class::Integer if kind.is_integer() => Ok(common),
            Class::Logical => Ok(DType::Bool),
            _ => Err(self.refuse(common)),
        }
    }

    /// The type of the result for operands of types `a` and `b`, neither a weak scalar.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when NumPy has no such operation for the types.
    ///
    /// ```
    /// use swath_block::DType;
    /// use swath_kernels::BinaryOp;
    /// assert_eq!(BinaryOp::Divide.result_dtype(DType::I32, DType::I32)?, DType::F64);
    /// assert_eq!(BinaryOp::Less.result_dtype(DType::I32, DType::F64)?, DType::Bool);
    /// assert!(BinaryOp::BitAnd.result_dtype(DType::F64, DType::I8).is_err());
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn result_dtype(self, a: DType, b: DType) -> Result<DType> {
        self.result_of(self.common_dtype(a, b))
    }

    /// The common type of two operands, neither a weak scalar: [`promote`]d, for float functions after each was made a
    /// float.
    pub fn common_dtype(self, a: DType, b: DType) -> DType {
        match self.class() {
            Class::RealFloat => promote(float_dtype(a), float_dtype(b)),
            _ => promote(a, b),
        }
    }

    /// The type of the result, given the operands' common type.
    ///
    /// # Errors
    /// [`ErrorKind::TypeMismatch`] when NumPy has no such operation for the type.
    pub fn result_of(self, common: DType) -> Result<DType> {
        let computed = self.compute_dtype(common)?;
        Ok(if self.is_predicate() { DType::Bool } else { computed })
    }

    /// Whether the result is boolean whatever the operands.
    pub fn is_predicate(self) -> bool {
        matches!(self.class(), Class::Compare | Class::Logical)
    }

    /// Whether swapping the operands never changes the result.
    pub fn is_commutative(self) -> bool {
        use BinaryOp::{
            Add, BitAnd, BitOr, BitXor, Equal, Gcd, Lcm, LogicalAnd, LogicalOr, LogicalXor, Multiply,
            NotEqual,
        };
        matches!(
            self,
            Add | BitAnd
                | BitOr
                | BitXor
                | Equal
                | Gcd
                | Lcm
                | LogicalAnd
                | LogicalOr
                | LogicalXor
                | Multiply
                | NotEqual
        )
    }

    fn refuse(self, common: DType) -> Error {
        let error =
            Error::new(ErrorKind::TypeMismatch, format!("{} is not defined for {common}", self.name()));
        match (self, Kind::of(common)) {
            (Self::Subtract, Kind::Bool) => {
                error.with_help("use bitwise_xor or logical_xor, or cast to an integer type")
            }
            _ => error.with_help("cast the operands first"),
        }
    }
}
