//! Whether several groups have one mean.

use swath_array_plan::{Axes, Expr};
use swath_error::{Error, Result};
use swath_kernels::{ReduceOp, Tail};

use super::formula::Formula;
use super::{Found, TestResult, count, observations};
use crate::like::{ArrayLike, exprs};

/// Whether several groups of observations have one mean: the analysis of variance in one way, as `scipy.stats.f_oneway`.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::InvalidArgument`] for less than two groups.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let groups = [da::array(vec![1.0, 2.0, 3.0]), da::array(vec![2.0, 4.0]), da::array(vec![5.0, 6.0, 7.0, 8.0])];
/// let test = da::stats::f_oneway(&groups, 0);
/// assert!((test.statistic.item()? - 12.851851851851853).abs() < 1e-9);
/// assert!((test.pvalue.item()? - 0.006778346249886738).abs() < 1e-9);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn f_oneway<A: ArrayLike>(groups: &[A], axes: impl Into<Axes>) -> TestResult {
    TestResult::new(exprs(groups).and_then(|groups| one_way(&groups, &axes.into())))
}

fn one_way(groups: &[Expr], axes: &Axes) -> Result<Found> {
    if groups.len() < 2 {
        return Err(Error::argument(format!("at least two groups are required, there are {}", groups.len())));
    }
    let (mut sizes, mut means, mut within) = (Vec::new(), Vec::new(), Formula::number(0.0));
    for group in groups {
        let n = count(group, axes)?;
        let group = Formula(observations(group));
        means.push(group.reduce(ReduceOp::Mean, axes));
        within = within + group.reduce(ReduceOp::Var { ddof: 0 }, &axes.clone().ddof(0)) * n;
        sizes.push(n);
    }
    let all: f64 = sizes.iter().sum();
    let pairs = || means.iter().zip(&sizes);
    let mean = pairs().fold(Formula::number(0.0), |sum, (mean, n)| sum + mean * (n / all));
    let between = pairs().fold(Formula::number(0.0), |sum, (m, n)| sum + (m - &mean).power(2.0) * *n);
    let (above, below) = (groups.len() as f64 - 1.0, all - groups.len() as f64);
    let statistic = (between / above) / (within / below);
    let pvalue = statistic.tail(Tail::F, &[Formula::number(above), Formula::number(below)]).0?;
    Ok(Found { statistic: statistic.0?, pvalue })
}
