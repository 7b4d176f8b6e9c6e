//! Runs the cases that `make_functions.py` and `make_stats.py` write, each one function, and compares the answers with NumPy's.
//!
//! In: a case as JSON: an input, a function and its arguments, what NumPy gave. Out: nothing, or in what they differ. It uses
//! the public face of arrays only and whatever executor is in force, so that tests of other runtimes include it with
//! `#[path]`, beside `cases.rs` and `interpreter`.

#[path = "positions.rs"]
mod positions;
#[path = "stats.rs"]
mod stats;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use swath_array::{
    self as da, Axes, BincountOptions, Bins, Chunk, CovOptions, DType, DynArray, HistogramOptions, Index,
    Indices, QuantileMethod, ReduceOp, Side, Spacing,
};

use super::cases::{dtype, input, ints, item, numbers, same};
use super::interpreter::reduction;

const CASES: [&str; 2] = [include_str!("functions.json"), include_str!("stats.json")];

fn floats(v: &Value) -> Vec<f64> {
    let float = |v: &Value| v.as_str().map_or_else(|| v.as_f64().unwrap(), |s| s.parse().unwrap());
    v.as_array().unwrap().iter().map(float).collect()
}

fn with_nan(x: &DynArray) -> DynArray {
    let mut values = x.typed::<f64>().compute().unwrap();
    values.iter_mut().step_by(5).for_each(|v| *v = f64::NAN);
    da::from_ndarray(values).into_dyn().astype(x.dtype().unwrap())
}

fn axes(args: &Value) -> Axes {
    let mut axes = match &args["axes"] {
        Value::Null => Axes::all(),
        list => Axes::from(ints(list)),
    };
    if args["keepdims"].as_bool().unwrap_or(false) {
        axes = axes.keepdims();
    }
    if let Some(ddof) = args["ddof"].as_i64() {
        axes = axes.ddof(ddof);
    }
    axes.split_every(2)
}

fn spacing(v: &Value) -> Spacing {
    v.as_f64().map_or_else(|| Spacing::At(floats(v)), Spacing::Even)
}

fn quantiles(v: &Value) -> da::Quantiles {
    v.as_f64().map_or_else(|| floats(v).into(), Into::into)
}

fn method(name: &str) -> QuantileMethod {
    use QuantileMethod as M;
    match name {
        "linear" => M::Linear,
        "lower" => M::Lower,
        "higher" => M::Higher,
        "midpoint" => M::Midpoint,
        "nearest" => M::Nearest,
        "inverted_cdf" => M::InvertedCdf,
        "averaged_inverted_cdf" => M::AveragedInvertedCdf,
        "closest_observation" => M::ClosestObservation,
        "interpolated_inverted_cdf" => M::InterpolatedInvertedCdf,
        "hazen" => M::Hazen,
        "weibull" => M::Weibull,
        "median_unbiased" => M::MedianUnbiased,
        "normal_unbiased" => M::NormalUnbiased,
        other => panic!("{other}"),
    }
}

fn covariance(args: &Value) -> CovOptions {
    let mut options = CovOptions::default();
    if args["columns"].as_bool().unwrap_or(false) {
        options = options.columns();
    }
    if args["bias"].as_bool().unwrap_or(false) {
        options = options.bias();
    }
    if let Some(ddof) = args["ddof"].as_i64() {
        options = options.ddof(ddof);
    }
    if args["counts"].is_array() {
        options = options.counts(da::array(floats(&args["counts"])).chunks(4));
    }
    if args["weights"].is_array() {
        options = options.weights(da::array(floats(&args["weights"])));
    }
    options
}

fn statistic(x: &DynArray, name: &str, args: &Value) -> Option<Vec<DynArray>> {
    let axis = || args["axis"].as_i64().unwrap() as isize;
    let k = || args["k"].as_i64().unwrap() as isize;
    let one = match name {
        "cumsum" => x.cumsum(axis()),
        "cumprod" => x.cumprod(axis()),
        "nancumsum" => x.nancumsum(axis()),
        "nancumprod" => x.nancumprod(axis()),
        "cummin" => x.cummin(axis()),
        "cummax" => x.cummax(axis()),
        "diff" => x.diff(args["n"].as_u64().unwrap() as usize, axis()),
        "ediff1d" => x.ediff1d(),
        "sort" => x.sort(axis()),
        "argsort" => x.argsort(axis()),
        "topk" => x.topk(k(), axis()),
        "argtopk" => x.argtopk(k(), axis()),
        "quantile" => x.quantile(quantiles(&args["q"]), axes(args)),
        "nanquantile" => x.nanquantile(quantiles(&args["q"]), axes(args)),
        "percentile" => x.percentile(quantiles(&args["q"]), axes(args)),
        "quantile_by" => x.quantile_by(quantiles(&args["q"]), 0, method(args["method"].as_str().unwrap())),
        "percentile_approx" => da::percentile_approx(&x.typed::<f64>(), quantiles(&args["q"])).into_dyn(),
        "gradient" if args["edge"] == 2 => x.gradient_second_order(spacing(&args["spacing"]), axis()),
        "gradient" => x.gradient(spacing(&args["spacing"]), axis()),
        "moment" => x.moment(args["order"].as_i64().unwrap() as i32, axes(args)),
        "average" => {
            let (average, weight) =
                x.average_and_weight(axes(args), da::array(floats(&args["weights"])).chunks(2));
            let weight = weight.broadcast_to(average.shape().unwrap());
            return Some(vec![average, weight]);
        }
        "trace" => {
            let at = |name: &str| args[name].as_i64().unwrap() as isize;
            x.trace(at("offset"), at("a"), at("b"))
        }
        "cov" => x.cov(&covariance(args)),
        "corrcoef" => x.corrcoef(&covariance(args)),
        _ => return None,
    };
    Some(vec![one])
}

