//! log: `k ln 2 + log(m)` with `sqrt(1/2) < m <= sqrt(2)`, after fdlibm's `e_log.c` (Sun Microsystems, 1993).

use super::poly;

const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
const SQRT_HALF_BITS: u64 = 0x3FE6_A09E_667F_3BCD;
const TWO_54: f64 = 18_014_398_509_481_984.0;

/// The natural logarithm; -inf at zero, NaN below.
#[inline(always)]
pub(crate) fn log(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let scaled = if tiny { x * TWO_54 } else { x };
    let correction = if tiny { -54.0 } else { 0.0 };
    // Subtracting the bits of sqrt(1/2) makes the exponent change where m would leave its range.
    let bits = scaled.to_bits().wrapping_sub(SQRT_HALF_BITS);
    let k = small_to_float(bits.cast_signed() >> 52) + correction;
    let m = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF).wrapping_add(SQRT_HALF_BITS));
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let r = z * poly(
        z,
        [
            6.666_666_666_666_735e-1,
            3.999_999_999_940_942e-1,
            2.857_142_874_366_239e-1,
            2.222_219_843_214_978_4e-1,
            1.818_357_216_161_805e-1,
            1.531_383_769_920_937_3e-1,
            1.479_819_860_511_658_6e-1,
        ],
    );
    let half_square = 0.5 * f * f;
    let value = k * LN2_HIGH - ((half_square - s.mul_add(half_square + r, k * LN2_LOW)) - f);
    let value = if x == f64::INFINITY { x } else { value };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// An integer of at most 51 bits as a float, without the conversion that AVX2 lacks.
#[inline(always)]
fn small_to_float(k: i64) -> f64 {
    f64::from_bits(super::ROUND.to_bits().wrapping_add(k.cast_unsigned())) - super::ROUND
}
