//! tanh: a rational function near zero, exp elsewhere, after Cephes' `tanh.c` (Moshier, 1995).

use super::{exp, poly};

/// The hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh(x: f64) -> f64 {
    let a = x.abs();
    let z = x * x;
    let p = poly(z, [-1.614_687_684_417_084_5e3, -9.928_772_310_019_185e1, -9.643_991_794_250_523e-1]);
    let q = poly(z, [4.844_063_053_251_255e3, 2.235_488_390_601_004_5e3, 1.128_116_784_916_329_3e2, 1.0]);
    let near = (z * (p / q)).mul_add(x, x).copysign(x);
    let far = (1.0 - 2.0 / (exp(a + a) + 1.0)).copysign(x);
    // NaN takes the first branch and stays.
    if a >= 0.625 { far } else { near }
}
