//! Whether observations may come from a normal distribution, by their skewness and their kurtosis.

use swath_array_plan::{Axes, Expr};
use swath_error::{Error, Result};
use swath_kernels::{BinaryOp, Tail, UnaryOp};

use super::formula::Formula;
use super::shape::{heaviness, skewness};
use super::{Found, TestResult, count, observations};
use crate::like::ArrayLike;

/// Whether the skewness is that of a normal distribution, as `scipy.stats.skewtest`.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::InvalidArgument`] for less than 8 observations.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![2, 8, 0, 4, 1, 9, 9, 0]).chunks(3);
/// let test = da::stats::skewtest(&x, 0);
/// assert!((test.statistic.item()? - 0.44626385374196975).abs() < 1e-9);
/// assert!((test.pvalue.item()? - 0.6554066631275459).abs() < 1e-9);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn skewtest<A: ArrayLike>(x: &A, axes: impl Into<Axes>) -> TestResult {
    let axes = axes.into();
    TestResult::new(x.planned().and_then(|x| two_sided(&skew_score(&observations(x)?, &axes)?)))
}

/// Whether the kurtosis is that of a normal distribution, as `scipy.stats.kurtosistest`; meant for 20 observations or more.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::InvalidArgument`] for less than 5 observations.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(20).astype::<f64>().chunks(7);
/// let test = da::stats::kurtosistest(&x, 0);
/// assert!((test.statistic.item()? + 1.7058104152122062).abs() < 1e-9);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn kurtosistest<A: ArrayLike>(x: &A, axes: impl Into<Axes>) -> TestResult {
    let axes = axes.into();
    TestResult::new(x.planned().and_then(|x| two_sided(&kurtosis_score(&observations(x)?, &axes)?)))
}

/// Whether both are those of a normal distribution: D'Agostino and Pearson's test, as `scipy.stats.normaltest`.
///
/// # Errors
/// As [`skewtest`].
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::random::default_rng(5).normal(3.0, 2.0, [10_000]).chunks(1_000);
/// assert!(da::stats::normaltest(&x, 0).pvalue.item()? > 1e-3);
/// assert!(da::stats::normaltest(&x.exp(), 0).pvalue.item()? < 1e-30);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn normaltest<A: ArrayLike>(x: &A, axes: impl Into<Axes>) -> TestResult {
    let axes = axes.into();
    TestResult::new(x.planned().and_then(|x| {
        let x = observations(x)?;
        let (skew, kurtosis) = (skew_score(&x, &axes)?, kurtosis_score(&x, &axes)?);
        let statistic = &skew * &skew + &kurtosis * &kurtosis;
        let pvalue = statistic.tail(Tail::ChiSquared, &[Formula::number(2.0)]).0?;
        Ok(Found { statistic: statistic.0?, pvalue })
    }))
}

fn two_sided(score: &Formula) -> Result<Found> {
    let outside = score.map(UnaryOp::Absolute).tail(Tail::Normal, &[]);
    Ok(Found { statistic: score.0.clone()?, pvalue: (outside * 2.0).0? })
}

fn at_least(least: f64, x: &Expr, axes: &Axes) -> Result<f64> {
    let n = count(x, axes)?;
    if n < least {
        return Err(Error::argument(format!(
            "the test is not valid with less than {least} observations; {n} were given"
        )));
    }
    Ok(n)
}

/// The skewness as a value of the normal distribution, by D'Agostino's transformation.
fn skew_score(x: &Expr, axes: &Axes) -> Result<Formula> {
    let n = at_least(8.0, x, axes)?;
    let y = skewness(x, axes, true) * ((n + 1.0) * (n + 3.0) / (6.0 * (n - 2.0))).sqrt();
    let beta2 = 3.0 * (n * n + 27.0 * n - 70.0) * (n + 1.0) * (n + 3.0)
        / ((n - 2.0) * (n + 5.0) * (n + 7.0) * (n + 9.0));
    let w2 = (2.0 * (beta2 - 1.0)).sqrt() - 1.0;
    let delta = 1.0 / (0.5 * w2.ln()).sqrt();
    let alpha = (2.0 / (w2 - 1.0)).sqrt();
    // SciPy's way with what is exactly symmetric.
    let y = y.replaced(&y.with(BinaryOp::Equal, 0.0), 1.0);
    Ok((y / alpha).map(UnaryOp::Arcsinh) * delta)
}

/// The kurtosis as a value of the normal distribution, by Anscombe and Glynn's transformation.
fn kurtosis_score(x: &Expr, axes: &Axes) -> Result<Formula> {
    let n = at_least(5.0, x, axes)?;
    let mean = 3.0 * (n - 1.0) / (n + 1.0);
    let variance = 24.0 * n * (n - 2.0) * (n - 3.0) / ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0));
    let x = (heaviness(x, axes, true) - mean) / variance.sqrt();
    let beta = 6.0 * (n * n - 5.0 * n + 2.0) / ((n + 7.0) * (n + 9.0))
        * (6.0 * (n + 3.0) * (n + 5.0) / (n * (n - 2.0) * (n - 3.0))).sqrt();
    let a = 6.0 + 8.0 / beta * (2.0 / beta + (1.0 + 4.0 / (beta * beta)).sqrt());
    let below = x * (2.0 / (a - 4.0)).sqrt() + 1.0;
    let nothing = below.with(BinaryOp::Equal, 0.0);
    let root = (below.power(-1.0) * (1.0 - 2.0 / a)).map(UnaryOp::Cbrt);
    let width = (2.0 / (9.0 * a)).sqrt();
    Ok(((root - (1.0 - 2.0 / (9.0 * a))) / -width).replaced(&nothing, f64::NAN))
}
