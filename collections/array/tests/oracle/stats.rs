//! The statistics of cases that `make_stats.py` writes.

use serde_json::Value;
use swath_array::stats::{self, Frequencies, TestResult};
use swath_array::{self as da, DType, DynArray};

use super::{axes, nested};

/// What a statistic of a case comes to; none when the case is of another kind.
pub(super) fn statistics(x: &DynArray, name: &str, args: &Value) -> Option<Vec<DynArray>> {
    let flag = |name: &str| args[name].as_bool().unwrap();
    let x = &match args["constant"].as_f64() {
        Some(value) => x * 0.0 + value,
        None => x.clone(),
    };
    let test = match name {
        "skew" => return Some(vec![stats::skew(x, axes(args), flag("bias")).into_dyn()]),
        "kurtosis" => {
            return Some(vec![stats::kurtosis(x, axes(args), flag("fisher"), flag("bias")).into_dyn()]);
        }
        "ttest_1samp" => match args["popmean"].as_f64() {
            Some(mean) => stats::ttest_1samp(x, mean, axes(args)),
            None => stats::ttest_1samp(x, nested(&args["popmean"]), axes(args)),
        },
        "ttest_rel" => stats::ttest_rel(x, &other(x, args), axes(args)),
        "ttest_ind" => {
            let y = if args["constant"].is_number() { x + 1.0 } else { short(&other(x, args), args) };
            stats::ttest_ind(x, &y, axes(args), flag("equal_var"))
        }
        "chisquare" => stats::chisquare(&counts(x, args), axes(args), &frequencies(x, args)),
        "power_divergence" => {
            let power = args["power"].as_f64().unwrap();
            stats::power_divergence(&counts(x, args), power, axes(args), &frequencies(x, args))
        }
        "skewtest" => stats::skewtest(x, axes(args)),
        "kurtosistest" => stats::kurtosistest(x, axes(args)),
        "normaltest" => stats::normaltest(x, axes(args)),
        "f_oneway" => {
            let y = short(&other(x, args), args);
            stats::f_oneway(&[x.clone(), y, x + 3.0], axes(args))
        }
        _ => return None,
    };
    let TestResult { statistic, pvalue } = test;
    Some(vec![statistic.into_dyn(), pvalue.into_dyn()])
}

/// The first axis named, if any.
fn axis(args: &Value) -> Option<isize> {
    args["axes"][0].as_i64().map(|a| a as isize)
}

/// A second sample: the first in another order, moved.
fn other(x: &DynArray, args: &Value) -> DynArray {
    x.astype(DType::F64).roll(1, axis(args).unwrap_or(0)) * 1.5 - 2.0
}

/// One observation less along the first axis, when that is the one of the observations.
fn short(x: &DynArray, args: &Value) -> DynArray {
    if axis(args) == Some(0) { x.slice(da::s![..-1]) } else { x.clone() }
}

fn counts(x: &DynArray, args: &Value) -> DynArray {
    if args["zeros"].is_boolean() { x.abs() % 3 } else { x.abs() + 1 }
}

fn frequencies(x: &DynArray, args: &Value) -> Frequencies {
    let options = Frequencies::default().ddof(args["ddof"].as_i64().unwrap());
    if args["expected"].is_boolean() {
        options.expected((x.abs() + 1).roll(1, axis(args).unwrap_or(0)))
    } else {
        options
    }
}
