//! What h5py writes is read, whatever the version, the layout, the filters and the byte order.

use swath_array_io::{ArraySource, Attribute, conformance, decode_source};
use swath_block::{DType, Scalar};
use swath_error::ErrorKind;
use swath_hdf5::{Hdf5File, Hdf5Source};

use crate::support::{check, oracle};
use crate::values::values;

const FILES: [&str; 4] = ["earliest.h5", "v108.h5", "latest.h5", "growing.h5"];

#[test]
fn every_type_layout_filter_and_version() {
    for name in FILES {
        let file = Hdf5File::open(oracle(name)).unwrap();
        let listing = file.list().unwrap();
        let mut seen = 0;
        for info in &listing.arrays {
            assert_eq!(info.problem, None, "{name} {}", info.name);
            assert_eq!(info.shape, [7, 9], "{}", info.name);
            let source = file.source(&info.name).unwrap();
            assert_eq!(info.dtype, Some(source.dtype()));
            for region in [[0..7, 0..9], [2..3, 4..5], [1..7, 3..8], [3..6, 0..4], [0..0, 2..9]] {
                check(&source, &region);
            }
            conformance::check_source(&source).unwrap();
            seen += 1;
        }
        let want = match name {
            "earliest.h5" => 13 + 7 + 7 + 8 + 10 + 2,
            "v108.h5" => 3 + 3 + 7 + 8 + 2,
            "growing.h5" => 6 * (2 + 2) + 3,
            _ => 13 + 13 + 7 + 8 + 10 + 2,
        };
        assert_eq!(seen, want, "{listing}");
        if name == "growing.h5" {
            continue;
        }
        let filtered = listing.arrays.iter().find(|a| a.name == "filters/all").unwrap();
        assert_eq!(filtered.filters, ["shuffle", "gzip", "fletcher32"]);
        assert_eq!(
            (filtered.chunks.as_deref(), filtered.stored.as_str()),
            (Some(&[4, 5][..]), "int32, big-endian")
        );
    }
}

#[test]
fn only_the_chunks_touched_are_read() {
    let source = Hdf5Source::open(oracle("latest.h5"), "/chunked/f8").unwrap();
    assert_eq!(source.storage_chunks(), Some(&[3, 4][..]));
    source.read(&[0..3, 4..8]).unwrap();
    assert_eq!(source.reads().chunks, 1);
    source.clone().read(&[2..4, 3..9]).unwrap();
    assert_eq!(source.reads().chunks, 1 + 6);
    // In bands every chunk counts once.
    assert!(source.bands(&[1..7, 2..6]).unwrap().is_none(), "what is compressed is read as a whole");
    let source = Hdf5Source::open(oracle("latest.h5"), "index/fixed").unwrap();
    let mut bands = source.bands(&[1..7, 2..6]).unwrap().unwrap();
    for rows in [1, 3, 2] {
        assert_eq!(bands.next_rows(rows).unwrap().shape(), [rows, 4]);
    }
    assert_eq!(source.reads().chunks, 4 * 2);
    // A region of a dataset in one piece reads little more than its own bytes.
    let source = Hdf5Source::open(oracle("latest.h5"), "plain/f8").unwrap();
    assert_eq!(source.storage_chunks(), None);
    source.read(&[3..5, 0..9]).unwrap();
    assert_eq!(source.reads().bytes, 2 * 9 * 8);
}

#[test]
fn unusual_datasets() {
    let file = Hdf5File::open(oracle("odd.h5")).unwrap();
    let one = |name: &str| values(&file.source(name).unwrap().read(&[]).unwrap());
    assert_eq!(one("scalar"), [2.5.into()]);
    let empty = file.source("empty").unwrap();
    assert_eq!(empty.read(&[0..0, 1..3]).unwrap().shape(), [0, 2]);
    check(&file.source("deep/er/est/x").unwrap(), &[1..4, 2..7]);
    check(&file.source("committed").unwrap(), &[0..7, 0..9]);
    assert_eq!(file.source("enum").unwrap().dtype(), DType::U8);
    for name in ["many", "many_unlimited"] {
        let many = file.source(name).unwrap();
        let part = many.read(std::slice::from_ref(&(1020..2051))).unwrap();
        let want: Vec<i16> = (1020..2051).map(|i| 3 * i - 7).collect();
        assert_eq!(part.as_slice::<i16>().unwrap(), Some(&want[..]), "{name}");
    }
}

#[test]
fn what_was_never_written_is_the_fill_value() {
    let file = Hdf5File::open(oracle("odd.h5")).unwrap();
    let sparse = file.source("sparse").unwrap();
    let part = sparse.read(&[35..45, 40..60]).unwrap();
    let part = part.view::<i32>().unwrap();
    assert_eq!((part[[7, 3]], part[[0, 0]], part[[9, 19]]), (1, -5, -5));
    assert_eq!(part.iter().filter(|v| **v == -5).count(), 199);
    let mut bands = sparse.bands(&[35..45, 40..60]).unwrap().unwrap();
    let (first, second) = (bands.next_rows(7).unwrap(), bands.next_rows(1).unwrap());
    assert!(first.as_slice::<i32>().unwrap().unwrap().iter().all(|v| *v == -5));
    assert_eq!(second.as_slice::<i32>().unwrap().unwrap()[2..5], [-5, 1, -5]);
    drop((first, second));
    assert!(bands.next_rows(2).unwrap().as_slice::<i32>().unwrap().unwrap().iter().all(|v| *v == -5));
    // Nothing is stored: a region takes the memory of one element.
    let large = file.source("unwritten").unwrap().read(&[0..1000, 0..1000, 0..1000]).unwrap();
    assert_eq!((large.bytes(), large.view::<f32>().unwrap()[[9, 9, 9]]), (4, 1.5));
    let larger = file.source("unwritten_chunks").unwrap().read(&[0..1 << 40, 0..1 << 20]).unwrap();
    assert_eq!((larger.bytes(), larger.view::<u8>().unwrap()[[1 << 39, 9]]), (1, 3));
    assert_eq!(sparse.reads().chunks, 2);
}