/// Every other one is true.
fn alternating(n: usize) -> da::Array<bool> {
    da::array((0..n).map(|i| i % 2 == 0).collect()).chunks(2)
}

fn histogram(x: &DynArray, args: &Value) -> Vec<DynArray> {
    let mut options = HistogramOptions::default();
    if args["range"].is_array() {
        let range = floats(&args["range"]);
        options = options.range(range[0], range[1]);
    }
    if args["density"].as_bool().unwrap_or(false) {
        options = options.density();
    }
    if args["weights"].as_bool().unwrap_or(false) {
        let shape = x.shape().unwrap();
        options = options.weights(da::arange(12).astype::<f64>().reshape(shape).as_dyn() / 2.0);
    }
    let bins =
        args["bins"].as_u64().map_or_else(|| Bins::Edges(floats(&args["bins"])), |n| Bins::Count(n as usize));
    let (counts, edges) = x.histogram(bins, &options);
    vec![counts, edges]
}

fn bincount(x: &DynArray, args: &Value) -> DynArray {
    let mut options = BincountOptions::default();
    if let Some(n) = args["minlength"].as_u64() {
        options = options.minlength(n as usize);
    }
    if let Some(n) = args["length"].as_u64() {
        options = options.length(n as usize);
    }
    if args["weights"].is_array() {
        options = options.weights(da::array(floats(&args["weights"])).chunks(5));
    }
    x.bincount(&options)
}

fn search(x: &DynArray, name: &str, args: &Value) -> Option<Vec<DynArray>> {
    let shape = || x.shape().unwrap();
    let right = || args["right"].as_bool().unwrap();
    let list = |name: &str| da::array(floats(&args[name]));
    Some(match name {
        "mask" => {
            let m = input(&shape().iter().map(|n| *n as isize).collect::<Vec<_>>(), DType::I64).gt(0);
            vec![x.mask(&m)]
        }
        "mask_first" => vec![x.mask(alternating(shape()[0]))],
        "compress" => vec![x.compress(alternating(*shape().last().unwrap()), -1)],
        "nonzero" => (x % 2).nonzero(),
        "argwhere" => vec![(x % 2).argwhere()],
        "flatnonzero" => vec![(x % 2).flatnonzero()],
        "unique" => {
            let found = (x % 3).unique();
            vec![found.values(), found.index(), found.inverse(), found.counts()]
        }
        "isin" => vec![x.isin(list("values").chunks(4))],
        "digitize" => vec![x.digitize(list("bins").chunks(2), right())],
        "searchsorted" => {
            let side = if right() { Side::Right } else { Side::Left };
            vec![input(&[9], DType::F64).sort(0).rechunk(4).searchsorted(x, side)]
        }
        "bincount" => vec![bincount(x, args)],
        "histogram" => histogram(x, args),
        "histogram2d" => {
            let x = x.typed::<f64>();
            let y = x.roll(3, 0);
            let (cells, a, b) = da::histogram2d(&x, &y, [3.into(), 4.into()], &HistogramOptions::default());
            vec![cells.into_dyn(), a.into_dyn(), b.into_dyn()]
        }
        _ => return None,
    })
}

fn set_item(v: &Value) -> Index {
    if v["list"].is_array() { Index::List(ints(&v["list"])) } else { item(v) }
}

/// An array of numbers, nested once or not.
fn nested(v: &Value) -> DynArray {
    let rows = v.as_array().unwrap();
    if rows[0].is_array() {
        let flat: Vec<f64> = rows.iter().flat_map(floats).collect();
        da::array(flat).reshape([rows.len() as isize, -1]).chunks([2, 3]).into_dyn()
    } else {
        da::array(floats(v)).chunks(3).into_dyn()
    }
}

