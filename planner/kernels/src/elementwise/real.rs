//! The arithmetic of the primitive types under names that loops can be generic over.

use swath_block::Element;

use super::{Arg, Lanes, float, int};
use crate::ops::{BinaryOp, UnaryOp};
use swath_error::Result;

/// An integer type; everything wraps, nothing panics.
pub(super) trait Int: Element + PartialOrd {
    const ONE: Self;
    fn add(self, b: Self) -> Self;
    fn sub(self, b: Self) -> Self;
    fn mul(self, b: Self) -> Self;
    fn negate(self) -> Self;
    fn absolute(self) -> Self;
    fn sign(self) -> Self;
    fn invert(self) -> Self;
    fn and(self, b: Self) -> Self;
    fn or(self, b: Self) -> Self;
    fn xor(self, b: Self) -> Self;
    fn shift_left(self, b: Self) -> Self;
    fn shift_right(self, b: Self) -> Self;
    fn div_cut(self, b: Self) -> Self;
    fn rem_cut(self, b: Self) -> Self;
    fn div_floor(self, b: Self) -> Self;
    fn rem_floor(self, b: Self) -> Self;
    fn gcd(self, b: Self) -> Self;
    fn lcm(self, b: Self) -> Self;
    fn power(self, b: Self) -> Self;
}

macro_rules! integers {
    ($($t:ident $absolute:expr, $negative:expr;)*) => { $(
        impl Int for $t {
            const ONE: Self = 1;

            #[inline(always)]
            fn add(self, b: Self) -> Self { self.wrapping_add(b) }

            #[inline(always)]
            fn sub(self, b: Self) -> Self { self.wrapping_sub(b) }

            #[inline(always)]
            fn mul(self, b: Self) -> Self { self.wrapping_mul(b) }

            #[inline(always)]
            fn negate(self) -> Self { self.wrapping_neg() }

            #[inline(always)]
            fn absolute(self) -> Self { $absolute(self) }

            #[inline(always)]
            fn sign(self) -> Self {
                if $negative(self) { (0 as $t).wrapping_sub(1) } else { Self::from(self != 0) }
            }

            #[inline(always)]
            fn invert(self) -> Self { !self }

            #[inline(always)]
            fn and(self, b: Self) -> Self { self & b }

            #[inline(always)]
            fn or(self, b: Self) -> Self { self | b }

            #[inline(always)]
            fn xor(self, b: Self) -> Self { self ^ b }

            #[inline(always)]
            fn shift_left(self, b: Self) -> Self {
                if $negative(b) || b as u64 >= u64::from(Self::BITS) { 0 } else { self.wrapping_shl(b as u32) }
            }

            #[inline(always)]
            fn shift_right(self, b: Self) -> Self {
                let far = $negative(b) || b as u64 >= u64::from(Self::BITS);
                self.wrapping_shr(if far { Self::BITS - 1 } else { b as u32 }) * Self::from(!far || $negative(self))
            }

            #[inline(always)]
            fn div_cut(self, b: Self) -> Self { if b == 0 { 0 } else { self.wrapping_div(b) } }

            #[inline(always)]
            fn rem_cut(self, b: Self) -> Self { if b == 0 { 0 } else { self.wrapping_rem(b) } }

            #[inline(always)]
            fn div_floor(self, b: Self) -> Self {
                let (q, r) = (self.div_cut(b), self.rem_cut(b));
                q.wrapping_sub(Self::from(r != 0 && $negative(r) != $negative(b)))
            }

            #[inline(always)]
            fn rem_floor(self, b: Self) -> Self {
                let r = self.rem_cut(b);
                if r != 0 && $negative(r) != $negative(b) { r.wrapping_add(b) } else { r }
            }

            fn gcd(self, b: Self) -> Self {
                let (mut a, mut b) = (self.absolute(), b.absolute());
                while b != 0 {
                    (a, b) = (b, a.wrapping_rem(b));
                }
                a.absolute()
            }

            fn lcm(self, b: Self) -> Self {
                let divisor = self.gcd(b);
                if divisor == 0 { 0 } else { (self.absolute() / divisor).wrapping_mul(b.absolute()) }
            }

            fn power(self, b: Self) -> Self {
                let (mut base, mut exponent, mut result) = (self, b, 1 as $t);
                while exponent > 0 {
                    if exponent & 1 == 1 {
                        result = result.wrapping_mul(base);
                    }
                    base = base.wrapping_mul(base);
                    exponent >>= 1;
                }
                result
            }
        }

        impl Lanes for $t {
            type Real = Self;

            fn unary(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> { int::unary(op, x, out) }

            fn part(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> { int::unary(op, x, out) }

            fn test(op: UnaryOp, x: &[Self], out: &mut [bool]) -> Result<()> { int::test(op, x, out) }

            fn binary(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [Self]) -> Result<()> {
                int::binary(op, a, b, out)
            }

            fn compare(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [bool]) -> Result<()> {
                int::compare(op, a, b, out)
            }
        }
    )* };
}

integers! {
    i8 i8::wrapping_abs, |v: i8| v < 0;
    i16 i16::wrapping_abs, |v: i16| v < 0;
    i32 i32::wrapping_abs, |v: i32| v < 0;
    i64 i64::wrapping_abs, |v: i64| v < 0;
    u8 std::convert::identity, |_: u8| false;
    u16 std::convert::identity, |_: u16| false;
    u32 std::convert::identity, |_: u32| false;
    u64 std::convert::identity, |_: u64| false;
}

/// A float type.
pub(super) trait Float: num_traits::Float + Element {
    const ZERO: Self;
    /// One of our own functions of f64, rounded to this type; the callers know that fused multiply-add is fast.
    fn through_f64(self, f: impl Fn(f64) -> f64) -> Self;
    /// A function of f64 on every processor, rounded to this type.
    fn outside(self, f: fn(f64) -> f64) -> Self;
    fn round_even(self) -> Self;
    /// The number times a power of two, whose exponent is a whole number in this type.
    fn times_power(self, exponent: Self) -> Self;
    fn next_towards(self, b: Self) -> Self;
    fn of(v: f64) -> Self;
}

macro_rules! floats {
    ($($t:ident)*) => { $(
        impl Float for $t {
            const ZERO: Self = 0.0;

            #[inline(always)]
            fn through_f64(self, f: impl Fn(f64) -> f64) -> Self { f(f64::from(self)) as Self }

            fn outside(self, f: fn(f64) -> f64) -> Self { f(f64::from(self)) as Self }

            fn times_power(self, exponent: Self) -> Self {
                libm::scalbn(f64::from(self), exponent as i32) as Self
            }

            #[inline(always)]
            fn round_even(self) -> Self { self.round_ties_even() }

            fn next_towards(self, b: Self) -> Self {
                if self.is_nan() || b.is_nan() {
                    Self::NAN
                } else if self == b {
                    b
                } else if self < b {
                    self.next_up()
                } else {
                    self.next_down()
                }
            }

            #[inline(always)]
            fn of(v: f64) -> Self { v as Self }
        }

        impl Lanes for $t {
            type Real = Self;

            fn unary(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> { float::unary(op, x, out) }

            fn part(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> { float::unary(op, x, out) }

            fn test(op: UnaryOp, x: &[Self], out: &mut [bool]) -> Result<()> { float::test(op, x, out) }

            fn binary(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [Self]) -> Result<()> {
                float::binary(op, a, b, out)
            }

            fn compare(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [bool]) -> Result<()> {
                int::compare(op, a, b, out)
            }
        }
    )* };
}

floats! { f32 f64 }
