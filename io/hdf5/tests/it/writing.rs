//! What is written is read again, by this crate and by others.

use std::process::Command;

use swath_array_io::{ArraySink, ArraySource, Attribute, conformance, decode_sink};
use swath_block::{Chunk, DType, Scalar, with_dtype};
use swath_error::ErrorKind;
use swath_hdf5::{Hdf5File, Hdf5Options, Hdf5Sink, Hdf5Source, NewDataset};

use crate::support::check;

/// A chunk of the elements of the formula within a region of an array of 9 columns.
fn part(dtype: DType, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> Chunk {
    let shape = [rows.len(), columns.len()];
    let positions = rows.flat_map(|i| columns.clone().map(move |j| i * 9 + j));
    let number = |i: usize| {
        let v = crate::support::expected(dtype, i);
        match dtype {
            DType::C64 => Scalar::C64(num_complex::Complex32::new(v.re as f32, v.im as f32)),
            DType::C128 => Scalar::C128(v),
            DType::Bool => Scalar::Bool(v.re != 0.0),
            DType::I8 => Scalar::I8(v.re as i8),
            DType::I16 => Scalar::I16(v.re as i16),
            DType::I32 => Scalar::I32(v.re as i32),
            DType::I64 => Scalar::I64(v.re as i64),
            DType::U8 => Scalar::U8(v.re as u8),
            DType::U16 => Scalar::U16(v.re as u16),
            DType::U32 => Scalar::U32(v.re as u32),
            DType::U64 => Scalar::U64(3u64.wrapping_mul(i as u64).wrapping_sub(7)),
            DType::F32 => Scalar::F32(v.re as f32),
            DType::F64 => Scalar::F64(v.re),
        }
    };
    with_dtype!(dtype, T => {
        let values = positions.map(|i| <T as swath_block::Element>::from_scalar(number(i)).unwrap()).collect();
        Chunk::from_vec::<T>(values, &shape).unwrap()
    })
}

fn options() -> Vec<(&'static str, Hdf5Options)> {
    let chunks = Hdf5Options::default().chunks([3, 4]);
    vec![
        ("plain", Hdf5Options::default()),
        ("chunks", chunks.clone()),
        ("gzip", chunks.clone().gzip(1)),
        ("lzf", chunks.clone().lzf()),
        ("all", chunks.gzip(9).shuffle().fletcher32()),
    ]
}

/// Writes regions that begin and end at chunks.
fn fill(sink: &Hdf5Sink) {
    for (rows, columns) in [(0..3, 0..9), (3..7, 0..4), (3..7, 4..9)] {
        sink.write(&[rows.start, columns.start], &part(sink.dtype(), rows, columns)).unwrap();
    }
    sink.finish().unwrap();
}

#[test]
fn every_type_and_storage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let mut datasets = Vec::new();
    for dtype in DType::ALL {
        for (name, options) in options() {
            let name = format!("{name}/{dtype}");
            datasets.push(NewDataset { name, dtype: *dtype, shape: vec![7, 9], options });
        }
    }
    let sinks = Hdf5Sink::create_all(&path, &datasets).unwrap();
    for sink in &sinks {
        assert!(!path.exists());
        fill(sink);
        assert_eq!(sink.finish().unwrap_err().kind(), ErrorKind::Internal);
    }
    let file = Hdf5File::open(&path).unwrap();
    assert_eq!(file.list().unwrap().arrays.len(), datasets.len());
    for (new, sink) in datasets.iter().zip(&sinks) {
        let source = file.source(&new.name).unwrap();
        assert_eq!((source.dtype(), source.storage_chunks()), (new.dtype, sink.chunks()));
        for region in [[0..7, 0..9], [2..5, 3..8]] {
            check(&source, &region);
        }
    }
    compare_with_h5py(&path);
}

/// Where a Python with h5py is named, it reads the file too.
fn compare_with_h5py(path: &std::path::Path) {
    let Some(python) = std::env::var_os("SWATH_PYTHON") else { return };
    let script = "
import sys, h5py, numpy as np
sys.path.insert(0, sys.argv[2])
from make import values
with h5py.File(sys.argv[1]) as f:
    n = 0
    for g in f.values():
        for name, d in g.items():
            want = values(d.dtype)
            assert d.dtype.name == name and (d[()] == want).all() and (d[2:5, 3:8] == want[2:5, 3:8]).all(), d
            n += 1
    assert n == 65, n
";
    let made = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle");
    let status = Command::new(python).args(["-c", script]).arg(path).arg(made).status().unwrap();
    assert!(status.success());
}

