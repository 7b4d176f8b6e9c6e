//! Every operation on every element type against NumPy's answers, made by `tests/oracle/make.py`.

use num_complex::{Complex32, Complex64};
use serde_json::Value as Json;
use swath_block::{Chunk, DType, Element, Scalar, with_dtype};
use swath_error::Result;
use swath_kernels::{
    BinaryOp, ProgramBuilder, ReduceOp, UnaryOp, finalize, partial, promote, promote_scalar,
};

fn oracle() -> Json {
    serde_json::from_str(include_str!("../oracle/numpy.json")).unwrap()
}

fn dtype(name: &str) -> DType {
    *DType::ALL.iter().find(|t| t.name() == name).unwrap()
}

fn scalar(text: &str, dtype: DType) -> Scalar {
    let complex = || {
        let (re, im) = text.split_once(',').unwrap();
        Complex64::new(re.parse().unwrap(), im.parse().unwrap())
    };
    match dtype {
        DType::Bool => Scalar::Bool(text == "true"),
        DType::I8 => Scalar::I8(text.parse().unwrap()),
        DType::I16 => Scalar::I16(text.parse().unwrap()),
        DType::I32 => Scalar::I32(text.parse().unwrap()),
        DType::I64 => Scalar::I64(text.parse().unwrap()),
        DType::U8 => Scalar::U8(text.parse().unwrap()),
        DType::U16 => Scalar::U16(text.parse().unwrap()),
        DType::U32 => Scalar::U32(text.parse().unwrap()),
        DType::U64 => Scalar::U64(text.parse().unwrap()),
        DType::F32 => Scalar::F32(text.parse::<f64>().unwrap() as f32),
        DType::F64 => Scalar::F64(text.parse().unwrap()),
        DType::C64 => Scalar::C64(Complex32::new(complex().re as f32, complex().im as f32)),
        DType::C128 => Scalar::C128(complex()),
    }
}

fn scalars(list: &Json, dtype: DType) -> Vec<Scalar> {
    list.as_array().unwrap().iter().map(|v| scalar(v.as_str().unwrap(), dtype)).collect()
}

fn chunk(values: &[Scalar], dtype: DType, shape: &[usize]) -> Chunk {
    with_dtype!(dtype, T => {
        Chunk::from_vec(values.iter().map(|v| T::from_scalar(*v).unwrap()).collect::<Vec<T>>(), shape).unwrap()
    })
}

fn elements(chunk: &Chunk) -> Vec<Scalar> {
    with_dtype!(chunk.dtype(), T => chunk.view::<T>().unwrap().iter().map(|v| v.to_scalar()).collect())
}

/// Equal, or for floats within a few units of their precision, measured against `scale` for parts of complex numbers.
fn close(got: Scalar, want: Scalar) -> bool {
    let near = |a: f64, b: f64, precision: f64, scale: f64| {
        a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= precision * b.abs().max(scale)
    };
    match (got, want) {
        (Scalar::F32(a), Scalar::F32(b)) => near(a.into(), b.into(), 1e-6, 0.0),
        (Scalar::F64(a), Scalar::F64(b)) => near(a, b, 4e-15, 0.0),
        (Scalar::C64(a), Scalar::C64(b)) => {
            let scale = f64::from(b.norm());
            near(a.re.into(), b.re.into(), 2e-6, scale) && near(a.im.into(), b.im.into(), 2e-6, scale)
        }
        (Scalar::C128(a), Scalar::C128(b)) => {
            near(a.re, b.re, 4e-15, b.norm()) && near(a.im, b.im, 4e-15, b.norm())
        }
        (a, b) => a == b,
    }
}

/// Compares an answer with NumPy's, which may be an error; gives the difference.
fn compare(case: &Json, got: Result<Chunk>) -> Option<String> {
    let what = format!("{} of {}", case["op"], case["in"]);
    match (case.get("error"), got) {
        (Some(_), Err(_)) => None,
        (Some(error), Ok(got)) => Some(format!("{what}: NumPy gives {error}, we give {got:?}")),
        (None, Err(error)) => Some(format!("{what}: {error}")),
        (None, Ok(got)) => {
            let want_type = dtype(case["dtype"].as_str().unwrap());
            if got.dtype() != want_type {
                return Some(format!("{what}: {} instead of {want_type}", got.dtype()));
            }
            let want = scalars(&case["y"], want_type);
            let got = elements(&got);
            assert_eq!(got.len(), want.len(), "{what}");
            let bad = got.iter().zip(&want).enumerate().find(|(_, (g, w))| !close(**g, **w));
            bad.map(|(i, (g, w))| format!("{what}: element {i} is {g}, not {w}"))
        }
    }
}

