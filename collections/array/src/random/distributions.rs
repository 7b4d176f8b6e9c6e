//! A method for each distribution.

use swath_kernels::Distribution;

use super::Generator;
use crate::{Array, Dims};

macro_rules! distributions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $t:ty),*) -> $out:ty = $made:expr;)*) => {
        impl Generator { $(
            $(#[$doc])*
            ///
            /// # Errors
            /// In the array: [`swath_error::ErrorKind::InvalidArgument`] for parameters out of range.
            #[track_caller]
            pub fn $name(&self, $($arg: $t,)* shape: impl Into<Dims>) -> Array<$out> {
                self.draw($made, shape.into())
            }
        )* }
    };
}

distributions! {
    /// Even over `0 <= x < 1`.
    random() -> f64 = Distribution::Uniform { low: 0.0, high: 1.0 };
    /// Even over `low <= x < high`.
    uniform(low: f64, high: f64) -> f64 = Distribution::Uniform { low, high };
    /// The bell curve around `loc`, of standard deviation `scale`.
    normal(loc: f64, scale: f64) -> f64 = Distribution::Normal { mean: loc, std: scale };
    /// The bell curve around 0, of standard deviation 1.
    standard_normal() -> f64 = Distribution::Normal { mean: 0.0, std: 1.0 };
    /// The exponential of values on the bell curve around `mean`, of standard deviation `sigma`.
    lognormal(mean: f64, sigma: f64) -> f64 = Distribution::LogNormal { mean, sigma };
    /// Waiting times of mean `scale`.
    exponential(scale: f64) -> f64 = Distribution::Exponential { scale };
    /// Waiting times of mean 1.
    standard_exponential() -> f64 = Distribution::Exponential { scale: 1.0 };
    /// Sums of `shape` waiting times of mean `scale`, also for fractions.
    gamma(k: f64, scale: f64) -> f64 = Distribution::Gamma { shape: k, scale };
    /// Sums of `k` waiting times of mean 1, also for fractions.
    standard_gamma(k: f64) -> f64 = Distribution::Gamma { shape: k, scale: 1.0 };
    /// Between 0 and 1, weighted by `a` towards 1 and by `b` towards 0.
    beta(a: f64, b: f64) -> f64 = Distribution::Beta { a, b };
    /// Sums of `df` squares of normal values.
    chisquare(df: f64) -> f64 = Distribution::ChiSquare { df };
    /// Sums of `df` squares of normal values around centres whose squares add up to `nonc`.
    noncentral_chisquare(df: f64, nonc: f64) -> f64 = Distribution::NoncentralChiSquare { df, nonc };
    /// Ratios of two chi-squares over their degrees of freedom.
    f(dfnum: f64, dfden: f64) -> f64 = Distribution::F { dfnum, dfden };
    /// Ratios of a non-central chi-square and a chi-square over their degrees of freedom.
    noncentral_f(dfnum: f64, dfden: f64, nonc: f64) -> f64 = Distribution::NoncentralF { dfnum, dfden, nonc };
    /// Student's distribution with `df` degrees of freedom.
    standard_t(df: f64) -> f64 = Distribution::StandardT { df };
    /// Cauchy's distribution around 0.
    standard_cauchy() -> f64 = Distribution::StandardCauchy {};
    /// Two exponentials back to back around `loc`.
    laplace(loc: f64, scale: f64) -> f64 = Distribution::Laplace { loc, scale };
    /// The logistic distribution around `loc`.
    logistic(loc: f64, scale: f64) -> f64 = Distribution::Logistic { loc, scale };
    /// Gumbel's distribution of mode `loc`.
    gumbel(loc: f64, scale: f64) -> f64 = Distribution::Gumbel { loc, scale };
    /// Pareto's second distribution, from 0 on, of shape `a`.
    pareto(a: f64) -> f64 = Distribution::Pareto { a };
    /// Between 0 and 1 with the density `a x^(a - 1)`.
    power(a: f64) -> f64 = Distribution::Power { a };
    /// Rayleigh's distribution of mode `scale`.
    rayleigh(scale: f64) -> f64 = Distribution::Rayleigh { scale };
    /// Weibull's distribution of shape `a` and scale 1.
    weibull(a: f64) -> f64 = Distribution::Weibull { a };
    /// Rising from `left` to `mode`, falling to `right`.
    triangular(left: f64, mode: f64, right: f64) -> f64 = Distribution::Triangular { left, mode, right };
    /// The inverse Gaussian distribution.
    wald(mean: f64, scale: f64) -> f64 = Distribution::Wald { mean, scale };
    /// The bell curve on a circle around `mu`, from -π to π, of concentration `kappa`.
    vonmises(mu: f64, kappa: f64) -> f64 = Distribution::VonMises { mu, kappa };
    /// Whole numbers `low <= x < high`, each equally likely.
    integers(low: i64, high: i64) -> i64 = Distribution::Integers { low, high };
    /// How many events come while `lam` are expected.
    poisson(lam: f64) -> i64 = Distribution::Poisson { lam };
    /// How many of `n` trials succeed with probability `p` each.
    binomial(n: i64, p: f64) -> i64 = Distribution::Binomial { n, p };
    /// How many trials fail before `n` succeed with probability `p` each; `n` may be a fraction.
    negative_binomial(n: f64, p: f64) -> i64 = Distribution::NegativeBinomial { n, p };
    /// Which trial is the first to succeed with probability `p`; at least 1.
    geometric(p: f64) -> i64 = Distribution::Geometric { p };
    /// How many good ones are among `nsample` drawn of `ngood` and `nbad` without putting back.
    hypergeometric(ngood: i64, nbad: i64, nsample: i64) -> i64 =
        Distribution::Hypergeometric { ngood, nbad, nsample };
    /// The logarithmic series distribution of shape `p`; at least 1.
    logseries(p: f64) -> i64 = Distribution::LogSeries { p };
    /// Zipf's distribution of exponent `a`; at least 1.
    zipf(a: f64) -> i64 = Distribution::Zipf { a };
}
