//! `+ - * / % & | ^ << >> -x !x` between arrays, references to arrays and scalars.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Shl, Shr, Sub};

use num_complex::{Complex32, Complex64};
use swath_array_plan::{Operand as PlanOperand, binary, unary};
use swath_error::Result;
use swath_kernels::{BinaryOp, UnaryOp};

use crate::operand::DynOperand;
use crate::{Array, DynArray, Element, Numeric, Operand, Promote};

/// An operation between two operands that may both carry errors.
#[track_caller]
pub(crate) fn combine<T: Element>(op: BinaryOp, a: Result<PlanOperand>, b: Result<PlanOperand>) -> Array<T> {
    Array::new(a.and_then(|a| binary(op, a, b?)))
}

#[track_caller]
pub(crate) fn combine_dyn(op: BinaryOp, a: Result<PlanOperand>, b: Result<PlanOperand>) -> DynArray {
    DynArray::new(a.and_then(|a| binary(op, a, b?)))
}

/// One form of an operator between typed arrays.
macro_rules! between_arrays {
    ($trait:ident $method:ident $op:ident $left:ty, $right:ty, $out:ty) => {
        impl<T: Promote<U>, U: Element> $trait<$right> for $left {
            type Output = Array<$out>;

            #[track_caller]
            fn $method(self, other: $right) -> Self::Output {
                combine(BinaryOp::$op, Operand::<T>::operand(self), Operand::<U>::operand(other))
            }
        }
    };
}

/// One form of an operator between a typed array and a scalar of its type.
macro_rules! with_scalar {
    ($trait:ident $method:ident $op:ident $left:ty, $out:ty) => {
        impl<T: Numeric> $trait<T> for $left {
            type Output = Array<$out>;

            #[track_caller]
            fn $method(self, other: T) -> Self::Output {
                combine(BinaryOp::$op, Operand::<T>::operand(self), other.operand())
            }
        }
    };
}

/// A scalar on the left of a typed array.
macro_rules! scalar_first {
    ($trait:ident $method:ident $op:ident $out:ident; $($t:ty)*) => { $(
        impl $trait<&Array<$t>> for $t {
            type Output = Array<$out!($t)>;

            #[track_caller]
            fn $method(self, other: &Array<$t>) -> Self::Output {
                combine(BinaryOp::$op, self.operand(), other.operand())
            }
        }

        impl $trait<Array<$t>> for $t {
            type Output = Array<$out!($t)>;

            #[track_caller]
            fn $method(self, other: Array<$t>) -> Self::Output {
                combine(BinaryOp::$op, self.operand(), other.operand())
            }
        }
    )* };
}

/// The result type of an operation that keeps its operands' type.
macro_rules! same {
    ($t:ty) => {
        $t
    };
}

/// The result type of a true division.
macro_rules! quotient {
    ($t:ty) => {
        <$t as Numeric>::Mean
    };
}

/// All forms of an operator.
macro_rules! operators {
    ($($trait:ident $method:ident $op:ident $out:ident;)*) => { $(
        between_arrays! { $trait $method $op &Array<T>, &Array<U>, $out!(<T as Promote<U>>::Out) }
        between_arrays! { $trait $method $op &Array<T>, Array<U>, $out!(<T as Promote<U>>::Out) }
        between_arrays! { $trait $method $op Array<T>, &Array<U>, $out!(<T as Promote<U>>::Out) }
        between_arrays! { $trait $method $op Array<T>, Array<U>, $out!(<T as Promote<U>>::Out) }
        with_scalar! { $trait $method $op &Array<T>, $out!(T) }
        with_scalar! { $trait $method $op Array<T>, $out!(T) }
        scalar_first! {
            $trait $method $op $out;
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 Complex32 Complex64
        }

        impl<O: DynOperand> $trait<O> for &DynArray {
            type Output = DynArray;

            #[track_caller]
            fn $method(self, other: O) -> DynArray {
                combine_dyn(BinaryOp::$op, self.dyn_operand(), other.dyn_operand())
            }
        }

        impl<O: DynOperand> $trait<O> for DynArray {
            type Output = DynArray;

            #[track_caller]
            fn $method(self, other: O) -> DynArray {
                combine_dyn(BinaryOp::$op, self.dyn_operand(), other.dyn_operand())
            }
        }

        dyn_last! { $trait $method $op bool i32 i64 f64 }
    )* };
}

/// A literal on the left of an array typed at run time.
macro_rules! dyn_last {
    ($trait:ident $method:ident $op:ident $($t:ty)*) => { $(
        impl $trait<&DynArray> for $t {
            type Output = DynArray;

            #[track_caller]
            fn $method(self, other: &DynArray) -> DynArray {
                combine_dyn(BinaryOp::$op, self.dyn_operand(), other.dyn_operand())
            }
        }

        impl $trait<DynArray> for $t {
            type Output = DynArray;

            #[track_caller]
            fn $method(self, other: DynArray) -> DynArray {
                combine_dyn(BinaryOp::$op, self.dyn_operand(), other.dyn_operand())
            }
        }
    )* };
}

operators! {
    Add add Add same;
    Sub sub Subtract same;
    Mul mul Multiply same;
    Div div Divide quotient;
    Rem rem Remainder same;
    BitAnd bitand BitAnd same;
    BitOr bitor BitOr same;
    BitXor bitxor BitXor same;
    Shl shl LeftShift same;
    Shr shr RightShift same;
}

/// Both forms of an operator of one operand.
macro_rules! prefix {
    ($($trait:ident $method:ident $op:ident;)*) => { $(
        impl<T: Element> $trait for &Array<T> {
            type Output = Array<T>;

            #[track_caller]
            fn $method(self) -> Array<T> {
                self.map(|x| unary(UnaryOp::$op, x))
            }
        }

        impl<T: Element> $trait for Array<T> {
            type Output = Self;

            #[track_caller]
            fn $method(self) -> Self {
                self.map(|x| unary(UnaryOp::$op, x))
            }
        }

        impl $trait for &DynArray {
            type Output = DynArray;

            #[track_caller]
            fn $method(self) -> DynArray {
                self.map(|x| unary(UnaryOp::$op, x))
            }
        }

        impl $trait for DynArray {
            type Output = Self;

            #[track_caller]
            fn $method(self) -> Self {
                self.map(|x| unary(UnaryOp::$op, x))
            }
        }
    )* };
}

prefix! {
    Neg neg Negative;
    Not not Invert;
}
