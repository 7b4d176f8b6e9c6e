//! What is written is read again, by this crate and by others.

use std::process::Command;

use swath_array_io::{ArraySink, ArraySource, Attribute, conformance, decode_sink};
use swath_block::{Chunk, DType};
use swath_error::ErrorKind;
use swath_zarr::{ZarrOptions, ZarrSink, ZarrSource};

use crate::support::{check, part};

fn options() -> Vec<(&'static str, ZarrOptions)> {
    let chunks = ZarrOptions::default().chunks([3, 4]);
    vec![
        ("zstd", chunks.clone()),
        ("plain", chunks.clone().uncompressed()),
        ("gzip", chunks.clone().gzip(4)),
        ("sharded", ZarrOptions::default().chunks([1, 2]).shards([3, 4])),
        ("v2", chunks.clone().version_2()),
        ("v2_gzip", chunks.version_2().gzip(1)),
    ]
}

fn fill(sink: &ZarrSink) {
    for region in [[0..3, 0..9], [3..7, 0..4], [3..7, 4..9]] {
        sink.write(&[region[0].start, region[1].start], &part(sink.dtype(), &region)).unwrap();
    }
    sink.finish().unwrap();
}

#[test]
fn every_type_and_storage() {
    let folder = tempfile::tempdir().unwrap();
    for dtype in DType::ALL {
        for (name, options) in options() {
            let path = folder.path().join(name).join(dtype.name());
            let sink = ZarrSink::create(&path, *dtype, &[7, 9], &options).unwrap();
            assert!(!path.exists());
            fill(&sink);
            assert_eq!(sink.finish().unwrap_err().kind(), ErrorKind::Internal);
            let source = ZarrSource::open(&path).unwrap();
            assert_eq!(source.dtype(), *dtype);
            for region in [[0..7, 0..9], [2..5, 3..8]] {
                check(&source, &region);
            }
        }
    }
    let Some(python) = std::env::var_os("SWATH_PYTHON") else { return };
    let script = "
import os, sys, zarr
sys.path.insert(0, sys.argv[2])
from make import values
n = 0
for store in os.listdir(sys.argv[1]):
    for name in os.listdir(f'{sys.argv[1]}/{store}'):
        x = zarr.open_array(f'{sys.argv[1]}/{store}/{name}', mode='r')
        assert x.dtype.name == name and (x[:] == values(x.dtype)).all(), (store, name)
        n += 1
assert n == 6 * 13, n
";
    let made = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle");
    let status = Command::new(python).args(["-c", script]).arg(folder.path()).arg(made).status().unwrap();
    assert!(status.success());
}

#[test]
fn sinks_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in options() {
        let path = folder.path().join(name);
        let sink = ZarrSink::create(&path, DType::F32, &[7, 9], &options).unwrap();
        let array = part(DType::F32, &[0..7, 0..9]);
        let open = || Ok(Box::new(ZarrSource::open(&path)?) as Box<dyn ArraySource>);
        conformance::check_sink(&sink, &array, &[vec![0, 3, 6], vec![0, 4]], open).unwrap();
    }
}