fn pick(x: &DynArray, name: &str, args: &Value) -> Option<DynArray> {
    let axis = || args["axis"].as_i64().unwrap() as isize;
    Some(match name {
        "take_at" => {
            let at: Vec<i64> = ints(&args["at"]).into_iter().map(|i| i as i64).collect();
            x.take_at(da::array(at).chunks(2), axis())
        }
        "take_along" => x.take_along_axis(x.argsort(axis()), axis()),
        "repeat" => x.repeat(args["times"].as_u64().unwrap() as usize, axis()),
        "vindex" => {
            let item = |v: &Value| if v.is_null() { Index::from(..) } else { Index::List(ints(v)) };
            x.vindex(Indices(args["items"].as_array().unwrap().iter().map(item).collect()))
        }
        "set" => {
            let items = Indices(args["items"].as_array().unwrap().iter().map(set_item).collect());
            match args["value"].as_i64() {
                Some(value) => x.set(items, value),
                None => x.set(items, nested(&args["values"])),
            }
        }
        "set_where" => x.set_where(x.gt(0), 99),
        "coarsen" => {
            let op = match args["name"].as_str().unwrap() {
                "sum" => ReduceOp::Sum,
                "mean" => ReduceOp::Mean,
                _ => ReduceOp::Max,
            };
            let pairs = args["factors"].as_array().unwrap().iter().map(ints);
            let factors: Vec<(isize, usize)> = pairs.map(|p| (p[0], p[1] as usize)).collect();
            x.coarsen(op, &factors, args["trim"].as_bool().unwrap())
        }
        _ => return None,
    })
}

fn results(x: &DynArray, case: &Value) -> Vec<DynArray> {
    let (name, args) = (case["f"].as_str().unwrap(), &case["args"]);
    let one = |found: Option<DynArray>| found.map(|a| vec![a]);
    one(reduction(x, name, axes(args)))
        .or_else(|| {
            one((name == "sum_as").then(|| x.sum(axes(args).dtype(dtype(args["to"].as_str().unwrap())))))
        })
        .or_else(|| statistic(x, name, args))
        .or_else(|| search(x, name, args))
        .or_else(|| positions::positions(x, name, args))
        .or_else(|| stats::statistics(x, name, args))
        .or_else(|| one(pick(x, name, args)))
        .unwrap_or_else(|| panic!("no function {name}"))
}

fn check(result: &DynArray, want: &Value) -> Result<(), String> {
    let shape: Vec<usize> = ints(&want["shape"]).into_iter().map(|n| n as usize).collect();
    let wanted = dtype(want["dtype"].as_str().unwrap());
    let chunk: Chunk = result.compute().map_err(|e| e.to_string())?;
    if let Ok(promised) = result.shape()
        && promised != shape
    {
        return Err(format!("promised {promised:?}, NumPy {shape:?}"));
    }
    if chunk.shape() != shape {
        return Err(format!("computed {:?}, NumPy {shape:?}", chunk.shape()));
    }
    if result.dtype().unwrap() != chunk.dtype() || chunk.dtype() != wanted {
        return Err(format!(
            "computed {}, promised {}, NumPy {wanted}",
            chunk.dtype(),
            result.dtype().unwrap()
        ));
    }
    let values = want["values"].as_array().unwrap();
    match numbers(&chunk).into_iter().zip(values).position(|(got, want)| !same(got, want, wanted)) {
        Some(i) => Err(format!("value {i} is {}, NumPy {}", numbers(&chunk)[i], values[i])),
        None => Ok(()),
    }
}

/// What is checked of a case, its input and the input's shape.
pub type CheckCase<'a> = &'a dyn Fn(&Value, &DynArray, &[isize]) -> Result<(), String>;

/// Checks every case and panics with all that is wrong.
pub fn all_cases(check_case: CheckCase<'_>) {
    let lists = CASES.iter().map(|list| serde_json::from_str::<Vec<Value>>(list).unwrap());
    let cases: Vec<Value> = lists.flatten().collect();
    assert!(cases.len() >= 800);
    let mut wrong = Vec::new();
    for (i, case) in cases.iter().enumerate() {
        let shape = ints(&case["shape"]);
        let mut x = input(&shape, dtype(case["dtype"].as_str().unwrap()));
        if case["nan"].as_bool().unwrap() {
            x = with_nan(&x);
        }
        // A panic in one case does not hide the others.
        let outcome = catch_unwind(AssertUnwindSafe(|| check_case(case, &x, &shape)));
        let panicked = |p: Box<dyn Any + Send>| Err(format!("panicked: {:?}", p.downcast_ref::<String>()));
        if let Err(why) = outcome.unwrap_or_else(panicked) {
            wrong.push(format!(
                "case {i}, {} of {} {shape:?} {}: {why}",
                case["f"], case["dtype"], case["args"]
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Computes a function of a case in chunks of so many elements along each axis, and compares.
pub fn check_in(chunks: &[isize], x: &DynArray, case: &Value) -> Result<(), String> {
    check_all(&results(&x.chunks(chunks), case), case).map_err(|why| format!("chunks {chunks:?}: {why}"))
}

fn check_all(found: &[DynArray], case: &Value) -> Result<(), String> {
    let wants = case["out"].as_array().unwrap();
    assert_eq!(found.len(), wants.len());
    found.iter().zip(wants).try_for_each(|(result, want)| check(result, want))
}
