//! Positions, choices by position, and differences with elements at the ends, of cases that `make_functions.py` writes.

use serde_json::Value;
use swath_array::{self as da, DType, DiffEnds, DynArray, IndexMode};

use super::super::cases::ints;
use super::nested;

/// What a function of a case comes to; none when the case is of another kind.
pub(super) fn positions(x: &DynArray, name: &str, args: &Value) -> Option<Vec<DynArray>> {
    let int = |name: &str| args[name].as_i64().unwrap();
    let triangle = |(rows, columns): (da::Array<i64>, da::Array<i64>)| {
        vec![rows.chunks(3).into_dyn(), columns.chunks(4).into_dyn()]
    };
    let (n, m) = (args["n"].as_u64().unwrap_or(0) as usize, args["m"].as_u64().map(|m| m as usize));
    Some(match name {
        "diff_with" => vec![x.diff_with(n, int("axis") as isize, &ends(args))],
        "tril_indices" => triangle(da::tril_indices(n, int("k"), m)),
        "triu_indices" => triangle(da::triu_indices(n, int("k"), m)),
        "tril_indices_from" => triangle(da::tril_indices_from(x, int("k"))),
        "triu_indices_from" => triangle(da::triu_indices_from(x, int("k"))),
        "ravel_multi_index" => vec![ravel(x, args)],
        "unravel_index" => {
            let at = da::unravel_index(&(x % 30), ints(&args["dims"]));
            at.into_iter().map(da::Array::into_dyn).collect()
        }
        "choose" => {
            let mode = mode(args);
            let which = if mode == IndexMode::Raise { x % 3 } else { x.clone() };
            vec![which.choose(&[x.clone(), x / 2, row(x)], mode)]
        }
        _ => return None,
    })
}

fn mode(args: &Value) -> IndexMode {
    match args["mode"].as_str().unwrap() {
        "raise" => IndexMode::Raise,
        "wrap" => IndexMode::Wrap,
        _ => IndexMode::Clip,
    }
}

/// The positions along the last axis.
fn row(x: &DynArray) -> DynArray {
    da::arange(*x.shape().unwrap().last().unwrap()).chunks(2).into_dyn()
}

fn ravel(x: &DynArray, args: &Value) -> DynArray {
    let mode = mode(args);
    let at = match mode {
        IndexMode::Raise => [x % 5, (x + 3) % 7, row(x)],
        _ => [x.clone(), x + 3, row(x) - 1],
    };
    da::ravel_multi_index(&at, ints(&args["dims"]), mode).into_dyn()
}

fn ends(args: &Value) -> DiffEnds {
    let mut ends = DiffEnds::default();
    let values = |v: &Value| {
        let values = nested(v);
        if args["single"].is_boolean() { values.astype(DType::F32) } else { values }
    };
    match &args["prepend"] {
        Value::Null => {}
        Value::Bool(v) => ends = ends.prepend(*v),
        Value::Number(v) if v.is_i64() => ends = ends.prepend(v.as_i64().unwrap()),
        Value::Number(v) => ends = ends.prepend(v.as_f64().unwrap()),
        list => ends = ends.prepend(values(list)),
    }
    match &args["append"] {
        Value::Null => ends,
        Value::Number(v) if v.is_i64() => ends.append(v.as_i64().unwrap()),
        Value::Number(v) => ends.append(v.as_f64().unwrap()),
        list => ends.append(values(list)),
    }
}
