//! Chains of functions against NumPy's answers, over several chunkings; see `tests/oracle/make.py`.

use serde_json::Value;
use swath_array::{self as da, Axes, Chunk, DType, DynArray, Index, Indices, Scalar, where_};
use swath_block::{Element, with_dtype};
use swath_kernels::{BinaryOp, convert_scalar, promote};

const CASES: &str = include_str!("../oracle/cases.json");

fn ints(v: &Value) -> Vec<isize> {
    v.as_array().unwrap().iter().map(|n| n.as_i64().unwrap() as isize).collect()
}

fn dtype(name: &str) -> DType {
    *DType::ALL.iter().find(|d| d.name() == name).unwrap()
}

/// The input the script draws.
fn input(shape: &[isize], dtype: DType) -> DynArray {
    let n: usize = shape.iter().map(|n| *n as usize).product();
    let value = |i: usize| {
        let whole = (i as i64 * 37 + 11) % 101 - 50;
        let scalar = match dtype {
            DType::Bool => Scalar::Bool(whole > 0),
            DType::F32 | DType::F64 => Scalar::F64(whole as f64 / 4.0),
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => Scalar::I64(whole.abs()),
            _ => Scalar::I64(whole),
        };
        convert_scalar(scalar, dtype)
    };
    with_dtype!(dtype, T => {
        let values: Vec<T> = (0..n).map(|i| T::from_scalar(value(i)).unwrap()).collect();
        da::array(values).reshape(shape).into_dyn()
    })
}

fn axes(op: &Value) -> Axes {
    let axes = match &op["axes"] {
        Value::Null => Axes::all(),
        list => Axes::from(ints(list)),
    };
    if op["keepdims"].as_bool().unwrap() { axes.keepdims() } else { axes }
}

fn unary(x: &DynArray, name: &str) -> DynArray {
    match name {
        "absolute" => x.abs(),
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "sin" => x.sin(),
        "floor" => x.floor(),
        "negative" => -x,
        "sign" => x.sign(),
        "square" => x.square(),
        "isnan" => x.isnan(),
        "tanh" => x.tanh(),
        "rint" => x.rint(),
        "cbrt" => x.cbrt(),
        other => panic!("{other}"),
    }
}

/// A whole number or a fraction, as a weak literal.
enum Literal {
    Whole(i64),
    Fraction(f64),
}

fn literal(v: &Value) -> Literal {
    v.as_i64().map_or_else(|| Literal::Fraction(v.as_f64().unwrap()), Literal::Whole)
}

fn binary(x: &DynArray, name: &str, y: impl da::DynOperand) -> DynArray {
    match name {
        "add" => x + y,
        "subtract" => x - y,
        "multiply" => x * y,
        "divide" => x / y,
        "floor_divide" => x.floor_divide(y),
        "remainder" => x % y,
        "maximum" => x.maximum(y),
        "minimum" => x.minimum(y),
        "power" => x.pow(y),
        "less" => x.lt(y),
        "less_equal" => x.le(y),
        "greater" => x.gt(y),
        "greater_equal" => x.ge(y),
        "equal" => x.eq_(y),
        "not_equal" => x.ne_(y),
        other => panic!("{other}"),
    }
}

fn with_literal(x: &DynArray, op: &Value) -> DynArray {
    let name = op["name"].as_str().unwrap();
    match (literal(&op["value"]), op["left"].as_bool().unwrap_or(false)) {
        (Literal::Whole(v), false) => binary(x, name, v),
        (Literal::Fraction(v), false) => binary(x, name, v),
        (Literal::Whole(v), true) => left(v, name, x),
        (Literal::Fraction(v), true) => left(v, name, x),
    }
}

fn left<S>(value: S, name: &str, x: &DynArray) -> DynArray
where
    S: da::DynOperand
        + for<'a> std::ops::Add<&'a DynArray, Output = DynArray>
        + for<'a> std::ops::Sub<&'a DynArray, Output = DynArray>
        + for<'a> std::ops::Mul<&'a DynArray, Output = DynArray>
        + for<'a> std::ops::Div<&'a DynArray, Output = DynArray>
        + for<'a> std::ops::Rem<&'a DynArray, Output = DynArray>,
{
    match name {
        "add" => value + x,
        "subtract" => value - x,
        "multiply" => value * x,
        "divide" => value / x,
        "remainder" => value % x,
        "maximum" => x.maximum(value),
        "minimum" => x.minimum(value),
        "floor_divide" => DynArray::binary(BinaryOp::FloorDivide, value, x),
        "power" => DynArray::binary(BinaryOp::Power, value, x),
        other => panic!("{other}"),
    }
}

fn reduce(x: &DynArray, op: &Value) -> DynArray {
    let axes = axes(op);
    match op["name"].as_str().unwrap() {
        "sum" => x.sum(axes),
        "prod" => x.prod(axes),
        "mean" => x.mean(axes),
        "std" => x.std(axes),
        "var" => x.var(axes),
        "min" => x.min(axes),
        "max" => x.max(axes),
        "argmin" => x.argmin(axes),
        "argmax" => x.argmax(axes),
        "any" => x.any(axes),
        "all" => x.all(axes),
        "count_nonzero" => x.count_nonzero(axes),
        "nansum" => x.nansum(axes),
        "nanmean" => x.nanmean(axes),
        "nanmax" => x.nanmax(axes),
        "nanmin" => x.nanmin(axes),
        "nanstd" => x.nanstd(axes),
        other => panic!("{other}"),
    }
}

