//! What the tests share: the files and the values in them.

use std::path::{Path, PathBuf};

use num_complex::Complex64;
use swath_array_io::{ArraySource, Region};
use swath_block::{Chunk, DType, Element, Scalar, with_dtype};
use swath_hdf5::Hdf5Source;

pub fn oracle(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name)
}

/// Elements of a chunk as complex numbers, in row-major order.
pub fn values(chunk: &Chunk) -> Vec<Complex64> {
    with_dtype!(chunk.dtype(), T => chunk.view::<T>().unwrap().iter().map(|v| as_complex(v.to_scalar())).collect())
}

fn as_complex(s: Scalar) -> Complex64 {
    match s {
        Scalar::Bool(v) => f64::from(u8::from(v)).into(),
        Scalar::I8(v) => f64::from(v).into(),
        Scalar::I16(v) => f64::from(v).into(),
        Scalar::I32(v) => f64::from(v).into(),
        Scalar::I64(v) => (v as f64).into(),
        Scalar::U8(v) => f64::from(v).into(),
        Scalar::U16(v) => f64::from(v).into(),
        Scalar::U32(v) => f64::from(v).into(),
        Scalar::U64(v) => (v as f64).into(),
        Scalar::F32(v) => f64::from(v).into(),
        Scalar::F64(v) => v.into(),
        Scalar::C64(v) => Complex64::new(v.re.into(), v.im.into()),
        Scalar::C128(v) => v,
    }
}

/// Element `i` of every dataset of the files.
pub fn expected(dtype: DType, i: usize) -> Complex64 {
    let v = i as i64 * 3 - 7;
    match dtype {
        DType::Bool => f64::from(u8::from(v.rem_euclid(2) == 1)).into(),
        DType::I8 => f64::from(v as i8).into(),
        DType::U8 => f64::from(v as u8).into(),
        DType::U16 => f64::from(v as u16).into(),
        DType::U32 => f64::from(v as u32).into(),
        DType::U64 => (v as u64 as f64).into(),
        DType::C64 | DType::C128 => Complex64::new(v as f64, 0.5 * v as f64),
        _ => (v as f64).into(),
    }
}

/// Reads a region and compares it with the elements of the formula.
pub fn check(source: &Hdf5Source, region: &Region) {
    let chunk = source.read(region).unwrap();
    let lengths: Vec<usize> = region.iter().map(|r| r.end - r.start).collect();
    assert_eq!(chunk.shape(), lengths);
    let (columns, name) = (source.shape()[1], source.describe());
    let positions = region[0].clone().flat_map(|i| region[1].clone().map(move |j| i * columns + j));
    let want: Vec<_> = positions.map(|i| expected(source.dtype(), i)).collect();
    assert_eq!(values(&chunk), want, "{name} {region:?}");
}
