//! Our own branch-free exp, log, sin, cos and tanh, written so that compilers turn loops over them into SIMD code.
//!
//! In: one f64. Out: the function's value. Largest distance measured from the standard library's
//! results (see `tests/it/accuracy.rs`): exp 1 ulp, log 1 ulp, sin and cos 2 ulp up to |x| = [`TRIG_LIMIT`], tanh 2 ulp.
//! Special values are IEEE's. They need fused multiply-add: [`crate::elementwise`] uses the standard library's functions where
//! the processor has none. They never branch and never look a value up in memory; I0 stands
//! apart, as the standard library has none.

mod bessel;
mod exp;
mod log;
mod tanh;
mod trig;

pub(crate) use bessel::i0;
pub(crate) use exp::exp;
pub(crate) use log::log;
pub(crate) use tanh::tanh;
pub(crate) use trig::{TRIG_LIMIT, cos, sin};

/// Adding and subtracting it rounds a float below 2^51 to the nearest integer, halves to even; the sum's low bits are
/// that integer.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// A polynomial with the lowest coefficient first, by fused multiply-adds.
#[inline(always)]
fn poly<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    coefficients.into_iter().rev().reduce(|sum, c| sum.mul_add(x, c)).unwrap_or(0.0)
}
