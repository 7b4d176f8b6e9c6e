//! What the tests share: the stores and the values in them.

use std::path::Path;

use num_complex::Complex64;
use serde_json::{Map, Value};
use swath_array_io::{ArraySource, Region};
use swath_block::{Chunk, DType, Element, Scalar, with_dtype};
use tempfile::TempDir;

use crate::values::values;

/// The files of every store, by path.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/stores.json")).unwrap();
    let files: Map<String, Value> = serde_json::from_slice(&text).unwrap();
    let bytes = |text: &str| {
        if text.starts_with('{') {
            return text.as_bytes().to_vec();
        }
        let pair = |i: usize| u8::from_str_radix(&text[i..i + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(pair).collect()
    };
    files.into_iter().map(|(path, v)| (path, bytes(v.as_str().unwrap()))).collect()
}

/// Writes one of the files.
pub fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A folder with all the stores.
pub fn stores() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, bytes) in files() {
        put(root.path(), &path, &bytes);
    }
    root
}

/// Element `i` of every array of the stores.
pub fn expected(dtype: DType, i: usize) -> Scalar {
    let v = i as i64 * 3 - 7;
    match dtype {
        DType::Bool => Scalar::Bool(v.rem_euclid(2) == 1),
        DType::I8 => Scalar::I8(v as i8),
        DType::I16 => Scalar::I16(v as i16),
        DType::I32 => Scalar::I32(v as i32),
        DType::I64 => Scalar::I64(v),
        DType::U8 => Scalar::U8(v as u8),
        DType::U16 => Scalar::U16(v as u16),
        DType::U32 => Scalar::U32(v as u32),
        DType::U64 => Scalar::U64(v as u64),
        DType::F32 => Scalar::F32(v as f32),
        DType::F64 => Scalar::F64(v as f64),
        DType::C64 => Scalar::C64(num_complex::Complex32::new(v as f32, 0.5 * v as f32)),
        DType::C128 => Scalar::C128(Complex64::new(v as f64, 0.5 * v as f64)),
    }
}

/// A chunk of the elements of the formula within a region of an array of 9 columns.
pub fn part(dtype: DType, region: &Region) -> Chunk {
    let shape = [region[0].len(), region[1].len()];
    let positions = region[0].clone().flat_map(|i| region[1].clone().map(move |j| i * 9 + j));
    with_dtype!(dtype, T => {
        let values = positions.map(|i| <T as Element>::from_scalar(expected(dtype, i)).unwrap()).collect();
        Chunk::from_vec::<T>(values, &shape).unwrap()
    })
}

/// Reads a region and compares it with the elements of the formula.
pub fn check(source: &dyn ArraySource, region: &Region) {
    let chunk = source.read(region).unwrap();
    let want = part(source.dtype(), region);
    assert_eq!(chunk.shape(), want.shape());
    assert_eq!(values(&chunk), values(&want), "{} {region:?}", source.describe());
}
