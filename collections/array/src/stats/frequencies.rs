//! Whether frequencies are those expected.

use swath_array_plan::{Axes, Expr};
use swath_error::Result;
use swath_kernels::{BinaryOp, ReduceOp, Tail, UnaryOp};

use super::formula::Formula;
use super::{Found, TestResult, count, observations};
use crate::DynArray;
use crate::like::ArrayLike;
use crate::operand::{DynOperand, array_of};

/// What observed frequencies are compared with: see [`chisquare`].
#[derive(Clone, Debug, Default)]
pub struct Frequencies {
    expected: Option<DynArray>,
    ddof: i64,
}

impl Frequencies {
    /// The frequencies expected, which broadcast against those observed; by default all are equally likely. Their
    /// totals should agree.
    #[must_use]
    pub fn expected(self, expected: impl DynOperand) -> Self {
        Self { expected: Some(DynArray::new(array_of(expected.dyn_operand()))), ..self }
    }

    /// How many more degrees of freedom are taken off the number of frequencies than one; 0 by default.
    #[must_use]
    pub fn ddof(self, ddof: i64) -> Self {
        Self { ddof, ..self }
    }
}

/// Pearson's chi-squared test of observed frequencies along axes, as `scipy.stats.chisquare`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let observed = da::array(vec![16, 18, 16, 14, 12, 12]).chunks(4);
/// let test = da::stats::chisquare(&observed, 0, &da::stats::Frequencies::default());
/// assert!((test.statistic.item()? - 2.0).abs() < 1e-12);
/// assert!((test.pvalue.item()? - 0.8491450360846096).abs() < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn chisquare<A: ArrayLike>(observed: &A, axes: impl Into<Axes>, options: &Frequencies) -> TestResult {
    power_divergence(observed, 1.0, axes, options)
}

/// The test of observed frequencies along axes by Cressie and Read's power divergence, as `scipy.stats.power_divergence`.
///
/// `lambda` is the power: 1 is Pearson's chi-squared, 0 the log-likelihood ratio (the G-test), -0.5 Freeman and Tukey's,
/// -1 the modified log-likelihood ratio, -2 Neyman's, 2/3 Cressie and Read's own choice.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let observed = da::array(vec![16, 18, 16, 14, 12, 12]).chunks(4);
/// let expected = da::array(vec![16, 16, 16, 16, 16, 8]);
/// let options = da::stats::Frequencies::default().expected(&expected);
/// let test = da::stats::power_divergence(&observed, 0.0, 0, &options);
/// assert!((test.statistic.item()? - 3.3281031458963746).abs() < 1e-12);
/// assert!((test.pvalue.item()? - 0.6495419288047497).abs() < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn power_divergence<A: ArrayLike>(
    observed: &A,
    lambda: f64,
    axes: impl Into<Axes>,
    options: &Frequencies,
) -> TestResult {
    TestResult::new(observed.planned().and_then(|x| divergence(x, lambda, &axes.into(), options)))
}

fn divergence(observed: &Expr, lambda: f64, axes: &Axes, options: &Frequencies) -> Result<Found> {
    let observed = Formula(observations(observed));
    let expected = match &options.expected {
        Some(expected) => Formula(observations(expected.expr()?)),
        None => observed.reduce(ReduceOp::Mean, &axes.clone().keepdims()),
    };
    let terms = terms(&observed, &expected, lambda).0?;
    let degrees = count(&terms, axes)? - 1.0 - options.ddof as f64;
    let statistic = Formula::of(&terms).reduce(ReduceOp::Sum, axes);
    let pvalue = statistic.tail(Tail::ChiSquared, &[Formula::number(degrees)]).0?;
    Ok(Found { statistic: statistic.0?, pvalue })
}

/// What is summed up. The powers that others are limits of have formulas of their own.
#[expect(clippy::float_cmp, reason = "the powers 0, 1 and -1 are meant exactly")]
fn terms(observed: &Formula, expected: &Formula, lambda: f64) -> Formula {
    if lambda == 1.0 {
        (observed - expected).power(2.0) / expected
    } else if lambda == 0.0 {
        times_log(observed, &(observed / expected)) * 2.0
    } else if lambda == -1.0 {
        times_log(expected, &(expected / observed)) * 2.0
    } else {
        observed * ((observed / expected).power(lambda) - 1.0) / (0.5 * lambda * (lambda + 1.0))
    }
}

/// `x log(y)`, which is 0 where x is, unless y is NaN.
fn times_log(x: &Formula, y: &Formula) -> Formula {
    let nothing = x.with(BinaryOp::Equal, 0.0);
    let counts = y.map(UnaryOp::IsNan).map(UnaryOp::LogicalNot);
    (x * y.map(UnaryOp::Log)).replaced(&nothing.with(BinaryOp::LogicalAnd, counts), 0.0)
}
