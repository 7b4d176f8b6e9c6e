//! exp: `2^k * e^r` with `|r| <= ln 2 / 2`, the second factor by a polynomial of degree 11.

use super::{ROUND, poly};

const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN2_HIGH: f64 = std::f64::consts::LN_2;
const LN2_LOW: f64 = 2.319_046_813_846_299_6e-17;

/// e to the x.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    // Beyond these everything overflows or vanishes; comparisons leave NaN as it is.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let shifted = x.mul_add(LOG2_E, ROUND);
    let k = shifted - ROUND;
    let r = k.mul_add(-LN2_LOW, k.mul_add(-LN2_HIGH, x));
    let q = poly(
        r,
        [
            0.5,
            0.166_666_666_666_666_69,
            0.041_666_666_666_623_345,
            0.008_333_333_333_33,
            0.001_388_888_891_760_436,
            0.000_198_412_698_633_540_26,
            2.480_152_069_035_078_6e-5,
            2.755_726_799_428_019_4e-6,
            2.762_037_584_808_858e-7,
            2.510_060_651_113_469_8e-8,
        ],
    );
    let p = (r * r).mul_add(q, r) + 1.0;
    // Two factors, because 2^k alone leaves the range of normal numbers before the result does.
    let k = shifted.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let half = k >> 1;
    p * power_of_two(half) * power_of_two(k.wrapping_sub(half))
}

#[inline(always)]
fn power_of_two(k: i64) -> f64 {
    f64::from_bits((k.wrapping_add(1023).cast_unsigned()) << 52)
}
