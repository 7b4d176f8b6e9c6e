//! What random elements can be: distributions, their parameters and the types they give.

use serde::{Deserialize, Serialize};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use crate::promote::Kind;

macro_rules! distributions {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $t:ty,)* } $whole:literal $check:expr, $why:literal;)*) => {
        /// A distribution of random elements.
        #[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
        pub enum Distribution { $(
            $(#[$doc])*
            $name { $($(#[$field_doc])* $field: $t,)* },
        )* }

        impl Distribution {
            /// Whether the elements are whole numbers.
            pub fn is_whole(self) -> bool {
                match self { $(Self::$name { .. } => $whole,)* }
            }

            /// An error when a parameter is out of range.
            fn check_parameters(self) -> Result<()> {
                match self { $(
                    Self::$name { $($field,)* } => {
                        let allowed: fn($($t),*) -> bool = $check;
                        if allowed($($field),*) { Ok(()) } else { Err(Error::argument($why)) }
                    }
                )* }
            }
        }
    };
}

/// Not negative, and a number.
fn not_negative(x: f64) -> bool {
    x >= 0.0
}

/// Above zero.
fn positive(x: f64) -> bool {
    x > 0.0
}

fn probability(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

distributions! {
    /// Even over `low <= x < high`.
    Uniform {
        /// The smallest value.
        low: f64,
        /// Above the largest value.
        high: f64,
    } false |low, high| (high - low).is_finite(), "uniform: low and high must be finite";
    /// The bell curve.
    Normal {
        /// Its centre.
        mean: f64,
        /// Its standard deviation.
        std: f64,
    } false |_, std| not_negative(std), "normal: the standard deviation must not be negative";
    /// Waiting times.
    Exponential {
        /// Their mean.
        scale: f64,
    } false not_negative, "exponential: the scale must not be negative";
    /// Whole numbers `low <= x < high`, each exactly equally likely.
    Integers {
        /// The smallest value.
        low: i64,
        /// Above the largest value.
        high: i64,
    } true |low, high| low < high, "integers: low must be below high";
    /// The exponential of a normal value.
    LogNormal {
        /// The mean of the logarithm.
        mean: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    } false |_, sigma| not_negative(sigma), "lognormal: sigma must not be negative";
    /// The sum of `shape` waiting times, also for fractions.
    Gamma {
        /// How many.
        shape: f64,
        /// The mean of one.
        scale: f64,
    } false |shape, s| not_negative(shape) && not_negative(s), "gamma: shape and scale must not be negative";
    /// Values between 0 and 1.
    Beta {
        /// Weight towards 1.
        a: f64,
        /// Weight towards 0.
        b: f64,
    } false |a, b| positive(a) && positive(b), "beta: a and b must be positive";
    /// The sum of `df` squares of normal values.
    ChiSquare {
        /// Degrees of freedom.
        df: f64,
    } false positive, "chisquare: df must be positive";
    /// [`Self::ChiSquare`] of normal values around other centres.
    NoncentralChiSquare {
        /// Degrees of freedom.
        df: f64,
        /// The sum of the squares of the centres.
        nonc: f64,
    } false |df, nonc| positive(df) && not_negative(nonc), "noncentral_chisquare: df must be positive and nonc not negative";
    /// The ratio of two chi-squares over their degrees of freedom.
    F {
        /// Degrees of freedom of the numerator.
        dfnum: f64,
        /// Degrees of freedom of the denominator.
        dfden: f64,
    } false |n, d| positive(n) && positive(d), "f: dfnum and dfden must be positive";
    /// [`Self::F`] with a non-central numerator.
    NoncentralF {
        /// Degrees of freedom of the numerator.
        dfnum: f64,
        /// Degrees of freedom of the denominator.
        dfden: f64,
        /// The sum of the squares of the numerator's centres.
        nonc: f64,
    } false |n, d, c| positive(n) && positive(d) && not_negative(c),
        "noncentral_f: dfnum and dfden must be positive and nonc not negative";
    /// Student's distribution.
    StandardT {
        /// Degrees of freedom.
        df: f64,
    } false positive, "standard_t: df must be positive";
    /// Cauchy's distribution around 0.
    StandardCauchy {
    } false || true, "standard_cauchy has no parameters";
    /// Two exponentials back to back.
    Laplace {
        /// The centre.
        loc: f64,
        /// The mean distance from it.
        scale: f64,
    } false |_, s| not_negative(s), "laplace: the scale must not be negative";
    /// The logistic distribution.
    Logistic {
        /// The centre.
        loc: f64,
        /// The scale.
        scale: f64,
    } false |_, s| not_negative(s), "logistic: the scale must not be negative";
    /// The largest of many: Gumbel's distribution.
    Gumbel {
        /// The mode.
        loc: f64,
        /// The scale.
        scale: f64,
    } false |_, s| not_negative(s), "gumbel: the scale must not be negative";
    /// Pareto's second distribution, from 0 on.
    Pareto {
        /// The shape.
        a: f64,
    } false positive, "pareto: a must be positive";
    /// `a x^(a - 1)` between 0 and 1.
    Power {
        /// The exponent and one.
        a: f64,
    } false positive, "power: a must be positive";
    /// The length of a vector of two normal values.
    Rayleigh {
        /// The mode.
        scale: f64,
    } false not_negative, "rayleigh: the scale must not be negative";
    /// Weibull's distribution of scale 1.
    Weibull {
        /// The shape.
        a: f64,
    } false not_negative, "weibull: a must not be negative";
    /// Rising from `left` to `mode`, falling to `right`.
    Triangular {
        /// The smallest value.
        left: f64,
        /// The most likely one.
        mode: f64,
        /// The largest value.
        right: f64,
    } false |l, m, r| l <= m && m <= r && l < r, "triangular: left <= mode <= right and left < right must hold";
    /// The inverse Gaussian distribution.
    Wald {
        /// The mean.
        mean: f64,
        /// The scale.
        scale: f64,
    } false |m, s| positive(m) && positive(s), "wald: mean and scale must be positive";
    /// The bell curve on a circle, from -π to π.
    VonMises {
        /// The mode.
        mu: f64,
        /// The concentration.
        kappa: f64,
    } false |mu: f64, kappa| mu.is_finite() && not_negative(kappa), "vonmises: kappa must not be negative";
    /// How many events come while `lam` are expected.
    Poisson {
        /// The mean.
        lam: f64,
    } true |lam| (0.0..9.2e18).contains(&lam), "poisson: lam must be between 0 and 9.2e18";
    /// How many of `n` trials succeed.
    Binomial {
        /// Trials.
        n: i64,
        /// The probability of success.
        p: f64,
    } true |n, p| n >= 0 && probability(p), "binomial: n must not be negative and p between 0 and 1";
    /// How many trials fail before `n` succeed, also for fractions.
    NegativeBinomial {
        /// Successes.
        n: f64,
        /// The probability of success.
        p: f64,
    } true |n, p| {
        let mean = (n + 10.0 * n.sqrt()) * (1.0 - p) / p;
        positive(n) && n.is_finite() && p > 0.0 && p <= 1.0 && mean < 9.2e18
    }, "negative_binomial: n must be positive, p above 0 and at most 1, and their mean n (1 - p) / p below 9.2e18";
    /// Which trial succeeds first.
    Geometric {
        /// The probability of success.
        p: f64,
    } true |p| p > 0.0 && p <= 1.0, "geometric: p must be above 0 and at most 1";
    /// How many of `nsample` draws without putting back are good.
    Hypergeometric {
        /// Good ones.
        ngood: i64,
        /// Bad ones.
        nbad: i64,
        /// Draws.
        nsample: i64,
    } true |good, bad, sample| {
        let most = 1_000_000_000;
        (0..most).contains(&good) && (0..most).contains(&bad) && (0..=good + bad).contains(&sample)
    }, "hypergeometric: ngood and nbad must be between 0 and 10^9 and nsample at most their sum";
    /// The logarithmic series.
    LogSeries {
        /// The shape.
        p: f64,
    } true |p| (0.0..1.0).contains(&p), "logseries: p must be at least 0 and below 1";
    /// Zipf's distribution.
    Zipf {
        /// The exponent.
        a: f64,
    } true |a| a > 1.0, "zipf: a must be above 1";
}

impl Distribution {
    /// An error when a parameter is out of range or `dtype` cannot hold the elements.
    pub(super) fn check(self, dtype: DType) -> Result<()> {
        self.check_parameters()?;
        let kind = Kind::of(dtype);
        if kind == Kind::Float || (self.is_whole() && kind.is_integer()) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::TypeMismatch, format!("{self:?} cannot be drawn as {dtype}")))
    }
}
