//! The incomplete beta function, regularised.

use super::density::binomial;

/// More steps than any fraction here needs.
const MOST: u32 = 100_000;

/// The integral of `t^(a-1) (1-t)^(b-1)` from 0 to `x`, over that to 1; `a` and `b` above zero. `y` is `1 - x`, which the
/// caller knows better than subtraction does.
pub(super) fn regularized(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    // The fraction converges quickly on this side of the mean.
    if x <= (a + 1.0) / (a + b + 2.0) { below(a, b, x, y) } else { 1.0 - below(b, a, y, x) }
}

fn below(a: f64, b: f64, x: f64, y: f64) -> f64 {
    binomial(a, b, x, y) * (a / (a + b) * b) / fraction(a, b, x, y)
}

/// `x^a y^b / B(a, b)` over the integral, as a continued fraction in which nothing cancels when `x` is near 1, in Lentz's
/// way.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let away = a * y - b * x + 1.0;
    let mut h = not_zero(a * away / (a + 1.0));
    let (mut c, mut d) = (h, 0.0);
    for m in 1..MOST {
        let m = f64::from(m);
        let span = a + 2.0 * m - 1.0;
        let even = m * (b - m) * x / span;
        let above = (a + m - 1.0) / span * (a + b + m - 1.0) * even * x;
        let beside = m + even + (a + m) * (away + m * (2.0 - x)) / (a + 2.0 * m + 1.0);
        d = 1.0 / not_zero(beside + above * d);
        c = not_zero(beside + above / c);
        let step = c * d;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}

/// The number, or the smallest one in the place of zero.
pub(super) fn not_zero(v: f64) -> f64 {
    if v.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { v }
}