fn report(differences: Vec<String>) {
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn promotion() {
    let oracle = oracle();
    let types = DType::ALL;
    for (a, row) in types.iter().zip(oracle["promote"].as_array().unwrap()) {
        for (b, want) in types.iter().zip(row.as_array().unwrap()) {
            assert_eq!(promote(*a, *b).name(), want, "{a} {b}");
        }
    }
    for (kind, value) in [
        ("int", Scalar::I64(1)),
        ("float", Scalar::F64(1.5)),
        ("complex", Scalar::C128(Complex64::new(0.0, 1.0))),
    ] {
        for (t, want) in types.iter().zip(oracle["weak"][kind].as_array().unwrap()) {
            assert_eq!(promote_scalar(*t, &value, true).name(), want, "{t} with a weak {kind}");
        }
    }
}

#[test]
fn result_types() {
    let oracle = oracle();
    let mut differences = Vec::new();
    for op in BinaryOp::ALL {
        let table = oracle["types"][op.name()].as_array().unwrap();
        for (a, row) in DType::ALL.iter().zip(table) {
            for (b, want) in DType::ALL.iter().zip(row.as_array().unwrap()) {
                let got = op.result_dtype(*a, *b).map_or("error", DType::name);
                if got != want {
                    differences.push(format!("{} of {a} and {b}: {got} instead of {want}", op.name()));
                }
            }
        }
    }
    report(differences);
}

#[test]
fn unary_operations() {
    let oracle = oracle();
    let mut differences = Vec::new();
    for case in oracle["unary"].as_array().unwrap() {
        let t = dtype(case["in"].as_str().unwrap());
        let x = scalars(&oracle["operands"][t.name()][0], t);
        let op = UnaryOp::ALL.iter().find(|op| op.name() == case["op"]).unwrap();
        let mut b = ProgramBuilder::new();
        let v = b.input(t);
        let got = b.unary(*op, v).and_then(|y| b.finish(y)?.eval(vec![chunk(&x, t, &[x.len()])], &[x.len()]));
        differences.extend(compare(case, got));
    }
    report(differences);
}

#[test]
fn binary_operations() {
    let oracle = oracle();
    let mut differences = Vec::new();
    for case in oracle["binary"].as_array().unwrap() {
        let t = dtype(case["in"].as_str().unwrap());
        let op = BinaryOp::ALL.iter().find(|op| op.name() == case["op"]).unwrap();
        let a = scalars(&oracle["operands"][t.name()][0], t);
        let mut b = scalars(&oracle["operands"][t.name()][1], t);
        let signed = matches!(t, DType::I8 | DType::I16 | DType::I32 | DType::I64);
        if signed && matches!(op, BinaryOp::Power | BinaryOp::FloatPower) {
            let exponents = oracle["exponents"].as_array().unwrap();
            b = exponents.iter().take(a.len()).map(|v| scalar(&v.to_string(), t)).collect();
        }
        let n = a.len();
        let (a, b) = (chunk(&a, t, &[n]), chunk(&b, t, &[n]));
        let mut builder = ProgramBuilder::new();
        let (x, y) = (builder.input(t), builder.input(t));
        let got = builder.binary(*op, x, y).and_then(|z| builder.finish(z)?.eval(vec![a, b], &[n]));
        differences.extend(compare(case, got));
    }
    report(differences);
}

#[test]
fn reductions() {
    let oracle = oracle();
    let mut differences = Vec::new();
    for case in oracle["reduce"].as_array().unwrap() {
        let array = &oracle["arrays"][case["x"].as_u64().unwrap() as usize];
        let t = dtype(array["in"].as_str().unwrap());
        let x = chunk(&scalars(&array["x"], t), t, &[5, 4, 3]);
        let axes: Vec<usize> =
            case["axes"].as_array().unwrap().iter().map(|a| a.as_u64().unwrap() as usize).collect();
        let op = reduction(case["op"].as_str().unwrap(), case["ddof"].as_i64().unwrap());
        let got = partial(op, &x, &axes, None).and_then(|parts| finalize(op, t, parts, &axes, false));
        differences.extend(compare(case, got).map(|d| format!("{d} over {axes:?} of {t}")));
    }
    report(differences);
}

fn reduction(name: &str, ddof: i64) -> ReduceOp {
    match name {
        "sum" => ReduceOp::Sum,
        "prod" => ReduceOp::Prod,
        "min" => ReduceOp::Min,
        "max" => ReduceOp::Max,
        "mean" => ReduceOp::Mean,
        "var" => ReduceOp::Var { ddof },
        "std" => ReduceOp::Std { ddof },
        "argmin" => ReduceOp::ArgMin,
        "argmax" => ReduceOp::ArgMax,
        "any" => ReduceOp::Any,
        "all" => ReduceOp::All,
        "count_nonzero" => ReduceOp::CountNonzero,
        "nansum" => ReduceOp::NanSum,
        "nanprod" => ReduceOp::NanProd,
        "nanmin" => ReduceOp::NanMin,
        "nanmax" => ReduceOp::NanMax,
        "nanmean" => ReduceOp::NanMean,
        "nanvar" => ReduceOp::NanVar { ddof },
        "nanstd" => ReduceOp::NanStd { ddof },
        "nanargmin" => ReduceOp::NanArgMin,
        "nanargmax" => ReduceOp::NanArgMax,
        other => panic!("{other}"),
    }
}
