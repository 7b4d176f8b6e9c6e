//! Distributions of whole numbers, one element at a time.

use std::f64::consts::{LN_2, TAU};

use libm::lgamma;

use super::Distribution;
use super::continuous::gamma;
use super::draws::Draws;

/// An element of a distribution of whole numbers; none for those that are made in bulk and for continuous ones.
pub(super) fn element(distribution: Distribution, d: &mut Draws) -> Option<i64> {
    Some(match distribution {
        Distribution::Poisson { lam } => poisson(lam, d),
        Distribution::Binomial { n, p } => binomial(n, p, d),
        Distribution::NegativeBinomial { n, p } => {
            let lam = gamma(n, d) * (1.0 - p) / p;
            poisson(lam.min(9.2e18), d)
        }
        Distribution::Geometric { p } => geometric(p, d),
        Distribution::Hypergeometric { ngood, nbad, nsample } => hypergeometric(ngood, nbad, nsample, d),
        Distribution::LogSeries { p } => log_series(p, d),
        Distribution::Zipf { a } => zipf(a, d),
        _ => return None,
    })
}

/// Products of uniform values for small means, else Hörmann's transformed rejection ("The transformed rejection method
/// for generating Poisson random variables", 1993).
pub(super) fn poisson(lam: f64, d: &mut Draws) -> i64 {
    if lam < 10.0 {
        let limit = (-lam).exp();
        let (mut count, mut product) = (0, d.uniform());
        while product > limit {
            count += 1;
            product *= d.uniform();
        }
        return count;
    }
    let (root, log) = (lam.sqrt(), lam.ln());
    let b = 0.931 + 2.53 * root;
    let a = -0.059 + 0.024_83 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let accepted = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let (u, v) = (d.uniform() - 0.5, d.open());
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + lam + 0.43).floor();
        if us >= 0.07 && v <= accepted {
            return k as i64;
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        let height = if k < LARGE {
            k * log - lam - lgamma(k + 1.0)
        } else {
            k * ((lam - k) / k).ln_1p() - (lam - k) - 0.5 * (TAU * k).ln() - 1.0 / (12.0 * k)
        };
        if v.ln() + inverse_alpha.ln() - (a / (us * us) + b).ln() <= height {
            return k as i64;
        }
    }
}

/// From here on Stirling's series is as exact as a float, while differences of logarithms of factorials lose digits.
const LARGE: f64 = 1e6;

/// `ln(mode! / k!)` less `(mode - k) ln(mode)`.
fn from_mode(mode: f64, k: f64) -> f64 {
    let gap = mode - k;
    (k + 0.5) * (gap / k).ln_1p() - gap + (1.0 / mode - 1.0 / k) / 12.0
}

fn binomial(n: i64, p: f64, d: &mut Draws) -> i64 {
    if p > 0.5 {
        return n - binomial(n, 1.0 - p, d);
    }
    if n == 0 || p == 0.0 {
        return 0;
    }
    if n as f64 * p < 10.0 { few(n, p, d) } else { many(n, p, d) }
}

/// The gaps between successes, added up.
fn few(n: i64, p: f64, d: &mut Draws) -> i64 {
    let log = (-p).ln_1p();
    let (mut at, mut count) = (0.0, 0);
    loop {
        at += (d.open().ln() / log).floor() + 1.0;
        if at > n as f64 {
            return count;
        }
        count += 1;
    }
}

/// Hörmann's transformed rejection with squeeze ("The generation of binomial random variates", 1993).
fn many(n: i64, p: f64, d: &mut Draws) -> i64 {
    let n = n as f64;
    let root = (n * p * (1.0 - p)).sqrt();
    let b = 1.15 + 2.53 * root;
    let a = -0.0873 + 0.0248 * b + 0.01 * p;
    let c = n * p + 0.5;
    let accepted = 0.92 - 4.2 / b;
    let odds = p / (1.0 - p);
    let alpha = (2.83 + 5.1 / b) * root;
    let mode = ((n + 1.0) * p).floor();
    let at_mode = lgamma(mode + 1.0) + lgamma(n - mode + 1.0);
    loop {
        let (u, v) = (d.uniform() - 0.5, d.open());
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + c).floor();
        if us >= 0.07 && v <= accepted {
            return k as i64;
        }
        if !(0.0..=n).contains(&k) {
            continue;
        }
        let height = (v * alpha / (a / (us * us) + b)).ln();
        let (few, others) = (k.min(mode), (n - k).min(n - mode));
        let found = if others < LARGE {
            at_mode - lgamma(k + 1.0) - lgamma(n - k + 1.0) + (k - mode) * odds.ln()
        } else {
            let (successes, per_success) = if few < LARGE {
                (lgamma(mode + 1.0) - lgamma(k + 1.0), 1.0)
            } else {
                (from_mode(mode, k), mode)
            };
            let shift = (mode - k) * (per_success / (n - mode) / odds).ln();
            successes + from_mode(n - mode, n - k) + shift
        };
        if height <= found {
            return k as i64;
        }
    }
}

