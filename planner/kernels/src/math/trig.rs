//! sin and cos: reduction by multiples of pi in three parts, then an odd polynomial of degree 17.

use super::{ROUND, poly};

/// Beyond this magnitude the standard library's functions are used: the reduction's quotient must be exact.
pub(crate) const TRIG_LIMIT: f64 = 1e7;

const PI_1: f64 = std::f64::consts::PI;
const PI_2: f64 = 1.224_646_799_147_353_2e-16;
const PI_3: f64 = -2.994_769_809_718_339_7e-33;

/// The sine of radians, for `|x| <= TRIG_LIMIT`.
#[inline(always)]
pub(crate) fn sin(x: f64) -> f64 {
    let shifted = x.mul_add(std::f64::consts::FRAC_1_PI, ROUND);
    let n = shifted - ROUND;
    let value = reduced(x, n, shifted.to_bits() << 63);
    // Keeps the sign of zero.
    if x == 0.0 { x } else { value }
}

/// The cosine of radians, for `|x| <= TRIG_LIMIT`.
#[inline(always)]
pub(crate) fn cos(x: f64) -> f64 {
    // cos x = sin(x + pi/2): reduce by the nearest odd multiple of pi/2.
    let shifted = x.mul_add(std::f64::consts::FRAC_1_PI, -0.5) + ROUND;
    let n = (shifted - ROUND) + 0.5;
    reduced(x, n, (shifted.to_bits() << 63) ^ (1 << 63))
}

/// `sin(x - n pi)` with its sign flipped by `sign`.
#[inline(always)]
fn reduced(x: f64, n: f64, sign: u64) -> f64 {
    let r = n.mul_add(-PI_3, n.mul_add(-PI_2, n.mul_add(-PI_1, x)));
    let u = r * r;
    let p = poly(
        u,
        [
            -0.166_666_666_666_666_66,
            0.008_333_333_333_333_316,
            -0.000_198_412_698_412_546_14,
            2.755_731_921_906_635_5e-6,
            -2.505_210_760_468_342e-8,
            1.605_897_651_575_823_5e-10,
            -7.643_944_910_988_918e-13,
            2.731_128_866_672_224_3e-15,
        ],
    );
    let value = (u * r).mul_add(p, r);
    f64::from_bits(value.to_bits() ^ sign)
}