#[test]
fn sinks_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in options() {
        let path = folder.path().join(name);
        let sink = Hdf5Sink::create(&path, "x", DType::F32, &[7, 9], &options).unwrap();
        let array = part(DType::F32, 0..7, 0..9);
        let open = || Ok(Box::new(Hdf5Source::open(&path, "x")?) as Box<dyn ArraySource>);
        conformance::check_sink(&sink, &array, &[vec![0, 3, 6], vec![0, 4]], open).unwrap();
    }
}

#[test]
fn many_chunks_need_a_tall_tree() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let n = 64 * 64 + 100;
    let plain = Hdf5Options::default().chunks([1]).overwrite();
    for options in [plain.clone(), plain.shuffle()] {
        let sink = Hdf5Sink::create(&path, "a/b/x", DType::I32, &[n], &options).unwrap();
        for start in [n / 2, 0] {
            let values: Vec<i32> = (start as i32..(start + n / 2) as i32).collect();
            sink.write(&[start], &Chunk::from_vec(values, &[n / 2]).unwrap()).unwrap();
        }
        sink.finish().unwrap();
        let source = Hdf5Source::open(&path, "a/b/x").unwrap();
        let all = source.read(std::slice::from_ref(&(0..n))).unwrap();
        assert_eq!(all.as_slice::<i32>().unwrap(), Some(&(0..n as i32).collect::<Vec<_>>()[..]));
        if let Some(python) = std::env::var_os("SWATH_PYTHON") {
            let script = "import sys, h5py; x = h5py.File(sys.argv[1])['a/b/x']; assert (x[()] == range(len(x))).all()";
            assert!(Command::new(python).args(["-c", script]).arg(&path).status().unwrap().success());
        }
    }
}

#[test]
fn scalars_and_empty_arrays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let gzip = Hdf5Options::default().gzip(4).overwrite();
    let sink = Hdf5Sink::create(&path, "x", DType::F64, &[], &gzip).unwrap();
    sink.write(&[], &Chunk::from_vec(vec![2.5], &[]).unwrap()).unwrap();
    sink.finish().unwrap();
    let x = Hdf5Source::open(&path, "x").unwrap();
    assert_eq!(x.read(&[]).unwrap().as_slice::<f64>().unwrap(), Some(&[2.5][..]));
    let sink = Hdf5Sink::create(&path, "x", DType::F64, &[0, 3], &gzip).unwrap();
    sink.write(&[0, 0], &Chunk::from_vec(Vec::<f64>::new(), &[0, 3]).unwrap()).unwrap();
    sink.finish().unwrap();
    let x = Hdf5Source::open(&path, "x").unwrap();
    assert_eq!(x.read(&[0..0, 1..2]).unwrap().shape(), [0, 1]);
}

