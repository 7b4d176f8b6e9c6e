//! The upper incomplete gamma function, regularised.

use super::density::poisson;

/// As many terms as any sum here needs for tens of billions of degrees of freedom.
const MOST: u32 = 1_000_000;

/// The integral of `t^(a-1) exp(-t)` from `x` on, over that from 0 on; `a` and `x` above zero.
pub(super) fn upper(a: f64, x: f64) -> f64 {
    if x.is_infinite() {
        return 0.0;
    }
    let density = poisson(a, x);
    if x < a + 1.0 { 1.0 - density * series(a, x) } else { density * a * fraction(a, x) }
}

/// `1 + x/(a+1) + x^2/((a+1)(a+2)) + …`
fn series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut below) = (1.0, 1.0, a);
    for _ in 0..MOST {
        below += 1.0;
        term *= x / below;
        sum += term;
        if term < sum * f64::EPSILON * 0.25 {
            break;
        }
    }
    sum
}

/// The continued fraction `1/(x+1-a- 1(1-a)/(x+3-a- …))`, as Lentz evaluates it.
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..MOST {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / super::beta::not_zero(an * d + b);
        c = super::beta::not_zero(b + an / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}