fn item(v: &Value) -> Index {
    match v {
        Value::String(s) if s == "new" => Index::NewAxis,
        Value::String(_) => Index::Ellipsis,
        v if !v["at"].is_null() => Index::At(v["at"].as_i64().unwrap() as isize),
        v => {
            let bound = |i: usize| v["range"][i].as_i64().map(|n| n as isize);
            Index::Slice { start: bound(0), stop: bound(1), step: bound(2).unwrap() }
        }
    }
}

fn step(x: &DynArray, op: &Value) -> DynArray {
    let axis = || op["axis"].as_i64().unwrap() as isize;
    match op["f"].as_str().unwrap() {
        "unary" => unary(x, op["name"].as_str().unwrap()),
        "scalar" | "compare" => with_literal(x, op),
        "mean" => binary(x, op["name"].as_str().unwrap(), x.mean(Axes::from(axis()).keepdims())),
        "reduce" => reduce(x, op),
        "slice" => x.slice(Indices(op["items"].as_array().unwrap().iter().map(item).collect())),
        "transpose" => x.transpose(ints(&op["axes"])),
        "reshape" => x.reshape(ints(&op["shape"])),
        "flip" => x.flip(ints(&op["axes"])),
        "roll" => x.roll(op["shift"].as_i64().unwrap() as isize, axis()),
        "take" => x.take(&ints(&op["positions"]), axis()),
        "concat" => DynArray::concatenate(&[x.clone(), x.flip(0)], axis()),
        "stack" => DynArray::stack(&[x.clone(), x.clone()], axis()),
        "astype" => x.astype(dtype(op["dtype"].as_str().unwrap())),
        "where" => positive_or(x),
        "clip" => x.clip(op["low"].as_i64().unwrap(), op["high"].as_i64().unwrap()),
        "matmul" => x.matmul(&x.swapaxes(-1, -2)),
        "squeeze" => x.squeeze(..),
        "expand" => x.expand_dims(axis()),
        "broadcast" => x.broadcast_to(ints(&op["shape"])),
        "round" => x.round(op["decimals"].as_i64().unwrap() as i32),
        "invert" => !x,
        other => panic!("{other}"),
    }
}

/// `np.where(x > 0, x, -1)` for signed numbers, with 1 for others.
fn positive_or(x: &DynArray) -> DynArray {
    let dtype = x.dtype().unwrap();
    let signed = !matches!(dtype, DType::Bool | DType::U8 | DType::U16 | DType::U32 | DType::U64);
    let other = if signed { Scalar::I64(-1) } else { Scalar::I64(1) };
    // A literal takes the array's type, but for booleans, which become int64.
    let out = if dtype == DType::Bool { promote(dtype, DType::I64) } else { dtype };
    with_dtype!(out, T => {
        let x = x.typed::<T>();
        let other = T::from_scalar(convert_scalar(other, out)).unwrap();
        where_(x.as_dyn().gt(0i64).typed::<bool>(), &x, other).into_dyn()
    })
}

fn numbers(chunk: &Chunk) -> Vec<f64> {
    with_dtype!(chunk.dtype(), T => chunk
        .view::<T>()
        .unwrap()
        .iter()
        .map(|v| match convert_scalar(v.to_scalar(), DType::F64) {
            Scalar::F64(v) => v,
            other => panic!("{other}"),
        })
        .collect())
}

fn same(got: f64, want: &Value, dtype: DType) -> bool {
    let want = match want {
        Value::String(s) => s.parse::<f64>().unwrap(),
        v => v.as_f64().unwrap(),
    };
    let tolerance = if dtype == DType::F32 { 2e-4 } else { 1e-9 };
    (got.is_nan() && want.is_nan()) || got == want || (got - want).abs() <= tolerance * want.abs().max(1e-3)
}

/// Chunk lengths for every axis of an array.
fn chunkings(shape: &[isize]) -> Vec<Vec<isize>> {
    let each = |n: isize| shape.iter().map(|len| (*len).min(n).max(1)).collect::<Vec<_>>();
    vec![each(1000), each(2), each(3), each(1)]
}

#[test]
fn chains_give_numpys_answers() {
    let cases: Vec<Value> = serde_json::from_str(CASES).unwrap();
    assert!(cases.len() >= 300);
    let mut wrong = Vec::new();
    for (i, case) in cases.iter().enumerate() {
        let shape = ints(&case["shape"]);
        let x = input(&shape, dtype(case["dtype"].as_str().unwrap()));
        for chunks in chunkings(&shape) {
            let start = x.chunks(chunks.as_slice());
            let result = case["ops"].as_array().unwrap().iter().fold(start, |x, op| step(&x, op));
            if let Err(why) = check(&result, &case["expected"]) {
                wrong.push(format!("case {i}, chunks {chunks:?}: {why}\n  {}", case["ops"]));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn check(result: &DynArray, expected: &Value) -> Result<(), String> {
    let shape: Vec<usize> = ints(&expected["shape"]).into_iter().map(|n| n as usize).collect();
    let promised = result.shape().map_err(|e| e.to_string())?;
    let dtype = dtype(expected["dtype"].as_str().unwrap());
    let chunk = result.compute().map_err(|e| e.to_string())?;
    if promised != shape || chunk.shape() != shape {
        return Err(format!("promised {promised:?}, computed {:?}, NumPy {shape:?}", chunk.shape()));
    }
    if chunk.dtype() != dtype || result.dtype().unwrap() != dtype {
        return Err(format!("dtype {}, NumPy {dtype}", chunk.dtype()));
    }
    let values = expected["values"].as_array().unwrap();
    for (i, (got, want)) in numbers(&chunk).into_iter().zip(values).enumerate() {
        if !same(got, want, dtype) {
            return Err(format!("value {i} is {got}, NumPy {want}"));
        }
    }
    Ok(())
}