#[test]
fn a_file_appears_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let new = |name: &str| NewDataset {
        name: name.into(),
        dtype: DType::F32,
        shape: vec![7, 9],
        options: Hdf5Options::default(),
    };
    let mut sinks = Hdf5Sink::create_all(&path, &[new("x"), new("y")]).unwrap();
    fill(&sinks.remove(0));
    assert!(!path.exists());
    drop(sinks);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    std::fs::write(&path, "precious").unwrap();
    assert_eq!(Hdf5Sink::create_all(&path, &[new("x")]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    std::fs::remove_file(&path).unwrap();
    for names in [["x", "x"], ["x", "x/y"], ["a/x/y", "a/x"], ["x", ""], ["x", "../y"]] {
        let error = Hdf5Sink::create_all(&path, &names.map(new)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{names:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn regions_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in options() {
        let path = folder.path().join(name);
        let sink = Hdf5Sink::create(&path, "x", DType::F64, &[7, 9], &options).unwrap();
        let write = |at: &[usize], chunk: Chunk| sink.write(at, &chunk).map_err(|e| e.kind());
        assert_eq!(write(&[6, 0], part(DType::F64, 0..2, 0..2)), Err(ErrorKind::ShapeMismatch));
        assert_eq!(write(&[0, 0], part(DType::F32, 0..2, 0..2)), Err(ErrorKind::TypeMismatch));
        // Part of a chunk has a place of its own unless the chunk is compressed.
        let within = write(&[1, 1], part(DType::F64, 1..3, 1..3));
        let want = if options.is_filtered() { Err(ErrorKind::ShapeMismatch) } else { Ok(()) };
        assert_eq!(within, want, "{name}");
    }
}

#[test]
fn several_processes_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in options() {
        let path = folder.path().join(name);
        let sink = Hdf5Sink::create(&path, "x", DType::I64, &[7, 9], &options).unwrap();
        let sent = sink.travel().unwrap();
        let writers = [decode_sink(&sent).unwrap(), decode_sink(&sent).unwrap()];
        std::thread::scope(|scope| {
            for (i, rows) in [0..3, 3..6, 6..7].into_iter().enumerate() {
                let writer: &dyn ArraySink = if i == 2 { &sink } else { &*writers[i] };
                scope.spawn(move || {
                    for columns in [0..4, 4..8, 8..9] {
                        let at = [rows.start, columns.start];
                        writer.write(&at, &part(DType::I64, rows.clone(), columns)).unwrap();
                    }
                });
            }
        });
        assert!(writers[0].finish().is_err());
        sink.finish().unwrap();
        check(&Hdf5Source::open(&path, "x").unwrap(), &[0..7, 0..9]);
        assert!(decode_sink(&sent).unwrap_err().to_string().contains("same path"), "{name}");
    }
}

#[test]
fn attributes_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    let given: Vec<(&str, Attribute)> = vec![
        ("units", "K · m⁻²".into()),
        ("empty", "".into()),
        ("names", vec!["x", "", "a longer name"].into()),
        ("count", 7.into()),
        ("largest", u64::MAX.into()),
        ("signed", vec![-1i64, 2].into()),
        ("scale", 0.25.into()),
        ("range", vec![-40.0, 60.5].into()),
        ("valid", true.into()),
        ("note", "x".repeat(10_000).as_str().into()),
    ];
    let with_all =
        given.iter().fold(Hdf5Options::default(), |o, (name, value)| o.attribute(name, value.clone()));
    let new =
        |name: &str, options| NewDataset { name: name.into(), dtype: DType::F32, shape: vec![7, 9], options };
    let sinks = Hdf5Sink::create_all(
        &path,
        &[new("g/x", with_all.chunks([3, 4]).gzip(1)), new("y", Hdf5Options::default())],
    )
    .unwrap();
    sinks.iter().for_each(fill);
    let listing = Hdf5File::open(&path).unwrap().list().unwrap();
    let [x, y] = listing.arrays.as_slice() else { panic!("{listing}") };
    assert!(y.attributes.is_empty());
    for (name, value) in &given {
        let found = x.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        assert_eq!(found, Some(value), "{name}");
    }
    check(&Hdf5Source::open(&path, "g/x").unwrap(), &[0..7, 0..9]);
    attributes_with_h5py(&path);
}

fn attributes_with_h5py(path: &std::path::Path) {
    let Some(python) = std::env::var_os("SWATH_PYTHON") else { return };
    let script = "
import sys, h5py
with h5py.File(sys.argv[1]) as f:
    a = f['g/x'].attrs
    assert a['units'] == 'K · m⁻²' and a['empty'] == '' and list(a['names']) == ['x', '', 'a longer name'], dict(a)
    assert a['count'] == 7 and a['largest'] == 2**64 - 1 and a['signed'].tolist() == [-1, 2] and a['scale'] == 0.25
    assert a['range'].tolist() == [-40, 60.5] and a['valid'] == 1 and len(a['note']) == 10000 and len(a) == 10
    assert len(f['y'].attrs) == 0
";
    assert!(Command::new(python).args(["-c", script]).arg(path).status().unwrap().success());
}

#[test]
fn attributes_that_no_file_holds_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.h5");
    for (name, value, word) in [
        ("", Attribute::from(1), "not the name"),
        ("wide", vec![0.0; 10_000].into(), "at most"),
        ("huge", Attribute::Integers(vec![1 << 70]), "64 bits"),
        ("odd", Attribute::Other("<compound>".into()), "<compound>"),
    ] {
        let options = Hdf5Options::default().attribute(name, value);
        let error = Hdf5Sink::create(&path, "x", DType::F32, &[3], &options).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let twice = Hdf5Options::default().attribute("a", 1).attribute("a", 2);
    assert!(Hdf5Sink::create(&path, "x", DType::F32, &[3], &twice).is_err());
    assert!(!path.exists());
}
