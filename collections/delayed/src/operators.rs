//! `+ - * / %`, `& | ^`, `-` and `!` on delayed values: pure, so equal sums in one computation are formed once.

use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Rem, Sub};

use smallvec::smallvec;
use swath_block::Data;

use crate::argument::{Input, Literal};
use crate::delayed::pure_call;
use crate::known::Known;
use crate::{ByValue, Delayed, Plain};

/// Between two delayed values, owned or borrowed.
macro_rules! binary {
    ($($op:ident $method:ident $name:literal;)*) => { $(
        impl<T, U> $op<&Delayed<U>> for &Delayed<T>
        where
            T: $op<U> + Clone + Send + Sync + 'static,
            U: Clone + Send + Sync + 'static,
            T::Output: Data,
        {
            type Output = Delayed<T::Output>;

            fn $method(self, other: &Delayed<U>) -> Self::Output {
                let deps = smallvec![self.node().clone(), other.node().clone()];
                let stored = (Input::<T>::NEXT, Input::<U>::NEXT);
                let known = Known::binary::<T, U>($name);
                pure_call::<_, (ByValue, ByValue), _, Plain>(known, |a: T, b: U| a.$method(b), stored, deps)
            }
        }

        binary! { @ ($op $method) (Delayed<T>, &Delayed<U>) [&] [] }
        binary! { @ ($op $method) (&Delayed<T>, Delayed<U>) [] [&] }
        binary! { @ ($op $method) (Delayed<T>, Delayed<U>) [&] [&] }
        scalars! { $op $method $name: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize }
    )* };
    (@ ($op:ident $method:ident) ($left:ty, $right:ty) [$($by:tt)*] [$($with:tt)*]) => {
        impl<T, U> $op<$right> for $left
        where
            T: $op<U> + Clone + Send + Sync + 'static,
            U: Clone + Send + Sync + 'static,
            T::Output: Data,
        {
            type Output = Delayed<T::Output>;

            fn $method(self, other: $right) -> Self::Output {
                ($($by)* self).$method($($with)* other)
            }
        }
    };
}

/// Between a delayed number and a plain one of the same type.
macro_rules! scalars {
    ($op:ident $method:ident $name:literal: $($t:ty)*) => { $(
        impl $op<$t> for &Delayed<$t> {
            type Output = Delayed<$t>;

            fn $method(self, other: $t) -> Delayed<$t> {
                let (deps, stored) = (smallvec![self.node().clone()], (Input::<$t>::NEXT, Literal(other)));
                let known = Known::binary::<$t, $t>($name);
                pure_call::<_, (ByValue, ByValue), _, Plain>(known, |a: $t, b: $t| a.$method(b), stored, deps)
            }
        }

        impl $op<$t> for Delayed<$t> {
            type Output = Delayed<$t>;

            fn $method(self, other: $t) -> Delayed<$t> {
                (&self).$method(other)
            }
        }

        impl $op<&Delayed<$t>> for $t {
            type Output = Delayed<$t>;

            fn $method(self, other: &Delayed<$t>) -> Delayed<$t> {
                let (deps, stored) = (smallvec![other.node().clone()], (Literal(self), Input::<$t>::NEXT));
                let known = Known::binary::<$t, $t>($name);
                pure_call::<_, (ByValue, ByValue), _, Plain>(known, |a: $t, b: $t| a.$method(b), stored, deps)
            }
        }

        impl $op<Delayed<$t>> for $t {
            type Output = Delayed<$t>;

            fn $method(self, other: Delayed<$t>) -> Delayed<$t> {
                self.$method(&other)
            }
        }
    )* };
}

/// On one delayed value, owned or borrowed.
macro_rules! unary {
    ($($op:ident $method:ident $name:literal;)*) => { $(
        impl<T> $op for &Delayed<T>
        where
            T: $op + Clone + Send + Sync + 'static,
            T::Output: Data,
        {
            type Output = Delayed<T::Output>;

            fn $method(self) -> Self::Output {
                let (deps, stored) = (smallvec![self.node().clone()], (Input::<T>::NEXT,));
                pure_call::<_, (ByValue,), _, Plain>(Known::unary::<T>($name), |a: T| a.$method(), stored, deps)
            }
        }

        impl<T> $op for Delayed<T>
        where
            T: $op + Clone + Send + Sync + 'static,
            T::Output: Data,
        {
            type Output = Delayed<T::Output>;

            fn $method(self) -> Self::Output {
                (&self).$method()
            }
        }
    )* };
}

binary! {
    Add add "add";
    Sub sub "sub";
    Mul mul "mul";
    Div div "div";
    Rem rem "rem";
    BitAnd bitand "and";
    BitOr bitor "or";
    BitXor bitxor "xor";
}

scalars! { Add add "add": f32 f64 }
scalars! { Sub sub "sub": f32 f64 }
scalars! { Mul mul "mul": f32 f64 }
scalars! { Div div "div": f32 f64 }
scalars! { Rem rem "rem": f32 f64 }
scalars! { BitAnd bitand "and": bool }
scalars! { BitOr bitor "or": bool }
scalars! { BitXor bitxor "xor": bool }

unary! {
    Neg neg "neg";
    Not not "not";
}
