//! How lopsided and how heavy in the tails distributions are.

use swath_array_plan::{Axes, Expr};
use swath_kernels::{BinaryOp, ReduceOp};

use super::formula::Formula;
use super::{count, observations};
use crate::Array;
use crate::like::ArrayLike;
use crate::statistics::central_moment;

/// The central moments of an order, as [`Array::moment`] in `float64`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// assert_eq!(da::stats::moment(&da::arange(5), 2, 0).item()?, 2.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn moment<A: ArrayLike>(x: &A, order: i32, axes: impl Into<Axes>) -> Array<f64> {
    Array::new(x.planned().and_then(|x| central_moment(&observations(x)?, order, &axes.into())))
}

/// The skewness along axes: the third central moment over the second to the power of 1.5, 0 for what is symmetric. `bias`
/// takes moments as they are, otherwise they are corrected for the number of observations (three at least). NaN where all
/// observations are equal, as `scipy.stats.skew`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![1.0, 2.0, 3.0, 4.0, 10.0]).chunks(2);
/// assert!((da::stats::skew(&x, 0, true).item()? - 1.1384199576606167).abs() < 1e-12);
/// assert!((da::stats::skew(&x, 0, false).item()? - 1.6970562748477143).abs() < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn skew<A: ArrayLike>(x: &A, axes: impl Into<Axes>, bias: bool) -> Array<f64> {
    Array::new(x.planned().and_then(|x| skewness(&observations(x)?, &axes.into(), bias).0))
}

/// The kurtosis along axes: the fourth central moment over the square of the second. `fisher` takes off the normal
/// distribution's 3; without `bias` the moments are corrected for the number of observations (four at least). NaN where all
/// observations are equal, as `scipy.stats.kurtosis`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![1.0, 2.0, 3.0, 4.0, 10.0]).chunks(2);
/// assert!((da::stats::kurtosis(&x, 0, true, true).item()? + 0.2119999999999997).abs() < 1e-12);
/// assert!((da::stats::kurtosis(&x, 0, false, true).item()? - 2.788).abs() < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn kurtosis<A: ArrayLike>(x: &A, axes: impl Into<Axes>, fisher: bool, bias: bool) -> Array<f64> {
    let build = |x: &Expr| {
        let found = heaviness(&observations(x)?, &axes.into(), bias);
        if fisher { (found - 3.0).0 } else { found.0 }
    };
    Array::new(x.planned().and_then(build))
}

pub(super) fn skewness(x: &Expr, axes: &Axes, bias: bool) -> Formula {
    let ratio = moment_of(x, 3, axes) / moment_of(x, 2, axes).power(1.5);
    let counted = Formula(count(x, axes).and_then(|n| {
        if bias || n <= 2.0 { ratio.0 } else { (ratio * (((n - 1.0) * n).sqrt() / (n - 2.0))).0 }
    }));
    counted.replaced(&constant(x, axes), f64::NAN)
}

/// The fourth moment over the square of the second.
pub(super) fn heaviness(x: &Expr, axes: &Axes, bias: bool) -> Formula {
    let ratio = moment_of(x, 4, axes) / moment_of(x, 2, axes).power(2.0);
    let counted = Formula(count(x, axes).and_then(|n| {
        if bias || n <= 3.0 {
            return ratio.0;
        }
        let around = (ratio * (n * n - 1.0) - 3.0 * (n - 1.0) * (n - 1.0)) * (1.0 / (n - 2.0) / (n - 3.0));
        (around + 3.0).0
    }));
    counted.replaced(&constant(x, axes), f64::NAN)
}

fn moment_of(x: &Expr, order: i32, axes: &Axes) -> Formula {
    Formula(central_moment(x, order, &axes.clone().ddof(0)))
}

/// Where the observations differ by no more than rounding, so that their higher moments say nothing.
fn constant(x: &Expr, axes: &Axes) -> Formula {
    let mean = Formula::of(x).reduce(ReduceOp::Mean, axes);
    moment_of(x, 2, axes).with(BinaryOp::LessEqual, (mean * f64::EPSILON).power(2.0))
}