#[test]
fn what_is_there_is_kept_unless_asked_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zarr");
    let chunks = ZarrOptions::default().chunks([3, 4]);
    fill(&ZarrSink::create(&path, DType::I32, &[7, 9], &chunks).unwrap());
    let error = ZarrSink::create(&path, DType::I8, &[7, 9], &chunks).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    drop(ZarrSink::create(&path, DType::I8, &[7, 9], &chunks.clone().overwrite()).unwrap());
    assert_eq!(ZarrSource::open(&path).unwrap().dtype(), DType::I32);
    let larger = ZarrOptions::default().chunks([7, 9]).version_2().overwrite();
    let sink = ZarrSink::create(&path, DType::F64, &[7, 9], &larger).unwrap();
    sink.write(&[0, 0], &part(DType::F64, &[0..7, 0..9])).unwrap();
    sink.finish().unwrap();
    let source = ZarrSource::open(&path).unwrap();
    assert_eq!(source.storage_chunks(), Some(&[7, 9][..]));
    check(&source, &[0..7, 0..9]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn regions_and_chunks_that_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zarr");
    let create =
        |options: ZarrOptions| ZarrSink::create(&path, DType::F64, &[7, 9], &options).map_err(|e| e.kind());
    let sink = create(ZarrOptions::default().chunks([3, 4])).unwrap();
    let write = |at: &[usize], chunk: Chunk| sink.write(at, &chunk).map_err(|e| e.kind());
    assert_eq!(write(&[6, 0], part(DType::F64, &[0..2, 0..2])), Err(ErrorKind::ShapeMismatch));
    assert_eq!(write(&[0, 0], part(DType::F64, &[0..2, 0..2])), Err(ErrorKind::ShapeMismatch));
    assert_eq!(write(&[0, 0], part(DType::F32, &[0..3, 0..4])), Err(ErrorKind::TypeMismatch));
    assert_eq!(write(&[6, 8], part(DType::F64, &[6..7, 8..9])), Ok(()));
    let bad = ZarrOptions::default();
    assert_eq!(create(bad.clone().chunks([3])).unwrap_err(), ErrorKind::ShapeMismatch);
    assert_eq!(create(bad.clone().chunks([0, 1])).unwrap_err(), ErrorKind::ShapeMismatch);
    assert_eq!(create(bad.clone().chunks([2, 2]).shards([3, 4])).unwrap_err(), ErrorKind::ShapeMismatch);
    assert_eq!(create(bad.chunks([2, 2]).shards([4, 4]).version_2()).unwrap_err(), ErrorKind::Unsupported);
    drop(sink);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn scalars_and_empty_arrays() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in [("v3", ZarrOptions::default()), ("v2", ZarrOptions::default().version_2())] {
        let path = folder.path().join(name);
        let sink = ZarrSink::create(&path, DType::F64, &[], &options).unwrap();
        sink.write(&[], &Chunk::from_vec(vec![2.5], &[]).unwrap()).unwrap();
        sink.finish().unwrap();
        let all = ZarrSource::open(&path).unwrap().read(&[]).unwrap();
        assert_eq!(all.as_slice::<f64>().unwrap(), Some(&[2.5][..]));
        let sink = ZarrSink::create(&path, DType::F64, &[0, 3], &options.overwrite()).unwrap();
        sink.finish().unwrap();
        assert_eq!(ZarrSource::open(&path).unwrap().read(&[0..0, 0..3]).unwrap().shape(), [0, 3]);
    }
}

#[test]
fn several_processes_write_one_array() {
    let folder = tempfile::tempdir().unwrap();
    for (name, options) in options() {
        let path = folder.path().join(name);
        let sink = ZarrSink::create(&path, DType::I64, &[7, 9], &options).unwrap();
        let sent = sink.travel().unwrap();
        let there = decode_sink(&sent).unwrap();
        std::thread::scope(|scope| {
            for (i, rows) in [0..3, 3..6, 6..7].into_iter().enumerate() {
                let writer: &dyn ArraySink = if i == 2 { &sink } else { &*there };
                scope.spawn(move || {
                    for columns in [0..4, 4..8, 8..9] {
                        let at = [rows.start, columns.start];
                        writer.write(&at, &part(DType::I64, &[rows.clone(), columns])).unwrap();
                    }
                });
            }
        });
        assert!(there.finish().is_err());
        sink.finish().unwrap();
        check(&ZarrSource::open(&path).unwrap(), &[0..7, 0..9]);
        assert!(decode_sink(&sent).unwrap_err().to_string().contains("same path"), "{name}");
    }
}

#[test]
fn attributes_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let given: Vec<(&str, Attribute)> = vec![
        ("units", "K · m⁻²".into()),
        ("count", 7.into()),
        ("largest", u64::MAX.into()),
        ("scale", 0.25.into()),
        ("range", vec![-40.5, 60.5].into()),
        ("names", vec!["x", "y"].into()),
    ];
    for (name, options) in options() {
        let path = folder.path().join(name);
        let options = given.iter().fold(options, |o, (name, value)| o.attribute(name, value.clone()));
        fill(&ZarrSink::create(&path, DType::F32, &[7, 9], &options).unwrap());
        let listing = swath_zarr::list(&path).unwrap();
        let [array] = listing.arrays.as_slice() else { panic!("{listing}") };
        for (name, value) in &given {
            let found = array.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value);
            assert_eq!(found, Some(value), "{name}");
        }
        check(&ZarrSource::open(&path).unwrap(), &[0..7, 0..9]);
    }
}