fn geometric(p: f64, d: &mut Draws) -> i64 {
    if p >= 1.0 {
        return 1;
    }
    // Casts saturate: what is beyond 64 bits is the largest number.
    ((d.open().ln() / (-p).ln_1p()).ceil() as i64).max(1)
}

fn hypergeometric(good: i64, bad: i64, sample: i64, d: &mut Draws) -> i64 {
    let total = good + bad;
    let drawn = sample.min(total - sample);
    let found =
        if drawn < 10 { one_by_one(good, bad, drawn, d) } else { ratio_of_uniforms(good, bad, drawn, d) };
    // What was not drawn is a sample as well.
    if drawn < sample { good - found } else { found }
}

fn one_by_one(good: i64, bad: i64, drawn: i64, d: &mut Draws) -> i64 {
    let (mut left, mut total) = (good, good + bad);
    for _ in 0..drawn {
        if d.uniform() * (total as f64) < left as f64 {
            left -= 1;
        }
        total -= 1;
    }
    good - left
}

/// Stadlober's ratio of uniforms ("The ratio of uniforms approach for generating discrete random variates", 1990), as
/// NumPy has it.
fn ratio_of_uniforms(good: i64, bad: i64, drawn: i64, d: &mut Draws) -> i64 {
    let (few, many, total) = (good.min(bad) as f64, good.max(bad) as f64, (good + bad) as f64);
    let n = drawn as f64;
    let (p, q) = (few / total, many / total);
    let a = n * p + 0.5;
    let variance = (total - n) * n * p * q / (total - 1.0);
    let c = (variance + 0.5).sqrt();
    let h = 1.715_527_769_921_413_5 * c + 0.898_916_162_058_898_8;
    let logs =
        |k: f64| lgamma(k + 1.0) + lgamma(few - k + 1.0) + lgamma(n - k + 1.0) + lgamma(many - n + k + 1.0);
    let mode = ((n + 1.0) * (few + 1.0) / (total + 2.0)).floor();
    let (at_mode, end) = (logs(mode), (n.min(few) + 1.0).min((a + 16.0 * c).floor()));
    let found = loop {
        let (u, v) = (d.open(), d.uniform());
        let x = a + h * (v - 0.5) / u;
        if x < 0.0 || x >= end {
            continue;
        }
        let k = x.floor();
        let t = at_mode - logs(k);
        if u * (4.0 - u) - 3.0 <= t {
            break k;
        }
        if u * (u - t) < 1.0 && 2.0 * u.ln() <= t {
            break k;
        }
    } as i64;
    if good > bad { drawn - found } else { found }
}

/// Kemp, "Efficient generation of logarithmically distributed pseudo-random variables", 1981.
fn log_series(p: f64, d: &mut Draws) -> i64 {
    let r = (-p).ln_1p();
    loop {
        let v = d.open();
        if v >= p {
            return 1;
        }
        let q = -(r * d.open()).exp_m1();
        if v <= q * q {
            let k = (1.0 + v.ln() / q.ln()).floor();
            if k < 1.0 {
                continue;
            }
            return k as i64;
        }
        return if v >= q { 1 } else { 2 };
    }
}

/// Devroye, "Non-uniform random variate generation", 1986, chapter X.6.1.
fn zipf(a: f64, d: &mut Draws) -> i64 {
    if a >= 1025.0 {
        // All but the first number are less likely than a float can tell.
        return 1;
    }
    let (less, most) = (a - 1.0, 9.2e18_f64);
    // What is drawn stays below `most`: close to 1, nearly all of the tail would lie beyond it.
    let tail = (-less * most.ln()).exp_m1();
    let b = (less * LN_2).exp_m1();
    loop {
        let (u, v) = (d.open(), d.open());
        let x = (-((1.0 - u) * tail).ln_1p() / less).exp().floor();
        if !(1.0..most).contains(&x) {
            continue;
        }
        let t = (less * (1.0 / x).ln_1p()).exp_m1();
        if v * x * t / b <= (1.0 + t) / (1.0 + b) {
            return x as i64;
        }
    }
}
