//! What the oracle `functions.rs` reads from its cases: inputs, types, indices, answers.

use serde_json::Value;
use swath_array::{self as da, Chunk, DType, DynArray, Index, Scalar};
use swath_block::{Element, with_dtype};
use swath_kernels::convert_scalar;

pub(crate) fn ints(v: &Value) -> Vec<isize> {
    v.as_array().unwrap().iter().map(|n| n.as_i64().unwrap() as isize).collect()
}

pub(crate) fn dtype(name: &str) -> DType {
    *DType::ALL.iter().find(|d| d.name() == name).unwrap()
}

/// The input the script draws.
pub(crate) fn input(shape: &[isize], dtype: DType) -> DynArray {
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

pub(crate) fn item(v: &Value) -> Index {
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

pub(crate) fn numbers(chunk: &Chunk) -> Vec<f64> {
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

pub(crate) fn same(got: f64, want: &Value, dtype: DType) -> bool {
    let want = match want {
        Value::String(s) => s.parse::<f64>().unwrap(),
        v => v.as_f64().unwrap(),
    };
    let tolerance = if dtype == DType::F32 { 2e-4 } else { 1e-9 };
    (got.is_nan() && want.is_nan()) || got == want || (got - want).abs() <= tolerance * want.abs().max(1e-3)
}

/// Chunk lengths for every axis of an array.
pub(crate) fn chunkings(shape: &[isize]) -> Vec<Vec<isize>> {
    let each = |n: isize| shape.iter().map(|len| (*len).min(n).max(1)).collect::<Vec<_>>();
    vec![each(1000), each(2), each(3), each(1)]
}
