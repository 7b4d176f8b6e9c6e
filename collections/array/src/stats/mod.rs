//! Shapes of distributions and tests of hypotheses, as `scipy.stats` and `dask.array.stats` have them.
//!
//! In: arrays of either kind, cut in any way, and the axes along which the observations lie: one (`0`), several (`[0, 1]`)
//! or all (`..`). Out: lazy arrays of `float64`, in which everything is computed. NaN among the observations gives NaN.
//! P-values are those of two sides where a test has two. Nothing is read to build them, so what SciPy finds out
//! about the data first (equal totals, constant input) is not checked.

mod anova;
mod formula;
mod frequencies;
mod normality;
mod shape;
mod student;

use swath_array_plan::{Axes, Expr};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::Kind;

use crate::Array;

pub use anova::f_oneway;
pub use frequencies::{Frequencies, chisquare, power_divergence};
pub use normality::{kurtosistest, normaltest, skewtest};
pub use shape::{kurtosis, moment, skew};
pub use student::{ttest_1samp, ttest_ind, ttest_rel};

/// What a test of a hypothesis comes to.
#[derive(Clone)]
pub struct TestResult {
    /// The statistic.
    pub statistic: Array<f64>,
    /// How likely a statistic at least as far out is when the hypothesis holds.
    pub pvalue: Array<f64>,
}

impl TestResult {
    #[track_caller]
    fn new(found: Result<Found>) -> Self {
        let [statistic, pvalue] = match found {
            Ok(found) => [Ok(found.statistic), Ok(found.pvalue)],
            Err(e) => [Err(e.clone()), Err(e)],
        };
        Self { statistic: Array::new(statistic), pvalue: Array::new(pvalue) }
    }
}

/// A test's result as the planner has it.
struct Found {
    statistic: Expr,
    pvalue: Expr,
}

/// Observations as `float64`.
fn observations(x: &Expr) -> Result<Expr> {
    if Kind::of(x.dtype()) == Kind::Complex {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("statistics are of real numbers, these are {}", x.dtype()),
        )
        .with_help("take the real or imaginary part first"));
    }
    swath_array_plan::astype(x, DType::F64)
}

/// How many observations there are along the axes.
fn count(x: &Expr, axes: &Axes) -> Result<f64> {
    let axes = axes.resolve(x.ndim())?;
    let lengths = axes.iter().map(|a| x.chunks().axis(*a)?.length());
    Ok(lengths.collect::<Result<Vec<_>>>()?.iter().map(|n| *n as f64).product())
}
