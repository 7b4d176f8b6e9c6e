//! Runs the cases that `draw.py` writes and compares the answers with NumPy's.
//!
//! In: a case as JSON: inputs, steps, what NumPy gave. Out: nothing, or in what they differ. It uses the public face of
//! arrays only and whatever executor is in force, so that tests of other runtimes include it with `#[path]`.

mod elementwise;
mod inputs;
mod moves;
mod reductions;

use serde_json::Value;
use swath_array::{Axes, Chunk, DType, DynArray, Index, Indices, Scalar};
use swath_block::with_dtype;

#[allow(unused_imports)]
pub use reductions::reduction;

/// The disagreements of the cases of a JSON list, each with its number.
pub fn disagreements(cases: &[Value]) -> Vec<String> {
    let wrong =
        |(i, case): (usize, &Value)| check(case).err().map(|why| format!("case {i}: {why}\n  {case}"));
    cases.iter().enumerate().filter_map(wrong).collect()
}

/// Runs a case and compares its answer with NumPy's.
pub fn check(case: &Value) -> Result<(), String> {
    let (result, expected) = (run(case), &case["expected"]);
    let computed = result.compute();
    if !expected["error"].is_null() {
        return match computed {
            Ok(chunk) => Err(format!("NumPy refuses this, and it gave {chunk:?}")),
            Err(e) if e.kind() == swath_error::ErrorKind::Internal => Err(e.to_string()),
            Err(_) => Ok(()),
        };
    }
    let chunk = computed.map_err(|e| e.to_string())?;
    let shape: Vec<usize> = ints(&expected["shape"]).into_iter().map(|n| n as usize).collect();
    let promised = result.shape().map_err(|e| e.to_string())?;
    if promised != shape || chunk.shape() != shape {
        return Err(format!("promised {promised:?}, computed {:?}, NumPy {shape:?}", chunk.shape()));
    }
    let wanted = dtype(&expected["dtype"]);
    if chunk.dtype() != wanted || result.dtype().map_err(|e| e.to_string())? != wanted {
        return Err(format!("{}, NumPy {wanted}", chunk.dtype()));
    }
    let scale = expected["scale"].as_f64().unwrap();
    for (i, (got, want)) in scalars(&chunk).zip(expected["values"].as_array().unwrap()).enumerate() {
        if !same(got, want, scale) {
            return Err(format!("element {i} is {got}, NumPy {want}"));
        }
    }
    Ok(())
}

/// The array a case describes, not computed yet.
pub fn run(case: &Value) -> DynArray {
    let inputs: Vec<DynArray> = case["inputs"].as_array().unwrap().iter().map(inputs::input).collect();
    let steps = case["ops"].as_array().unwrap();
    steps.iter().fold(inputs[0].clone(), |x, op| step(&x, op, &inputs))
}

fn step(x: &DynArray, op: &Value, inputs: &[DynArray]) -> DynArray {
    let name = op["f"].as_str().unwrap();
    let other = || &inputs[op["other"].as_u64().unwrap() as usize];
    elementwise::step(x, name, op, &other)
        .or_else(|| moves::step(x, name, op, &other))
        .or_else(|| rest(x, name, op))
        .unwrap_or_else(|| panic!("no step is called {name}"))
}

fn rest(x: &DynArray, name: &str, op: &Value) -> Option<DynArray> {
    Some(match name {
        "reduce" => reduce(x, op),
        "matmul" => x.matmul(&x.swapaxes(-1, -2)),
        "slice" => x.slice(Indices(op["items"].as_array().unwrap().iter().map(item).collect())),
        "persist" => x.persist().unwrap_or_else(|_| x.clone()),
        _ => return None,
    })
}

fn reduce(x: &DynArray, op: &Value) -> DynArray {
    let axes = match &op["axes"] {
        Value::Null => Axes::all(),
        list => Axes::from(ints(list)),
    };
    let axes = if op["keepdims"].as_bool().unwrap() { axes.keepdims() } else { axes };
    let name = text(op, "name");
    reduction(x, name, axes).unwrap_or_else(|| panic!("no reduction is called {name}"))
}

/// An item of an index.
fn item(v: &Value) -> Index {
    match v {
        Value::String(s) if s == "new" => Index::NewAxis,
        Value::String(_) => Index::Ellipsis,
        v if !v["at"].is_null() => Index::At(int(&v["at"])),
        v if !v["list"].is_null() => Index::List(ints(&v["list"])),
        v => {
            let bound = |i: usize| v["range"][i].as_i64().map(|n| n as isize);
            Index::Slice { start: bound(0), stop: bound(1), step: bound(2).unwrap() }
        }
    }
}

fn int(v: &Value) -> isize {
    v.as_i64().unwrap() as isize
}

fn ints(v: &Value) -> Vec<isize> {
    v.as_array().unwrap().iter().map(int).collect()
}

fn text<'a>(op: &'a Value, name: &str) -> &'a str {
    op[name].as_str().unwrap()
}

/// The axis of a step; none for all in row-major order.
fn axis(op: &Value) -> Option<isize> {
    op["axis"].as_i64().map(|a| a as isize)
}

fn dtype(name: &Value) -> DType {
    *DType::ALL.iter().find(|d| Some(d.name()) == name.as_str()).unwrap()
}

fn scalars(chunk: &Chunk) -> impl Iterator<Item = Scalar> {
    let all: Vec<Scalar> = with_dtype!(chunk.dtype(), T => {
        use swath_block::Element;
        chunk.view::<T>().unwrap().iter().map(|v| v.to_scalar()).collect()
    });
    all.into_iter()
}

/// Whole numbers are equal; floats within what sums in another order differ by, measured against the numbers they came from.
fn same(got: Scalar, want: &Value, scale: f64) -> bool {
    let float = |v: &Value| v.as_f64().unwrap_or_else(|| v.as_str().unwrap().parse().unwrap());
    let near = |got: f64, want: f64, precision: f64| {
        (got.is_nan() && want.is_nan())
            || got == want
            || (got - want).abs() <= precision * want.abs().max(scale.min(1e6)).max(1e-3)
    };
    let pair = |re: f64, im: f64, precision: f64| {
        near(re, float(&want[0]), precision) && near(im, float(&want[1]), precision)
    };
    let whole = |v: i128| want.as_i64().map(i128::from).or(want.as_u64().map(i128::from)) == Some(v);
    match got {
        Scalar::Bool(v) => whole(v.into()),
        Scalar::I8(v) => whole(v.into()),
        Scalar::I16(v) => whole(v.into()),
        Scalar::I32(v) => whole(v.into()),
        Scalar::I64(v) => whole(v.into()),
        Scalar::U8(v) => whole(v.into()),
        Scalar::U16(v) => whole(v.into()),
        Scalar::U32(v) => whole(v.into()),
        Scalar::U64(v) => whole(v.into()),
        Scalar::F32(v) => near(v.into(), float(want), 5e-5),
        Scalar::F64(v) => near(v, float(want), 1e-9),
        Scalar::C64(v) => pair(v.re.into(), v.im.into(), 5e-5),
        Scalar::C128(v) => pair(v.re, v.im, 1e-9),
    }
}
