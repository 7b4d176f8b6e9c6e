//! Continuous distributions, one element at a time.

use std::f64::consts::{PI, TAU};

use super::Distribution;
use super::draws::Draws;
use super::whole::poisson;

/// An element of a continuous distribution; none for those that are made in bulk and for whole numbers.
pub(super) fn element(distribution: Distribution, d: &mut Draws) -> Option<f64> {
    Some(match distribution {
        Distribution::LogNormal { mean, sigma } => (mean + sigma * d.normal()).exp(),
        Distribution::Gamma { shape, scale } => scale * gamma(shape, d),
        Distribution::Beta { a, b } => beta(a, b, d),
        Distribution::ChiSquare { df } => chi_square(df, d),
        Distribution::NoncentralChiSquare { df, nonc } => noncentral(df, nonc, d),
        Distribution::F { dfnum, dfden } => chi_square(dfnum, d) * dfden / (chi_square(dfden, d) * dfnum),
        Distribution::NoncentralF { dfnum, dfden, nonc } => {
            noncentral(dfnum, nonc, d) * dfden / (chi_square(dfden, d) * dfnum)
        }
        Distribution::StandardT { df } => d.normal() / (chi_square(df, d) / df).sqrt(),
        Distribution::StandardCauchy {} => (PI * (d.open() - 0.5)).tan(),
        Distribution::Laplace { loc, scale } => {
            let u = d.open();
            if u < 0.5 { loc + scale * (2.0 * u).ln() } else { loc - scale * (2.0 - 2.0 * u).ln() }
        }
        Distribution::Logistic { loc, scale } => {
            let u = d.open();
            loc + scale * (u / (1.0 - u)).ln()
        }
        Distribution::Gumbel { loc, scale } => loc - scale * d.exponential().ln(),
        Distribution::Pareto { a } => (d.exponential() / a).exp_m1(),
        Distribution::Power { a } => d.open().powf(1.0 / a),
        Distribution::Rayleigh { scale } => scale * (2.0 * d.exponential()).sqrt(),
        Distribution::Weibull { a } => {
            if a == 0.0 {
                0.0
            } else {
                d.exponential().powf(1.0 / a)
            }
        }
        Distribution::Triangular { left, mode, right } => triangular(left, mode, right, d.uniform()),
        Distribution::Wald { mean, scale } => wald(mean, scale, d),
        Distribution::VonMises { mu, kappa } => von_mises(mu, kappa, d),
        _ => return None,
    })
}

/// Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
pub(super) fn gamma(shape: f64, d: &mut Draws) -> f64 {
    if shape == 0.0 {
        return 0.0;
    }
    if shape < 1.0 {
        let boost = d.open().powf(1.0 / shape);
        return gamma(shape + 1.0, d) * boost;
    }
    let b = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * b).sqrt();
    loop {
        let x = d.normal();
        let v = (1.0 + c * x).powi(3);
        if v <= 0.0 {
            continue;
        }
        let u = d.open();
        if u < 1.0 - 0.0331 * x.powi(4) || u.ln() < 0.5 * x * x + b * (1.0 - v + v.ln()) {
            return b * v;
        }
    }
}

fn chi_square(df: f64, d: &mut Draws) -> f64 {
    2.0 * gamma(df / 2.0, d)
}

fn noncentral(df: f64, nonc: f64, d: &mut Draws) -> f64 {
    if nonc == 0.0 {
        chi_square(df, d)
    } else if df > 1.0 {
        let centre = d.normal() + nonc.sqrt();
        chi_square(df - 1.0, d) + centre * centre
    } else {
        let more = poisson(nonc / 2.0, d);
        chi_square(df + 2.0 * more as f64, d)
    }
}

fn beta(a: f64, b: f64, d: &mut Draws) -> f64 {
    if a > 1.0 || b > 1.0 {
        let (x, y) = (gamma(a, d), gamma(b, d));
        return x / (x + y);
    }
    // Jöhnk's method: small gamma values would both be zero.
    loop {
        let (u, v) = (d.open(), d.open());
        let (x, y) = (u.powf(1.0 / a), v.powf(1.0 / b));
        if x + y > 1.0 {
            continue;
        }
        if x + y > 0.0 {
            return x / (x + y);
        }
        let (x, y) = (u.ln() / a, v.ln() / b);
        let larger = x.max(y);
        let (x, y) = (x - larger, y - larger);
        return (x - (x.exp() + y.exp()).ln()).exp();
    }
}

fn triangular(left: f64, mode: f64, right: f64, u: f64) -> f64 {
    let (base, rise, fall) = (right - left, mode - left, right - mode);
    if u <= rise / base { left + (u * rise * base).sqrt() } else { right - ((1.0 - u) * fall * base).sqrt() }
}

/// Michael, Schucany and Haas, 1976.
fn wald(mean: f64, scale: f64, d: &mut Draws) -> f64 {
    let y = d.normal();
    let y = mean * y * y;
    // The smaller root over the mean, without the difference of numbers that can be close.
    let root = y.sqrt() + (y + 4.0 * scale).sqrt();
    let ratio = 4.0 * scale / (root * root);
    if d.uniform() <= 1.0 / (1.0 + ratio) { mean * ratio } else { mean / ratio }
}

/// Best and Fisher, "Efficient simulation of the von Mises distribution", 1979.
fn von_mises(mu: f64, kappa: f64, d: &mut Draws) -> f64 {
    if kappa < 1e-8 {
        return PI * (2.0 * d.uniform() - 1.0);
    }
    let wrapped = |x: f64| (x + PI).rem_euclid(TAU) - PI;
    if kappa > 1e6 {
        return wrapped(mu + d.normal() / kappa.sqrt());
    }
    let r = 1.0 + (1.0 + 4.0 * kappa * kappa).sqrt();
    let rho = (r - (2.0 * r).sqrt()) / (2.0 * kappa);
    // Where rounding would eat it up, the leading terms of the same.
    let s = if kappa < 1e-5 { 1.0 / kappa + kappa } else { (1.0 + rho * rho) / (2.0 * rho) };
    let w = loop {
        let z = (PI * d.uniform()).cos();
        let w = (1.0 + s * z) / (s + z);
        let y = kappa * (s - w);
        let v = d.open();
        if y * (2.0 - y) - v >= 0.0 || (y / v).ln() + 1.0 - y >= 0.0 {
            break w;
        }
    };
    let angle = w.clamp(-1.0, 1.0).acos();
    wrapped(if d.uniform() < 0.5 { mu - angle } else { mu + angle })
}
