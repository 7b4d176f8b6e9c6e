//! What the tests share: the files and the values in them.

use std::path::{Path, PathBuf};

use num_complex::Complex64;
use swath_array_io::{ArraySource, Region};
use swath_block::DType;
use swath_hdf5::Hdf5Source;

use crate::values::values;

pub fn oracle(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name)
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
