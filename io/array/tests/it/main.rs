//! `.npy` files: NumPy's own, our own, and thousands of damaged ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod rules;
mod values;

use std::path::{Path, PathBuf};

use num_complex::Complex64;
use swath_array_io::{ArraySink, ArraySource, NpySink, NpySource, write_npy};
use swath_block::{Chunk, DType};
use swath_error::ErrorKind;

use values::values;

fn oracle(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name)
}

fn expected(dtype: DType, i: i64) -> Complex64 {
    let v = i * 3 - 7;
    match dtype {
        DType::Bool => f64::from(u8::from(v.rem_euclid(2) == 1)).into(),
        DType::U8 => f64::from(v as u8).into(),
        DType::U32 => f64::from(v as u32).into(),
        DType::U64 => (v as u64 as f64).into(),
        DType::C64 | DType::C128 => Complex64::new(v as f64, 0.5 * v as f64),
        _ => (v as f64).into(),
    }
}

#[test]
fn every_type_and_order_numpy_writes() {
    let mut seen = 0;
    for entry in std::fs::read_dir(oracle("")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.ends_with("-C.npy") && !name.ends_with("-F.npy") {
            continue;
        }
        let source = NpySource::open(&path).unwrap();
        assert_eq!(source.shape(), [2, 3, 4], "{name}");
        let all = source.read(&[0..2, 0..3, 0..4]).unwrap();
        let want: Vec<_> = (0..24).map(|i| expected(source.dtype(), i)).collect();
        assert_eq!(values(&all), want, "{name}");
        let part = source.read(&[1..2, 0..2, 1..4]).unwrap();
        assert_eq!(part.shape(), [1, 2, 3]);
        let want: Vec<_> = [13, 14, 15, 17, 18, 19].map(|i| expected(source.dtype(), i)).to_vec();
        assert_eq!(values(&part), want, "{name}");
        seen += 1;
    }
    assert_eq!(seen, 30);
}

#[test]
fn unusual_shapes_and_types() {
    let scalar = NpySource::open(oracle("scalar.npy")).unwrap();
    assert_eq!(scalar.read(&[]).unwrap().as_slice::<f64>().unwrap(), Some(&[2.5][..]));
    let empty = NpySource::open(oracle("empty.npy")).unwrap();
    assert_eq!(empty.read(&[0..0, 1..3]).unwrap().shape(), [0, 2]);
    for name in ["half.npy", "text.npy", "record.npy"] {
        let error = NpySource::open(oracle(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains(name), "{error}");
    }
    assert_eq!(NpySource::open(oracle("absent.npy")).unwrap_err().kind(), ErrorKind::NotFound);
    let not_one = NpySource::open(oracle("make.py")).unwrap_err();
    assert_eq!(not_one.kind(), ErrorKind::InvalidData);
    assert!(not_one.to_string().contains("make.py"));
    assert_eq!(NpySource::open(oracle("")).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn regions_of_long_and_short_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let n = 300;
    write_npy(&path, &Chunk::from_vec((0..(n * n * 4) as i64).collect(), &[n, n, 4]).unwrap()).unwrap();
    let source = NpySource::open(&path).unwrap();
    let whole = source.read(&[0..n, 0..n, 0..4]).unwrap();
    let whole = whole.view::<i64>().unwrap();
    for region in [
        [0..n, 7..8, 0..4],
        [0..n, 0..n, 2..3],
        [5..9, 0..n, 0..4],
        [17..18, 2..299, 1..4],
        [3..3, 0..n, 0..4],
    ] {
        let part = source.read(&region).unwrap();
        let s = |i: usize| region[i].clone();
        let want = whole.slice(ndarray::s![s(0), s(1), s(2)]);
        assert_eq!(part.view::<i64>().unwrap(), want.into_dyn(), "{region:?}");
    }
    assert_eq!(source.read(&[0..n + 1, 0..1, 0..1]).unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

#[test]
fn a_file_appears_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    drop(NpySink::create(&path, DType::F32, &[10]).unwrap());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let sink = NpySink::create(&path, DType::F32, &[4, 3]).unwrap();
    let column = |v: f32| Chunk::from_vec(vec![v; 4], &[4, 1]).unwrap();
    for (i, v) in [1.0, 2.0, 3.0].into_iter().enumerate() {
        sink.write(&[0, i], &column(v)).unwrap();
    }
    assert_eq!(sink.write(&[0, 3], &column(0.0)).unwrap_err().kind(), ErrorKind::ShapeMismatch);
    assert!(sink.write(&[0, 0], &Chunk::from_vec(vec![1i32], &[1, 1]).unwrap()).is_err());
    sink.finish().unwrap();
    assert!(sink.finish().is_err());
    let all = NpySource::open(&path).unwrap().read(&[0..4, 0..3]).unwrap();
    assert_eq!(all.as_slice::<f32>().unwrap().unwrap(), [1.0, 2.0, 3.0].repeat(4));
}

#[test]
fn keys_follow_the_contents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let write = |n: usize| write_npy(&path, &Chunk::from_vec(vec![1u8; n], &[n]).unwrap()).unwrap();
    write(3);
    let first = NpySource::open(&path).unwrap().key();
    assert_eq!(NpySource::open(&path).unwrap().key(), first);
    write(4);
    assert_ne!(NpySource::open(&path).unwrap().key(), first);
}

/// Damaged files give errors, or arrays no larger than the file: never a panic, never a huge allocation.
#[test]
fn thousands_of_damaged_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.npy");
    let originals =
        ["little-f8-C.npy", "big-i2-F.npy", "b1-C.npy"].map(|n| std::fs::read(oracle(n)).unwrap());
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    let (mut good, mut bad) = (0, 0);
    for round in 0..3000 {
        let mut bytes = originals[round % originals.len()].clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(6) {
                0 => bytes.truncate(at.max(1)),
                1 => drop(bytes.splice(at..at, (0..random(20)).map(|i| b"0123456789,()'{}:<>L"[i]))),
                2 => bytes[at] = b"0123456789,()'{}:<> "[random(20)],
                // The header is where damage matters most.
                3 => bytes[random(12.min(at + 1))] = random(256) as u8,
                4 => bytes[at] ^= 1 << random(8),
                _ => bytes[at] = random(256) as u8,
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        match NpySource::open(&path) {
            Ok(source) => {
                let region: Vec<_> = source.shape().iter().map(|n| 0..*n).collect();
                if let Ok(chunk) = source.read(&region) {
                    assert!(
                        chunk.bytes() <= bytes.len() as u64 + 128,
                        "{} bytes from {}",
                        chunk.bytes(),
                        bytes.len()
                    );
                    good += 1;
                }
            }
            Err(error) => {
                assert!(error.to_string().contains("damaged.npy"), "{error}");
                bad += 1;
            }
        }
    }
    assert!(good > 50 && bad > 500, "{good} good, {bad} bad");
}
