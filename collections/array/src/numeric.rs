//! Which element types come out of operations, for the compiler: the same rules the planner follows at run time.

use num_complex::{Complex32, Complex64};

use crate::Element;

/// The types that NumPy's functions give for elements of this type.
pub trait Numeric: Element {
    /// Of `exp`, `sin` and the like: floats stay, 8- and 16-bit integers give `f32`, wider ones `f64`.
    type Float: Numeric;
    /// Of `abs`, `real` and `imag`.
    type Real: Numeric;
    /// Of `sum` and `prod`: integers in 64 bits.
    type Sum: Numeric;
    /// Of `mean`: integers give `f64`.
    type Mean: Numeric;
    /// Of `std` and `var`.
    type Std: Numeric;
}

/// The type of an operation between elements of this type and of `U`.
pub trait Promote<U>: Numeric {
    /// The common type, as `numpy.promote_types`.
    type Out: Numeric;
}

macro_rules! numeric {
    ($($t:ty: $float:ty, $real:ty, $sum:ty, $mean:ty, $std:ty;)*) => { $(
        impl Numeric for $t {
            type Float = $float;
            type Real = $real;
            type Sum = $sum;
            type Mean = $mean;
            type Std = $std;
        }
    )* };
}

numeric! {
    bool: f32, bool, i64, f64, f64;
    i8: f32, i8, i64, f64, f64;
    i16: f32, i16, i64, f64, f64;
    i32: f64, i32, i64, f64, f64;
    i64: f64, i64, i64, f64, f64;
    u8: f32, u8, u64, f64, f64;
    u16: f32, u16, u64, f64, f64;
    u32: f64, u32, u64, f64, f64;
    u64: f64, u64, u64, f64, f64;
    f32: f32, f32, f32, f32, f32;
    f64: f64, f64, f64, f64, f64;
    Complex32: Complex32, f32, Complex32, Complex32, f32;
    Complex64: Complex64, f64, Complex64, Complex64, f64;
}

macro_rules! promote {
    ($($t:ty: $($u:ty => $out:ty),*;)*) => { $($(
        impl Promote<$u> for $t {
            type Out = $out;
        }
    )*)* };
}

promote! {
    bool: bool => bool, i8 => i8, i16 => i16, i32 => i32, i64 => i64, u8 => u8, u16 => u16, u32 => u32, u64 => u64,
        f32 => f32, f64 => f64, Complex32 => Complex32, Complex64 => Complex64;
    i8: bool => i8, i8 => i8, i16 => i16, i32 => i32, i64 => i64, u8 => i16, u16 => i32, u32 => i64, u64 => f64,
        f32 => f32, f64 => f64, Complex32 => Complex32, Complex64 => Complex64;
    i16: bool => i16, i8 => i16, i16 => i16, i32 => i32, i64 => i64, u8 => i16, u16 => i32, u32 => i64, u64 => f64,
        f32 => f32, f64 => f64, Complex32 => Complex32, Complex64 => Complex64;
    i32: bool => i32, i8 => i32, i16 => i32, i32 => i32, i64 => i64, u8 => i32, u16 => i32, u32 => i64, u64 => f64,
        f32 => f64, f64 => f64, Complex32 => Complex64, Complex64 => Complex64;
    i64: bool => i64, i8 => i64, i16 => i64, i32 => i64, i64 => i64, u8 => i64, u16 => i64, u32 => i64, u64 => f64,
        f32 => f64, f64 => f64, Complex32 => Complex64, Complex64 => Complex64;
    u8: bool => u8, i8 => i16, i16 => i16, i32 => i32, i64 => i64, u8 => u8, u16 => u16, u32 => u32, u64 => u64,
        f32 => f32, f64 => f64, Complex32 => Complex32, Complex64 => Complex64;
    u16: bool => u16, i8 => i32, i16 => i32, i32 => i32, i64 => i64, u8 => u16, u16 => u16, u32 => u32, u64 => u64,
        f32 => f32, f64 => f64, Complex32 => Complex32, Complex64 => Complex64;
    u32: bool => u32, i8 => i64, i16 => i64, i32 => i64, i64 => i64, u8 => u32, u16 => u32, u32 => u32, u64 => u64,
        f32 => f64, f64 => f64, Complex32 => Complex64, Complex64 => Complex64;
    u64: bool => u64, i8 => f64, i16 => f64, i32 => f64, i64 => f64, u8 => u64, u16 => u64, u32 => u64, u64 => u64,
        f32 => f64, f64 => f64, Complex32 => Complex64, Complex64 => Complex64;
    f32: bool => f32, i8 => f32, i16 => f32, i32 => f64, i64 => f64, u8 => f32, u16 => f32, u32 => f64, u64 => f64,
        f32 => f32, f64 => f64, Complex32 => Complex32, Complex64 => Complex64;
    f64: bool => f64, i8 => f64, i16 => f64, i32 => f64, i64 => f64, u8 => f64, u16 => f64, u32 => f64, u64 => f64,
        f32 => f64, f64 => f64, Complex32 => Complex64, Complex64 => Complex64;
    Complex32: bool => Complex32, i8 => Complex32, i16 => Complex32, i32 => Complex64, i64 => Complex64,
        u8 => Complex32, u16 => Complex32, u32 => Complex64, u64 => Complex64, f32 => Complex32, f64 => Complex64,
        Complex32 => Complex32, Complex64 => Complex64;
    Complex64: bool => Complex64, i8 => Complex64, i16 => Complex64, i32 => Complex64, i64 => Complex64,
        u8 => Complex64, u16 => Complex64, u32 => Complex64, u64 => Complex64, f32 => Complex64, f64 => Complex64,
        Complex32 => Complex64, Complex64 => Complex64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_block::with_dtype;
    use swath_kernels::{BinaryOp, ReduceOp, UnaryOp, promote};

    #[test]
    fn types_are_those_of_the_kernels() {
        fn check<T: Numeric>() {
            let t = T::DTYPE;
            assert_eq!(UnaryOp::Exp.result_dtype(t).unwrap(), T::Float::DTYPE, "exp {t}");
            assert_eq!(UnaryOp::Absolute.result_dtype(t).unwrap(), T::Real::DTYPE, "abs {t}");
            assert_eq!(ReduceOp::Sum.result_dtype(t).unwrap(), T::Sum::DTYPE, "sum {t}");
            assert_eq!(ReduceOp::Mean.result_dtype(t).unwrap(), T::Mean::DTYPE, "mean {t}");
            assert_eq!(ReduceOp::Std { ddof: 0 }.result_dtype(t).unwrap(), T::Std::DTYPE, "std {t}");
            // True division gives what a mean gives.
            assert_eq!(BinaryOp::Divide.result_dtype(t, t).unwrap(), T::Mean::DTYPE, "divide {t}");
        }
        for dtype in crate::DType::ALL {
            with_dtype!(*dtype, T => check::<T>());
        }
    }

    #[test]
    fn promotion_is_that_of_the_kernels() {
        fn check<T: Promote<U>, U: Element>() {
            assert_eq!(promote(T::DTYPE, U::DTYPE), T::Out::DTYPE, "{} {}", T::DTYPE, U::DTYPE);
        }
        macro_rules! all {
            ($($t:ty),*) => { $(row!($t);)* };
        }
        macro_rules! row {
            ($t:ty) => { row!($t: bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, Complex32, Complex64) };
            ($t:ty: $($u:ty),*) => { $(check::<$t, $u>();)* };
        }
        all!(bool, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, Complex32, Complex64);
    }
}