#[test]
fn what_cannot_be_read_is_named() {
    let file = Hdf5File::open(oracle("odd.h5")).unwrap();
    for (name, word) in [
        ("half", "float16"),
        ("text", "string"),
        ("fixed_text", "string of 2 bytes"),
        ("records", "records {x: float64, y: int32}"),
        ("null", "without elements"),
        ("scaled", "scaleoffset"),
        ("virtual/x", "virtual"),
    ] {
        let error = file.source(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
        assert!(error.to_string().contains(word), "{name}: {error}");
        assert!(error.to_string().contains("odd.h5"), "{error}");
    }
    let listing = file.list().unwrap();
    let half = listing.arrays.iter().find(|a| a.name == "half").unwrap();
    assert!(half.problem.as_deref().unwrap().contains("float16"));
    assert!(listing.arrays.iter().any(|a| a.name == "virtual/x" && a.problem.is_some()), "{listing}");
}

#[test]
fn what_cannot_be_read_hides_nothing_beside_it() {
    let file = Hdf5File::open(oracle("old_group.h5")).unwrap();
    let listing = file.list().unwrap();
    let names: Vec<_> = listing.arrays.iter().map(|a| (a.name.as_str(), a.problem.is_some())).collect();
    assert_eq!(names, [("x", false), ("y", true), ("z/x", false)]);
    check(&file.source("x").unwrap(), &[1..4, 2..7]);
    assert!(file.source("y").unwrap_err().to_string().contains("virtual"));
    check(&file.source("z/x").unwrap(), &[1..4, 2..7]);
}

#[test]
fn names_that_are_not_there() {
    let file = Hdf5File::open(oracle("latest.h5")).unwrap();
    let error = file.source("plain/f9").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("did you mean 'plain/f4' or 'plain/f8'"), "{error}");
    let error = file.source("zzzzzzzzzzzzzzzzzzzzzzz").unwrap_err();
    assert!(error.to_string().contains("present: big/c16, big/c8"), "{error}");
    let error = file.source("/filters/").unwrap_err();
    assert!(error.to_string().contains("is a group") && error.to_string().contains("filters/lzf"), "{error}");
    assert_eq!(file.source("links/dangling").unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(Hdf5File::open(oracle("absent.h5")).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(Hdf5File::open(oracle("")).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let error = Hdf5File::open(oracle("make.py")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(error.to_string().contains("not an HDF5 file"), "{error}");
}

#[test]
fn attributes_are_listed() {
    let listing = Hdf5File::open(oracle("odd.h5")).unwrap().list().unwrap();
    let x = listing.arrays.iter().find(|a| a.name == "deep/er/est/x").unwrap();
    let get = |name: &str| x.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap();
    let text = |values: &[&str]| Attribute::Text(values.iter().map(ToString::to_string).collect());
    assert_eq!(get("units"), text(&["kelvin"]));
    assert_eq!(get("fixed"), text(&["abc"]));
    assert_eq!(get("names"), text(&["x", "y"]));
    assert_eq!(get("scale").as_f64(), Some(0.25));
    assert_eq!(get("range"), Attribute::Integers(vec![-3, 400]));
    assert_eq!(get("flag"), Attribute::Integers(vec![1]));
    assert_eq!(get("big"), Attribute::Integers(vec![i128::from(u64::MAX)]));
    assert_eq!(get("single"), Attribute::Floats(vec![1.5]));
    assert!(matches!(get("record"), Attribute::Other(_)));
}

#[test]
fn sources_open_again_elsewhere() {
    let source = Hdf5Source::open(oracle("latest.h5"), "chunked/i4").unwrap();
    let there = decode_source(&source.travel().unwrap()).unwrap();
    assert_eq!((there.key(), there.shape()), (source.key(), source.shape()));
    let part = there.read(&[0..1, 0..1]).unwrap();
    assert_eq!(part.view::<i32>().unwrap().first().map(|v| Scalar::I32(*v)), Some(Scalar::I32(-7)));
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("x.h5");
    std::fs::copy(oracle("latest.h5"), &copy).unwrap();
    let sent = Hdf5Source::open(&copy, "chunked/i4").unwrap().travel().unwrap();
    std::fs::copy(oracle("earliest.h5"), &copy).unwrap();
    assert_eq!(decode_source(&sent).unwrap_err().kind(), ErrorKind::InvalidData);
    std::fs::remove_file(&copy).unwrap();
    let error = decode_source(&sent).unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("same path"), "{error}");
}
