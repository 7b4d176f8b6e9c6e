//! Student's t-tests: whether means differ.

use swath_array_plan::{Axes, Expr};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, ReduceOp, Tail, UnaryOp};

use super::formula::Formula;
use super::{Found, TestResult, count, observations};
use crate::like::ArrayLike;
use crate::operand::{DynOperand, array_of};

/// Whether the mean of observations is `popmean`: a number, or an array that broadcasts against the means. As
/// `scipy.stats.ttest_1samp`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![5.1, 4.9, 5.6, 5.8, 6.1]).chunks(2);
/// let test = da::stats::ttest_1samp(&x, 5.0, 0);
/// assert!((test.statistic.item()? - 2.258769757263129).abs() < 1e-9);
/// assert!((test.pvalue.item()? - 0.08679850044814724).abs() < 1e-9);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn ttest_1samp<A: ArrayLike>(x: &A, popmean: impl DynOperand, axes: impl Into<Axes>) -> TestResult {
    TestResult::new(x.planned().and_then(|x| {
        let mean = observations(&array_of(popmean.dyn_operand())?)?;
        one_sample(&observations(x)?, &Formula::of(&mean), &axes.into())
    }))
}

/// Whether the means of two groups of observations differ, as `scipy.stats.ttest_ind`; with `equal_var` their variances
/// are taken to be equal, otherwise it is Welch's test.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::array(vec![1.0, 2.0, 3.0, 4.0]).chunks(3);
/// let b = da::array(vec![3.0, 5.0, 7.0]);
/// let test = da::stats::ttest_ind(&a, &b, 0, true);
/// assert!((test.statistic.item()? + 2.029994857352875).abs() < 1e-12);
/// assert!((test.pvalue.item()? - 0.09811182125573019).abs() < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn ttest_ind<A: ArrayLike, B: ArrayLike>(
    a: &A,
    b: &B,
    axes: impl Into<Axes>,
    equal_var: bool,
) -> TestResult {
    TestResult::new(a.planned().and_then(|a| {
        let (a, b) = (observations(a)?, observations(b.planned()?)?);
        two_samples(&a, &b, &axes.into(), equal_var)
    }))
}

/// Whether the mean of the differences of observations that come in pairs is 0, as `scipy.stats.ttest_rel`.
///
/// # Errors
/// In the arrays: [`ErrorKind::ShapeMismatch`] when the two are not equally long along the axes.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let before = da::array(vec![1.0, 2.0, 3.0, 4.0]).chunks(3);
/// let after = da::array(vec![2.0, 2.5, 5.0, 4.5]);
/// let test = da::stats::ttest_rel(&before, &after, 0);
/// assert!((test.statistic.item()? + 2.8284271247461903).abs() < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn ttest_rel<A: ArrayLike, B: ArrayLike>(a: &A, b: &B, axes: impl Into<Axes>) -> TestResult {
    let axes = axes.into();
    TestResult::new(a.planned().and_then(|a| {
        let (a, b) = (observations(a)?, observations(b.planned()?)?);
        let (n, m) = (count(&a, &axes)?, count(&b, &axes)?);
        if n.total_cmp(&m).is_ne() {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("{n} observations cannot be paired with {m}"),
            ));
        }
        let away = (Formula::of(&a) - Formula::of(&b)).0?;
        one_sample(&away, &Formula::number(0.0), &axes)
    }))
}

fn one_sample(x: &Expr, popmean: &Formula, axes: &Axes) -> Result<Found> {
    let n = count(x, axes)?;
    let away = Formula::of(x).reduce(ReduceOp::Mean, axes) - popmean;
    finish(&(away / (variance(x, axes) / n).map(UnaryOp::Sqrt)), &Formula::number(n - 1.0))
}

fn two_samples(a: &Expr, b: &Expr, axes: &Axes, equal_var: bool) -> Result<Found> {
    let (n, m) = (count(a, axes)?, count(b, axes)?);
    let (v, w) = (variance(a, axes), variance(b, axes));
    let (square, degrees) = if equal_var {
        let degrees = n + m - 2.0;
        // One observation has no variance.
        let part = |v: Formula, n: f64| if n > 1.0 { v * (n - 1.0) } else { Formula::number(0.0) };
        let pooled = (part(v, n) + part(w, m)) / degrees;
        (pooled * (1.0 / n + 1.0 / m), Formula::number(degrees))
    } else {
        let (v, w) = (v / n, w / m);
        let below = &v * &v / (n - 1.0) + &w * &w / (m - 1.0);
        let square = v + w;
        let degrees = &square * &square / below;
        // Without any variance it does not matter what the degrees are, but that they are a number.
        let missing = degrees.map(UnaryOp::IsNan);
        (square, degrees.replaced(&missing, 1.0))
    };
    let mean = |x| Formula::of(x).reduce(ReduceOp::Mean, axes);
    finish(&((mean(a) - mean(b)) / square.map(UnaryOp::Sqrt)), &degrees)
}

fn variance(x: &Expr, axes: &Axes) -> Formula {
    Formula::of(x).reduce(ReduceOp::Var { ddof: 0 }, &axes.clone().ddof(1))
}

/// The statistic and its p-value of two sides.
fn finish(t: &Formula, degrees: &Formula) -> Result<Found> {
    let outside = t.map(UnaryOp::Absolute).tail(Tail::StudentT, std::slice::from_ref(degrees));
    Ok(Found { statistic: t.0.clone()?, pvalue: outside.with(BinaryOp::Multiply, 2.0).0? })
}
