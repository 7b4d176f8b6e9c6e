//! Densities as Loader computes them: by how far a value is from its mean, so that large numbers do not cancel.

/// What Stirling's formula leaves out of `ln(n!)`, for any `n` above zero.
fn stirling_rest(n: f64) -> f64 {
    if n <= 15.0 {
        let half_log_tau = 0.918_938_533_204_672_8;
        return libm::lgamma(n + 1.0) - (n + 0.5) * n.ln() + n - half_log_tau;
    }
    let square = n * n;
    let terms = [1.0 / 1188.0, 1.0 / 1680.0, 1.0 / 1260.0, 1.0 / 360.0];
    let inner = terms.into_iter().fold(0.0, |sum, term| (term - sum) / square);
    (1.0 / 12.0 - inner) / n
}

/// `x ln(x / mean) + mean - x` without cancellation where `x` is near the mean.
fn deviance(x: f64, mean: f64) -> f64 {
    let (away, both) = (x - mean, x + mean);
    if away.abs() >= 0.1 * both {
        return x * (x / mean).ln() - away;
    }
    let ratio = away / both;
    let (mut sum, mut term) = (away * ratio, 2.0 * x * ratio);
    for odd in (3..2000).step_by(2) {
        term *= ratio * ratio;
        let next = sum + term / f64::from(odd);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// `mean^x exp(-mean) / gamma(x + 1)`: the probability of `x` when so many are expected; both above zero.
pub(super) fn poisson(x: f64, mean: f64) -> f64 {
    (-stirling_rest(x) - deviance(x, mean)).exp() / (std::f64::consts::TAU * x).sqrt()
}

/// `p^a q^b gamma(a + b + 1) / (gamma(a + 1) gamma(b + 1))`: the probability of `a` successes and `b` failures, all above
/// zero; `p + q` is 1.
pub(super) fn binomial(a: f64, b: f64, p: f64, q: f64) -> f64 {
    let n = a + b;
    let rest = stirling_rest(n) - stirling_rest(a) - stirling_rest(b);
    let exponent = rest - deviance(a, n * p) - deviance(b, n * q);
    exponent.exp() / (std::f64::consts::TAU * a * (b / n)).sqrt()
}
