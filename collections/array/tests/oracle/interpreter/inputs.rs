//! The inputs of cases, by the formula that `draw.py` has too.

use num_complex::Complex64;
use serde_json::Value;
use swath_array::{self as da, DType, DynArray, Scalar};
use swath_block::{Element, with_dtype};
use swath_kernels::{Kind, convert_scalar};

use super::{dtype, ints};

/// An input in the chunks that the case names.
pub fn input(spec: &Value) -> DynArray {
    let (shape, dtype) = (ints(&spec["shape"]), dtype(&spec["dtype"]));
    let count: usize = shape.iter().map(|n| *n as usize).product();
    let (shift, special) = (spec["shift"].as_i64().unwrap(), spec["special"].as_bool().unwrap());
    let chunks: Vec<Vec<isize>> = spec["chunks"].as_array().unwrap().iter().map(ints).collect();
    with_dtype!(dtype, T => {
        let value = |i: usize| T::from_scalar(element(i, count, shift, special, dtype)).unwrap();
        da::array((0..count).map(value).collect::<Vec<T>>()).reshape(shape).chunks(chunks).into_dyn()
    })
}

fn whole(i: usize, shift: i64) -> i64 {
    (i as i64 * 37 + 11 + 7 * shift) % 101 - 50
}

fn element(i: usize, count: usize, shift: i64, special: bool, dtype: DType) -> Scalar {
    let n = whole(i, shift);
    let scalar = match Kind::of(dtype) {
        Kind::Bool => Scalar::Bool(n > 0),
        Kind::Unsigned => Scalar::I64(n.abs()),
        Kind::Signed => Scalar::I64(n),
        Kind::Float => Scalar::F64(n as f64 / 4.0),
        Kind::Complex => {
            let before = whole((i + count - 1) % count, shift);
            Scalar::C128(Complex64::new(n as f64 / 4.0, before as f64 / 8.0))
        }
    };
    let scalar = if special { replaced(i, dtype).unwrap_or(scalar) } else { scalar };
    convert_scalar(scalar, dtype)
}

/// What stands here in an input with special values; later rules go before earlier ones.
fn replaced(i: usize, dtype: DType) -> Option<Scalar> {
    let at = |from: usize, every: usize| i >= from && (i - from).is_multiple_of(every);
    match Kind::of(dtype) {
        Kind::Signed => {
            let top = i64::MAX >> (64 - 8 * dtype.size());
            (at(5, 7).then_some(-top - 1)).or(at(3, 7).then_some(top)).map(Scalar::I64)
        }
        Kind::Unsigned => {
            let top = u64::MAX >> (64 - 8 * dtype.size());
            (at(5, 7).then_some(0)).or(at(3, 7).then_some(top)).map(Scalar::U64)
        }
        Kind::Float => [(1, 17, -0.0), (5, 13, f64::NEG_INFINITY), (3, 11, f64::INFINITY), (2, 7, f64::NAN)]
            .into_iter()
            .find(|(from, every, _)| at(*from, *every))
            .map(|(_, _, v)| Scalar::F64(v)),
        _ => None,
    }
}
