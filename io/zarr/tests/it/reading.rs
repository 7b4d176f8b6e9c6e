//! What zarr-python writes is read, in both versions, sharded or not.

use swath_array_io::{ArraySource, Attribute, conformance, decode_source};
use swath_block::DType;
use swath_error::ErrorKind;
use swath_zarr::{ZarrSource, list};

use crate::support::{check, stores};
use crate::values::values;

#[test]
fn every_type_and_codec_of_both_versions() {
    let root = stores();
    for (version, count) in [("v2", 5 + 3 + 6), ("v3", 13 + 8)] {
        let listing = list(root.path().join(version)).unwrap();
        assert_eq!(listing.arrays.len(), count, "{listing}");
        for info in &listing.arrays {
            assert_eq!(
                (info.problem.as_deref(), info.shape.as_slice()),
                (None, &[7, 9][..]),
                "{}",
                info.name
            );
            let source = ZarrSource::open(root.path().join(version).join(&info.name)).unwrap();
            assert_eq!(
                (source.dtype(), source.storage_chunks()),
                (info.dtype.unwrap(), info.chunks.as_deref())
            );
            for region in [[0..7, 0..9], [2..3, 4..5], [1..7, 3..8], [3..6, 0..4]] {
                check(&source, &region);
            }
            assert_eq!(source.read(&[0..0, 2..9]).unwrap().shape(), [0, 7]);
            conformance::check_source(&source).unwrap();
        }
    }
    let listing = list(root.path().join("v3/zstd")).unwrap();
    assert_eq!(
        (listing.arrays[0].name.as_str(), &listing.arrays[0].filters[..]),
        ("", &["zstd".to_owned()][..])
    );
}

#[test]
fn only_the_chunks_touched_are_read() {
    let root = stores();
    let source = ZarrSource::open(root.path().join("v3/zstd")).unwrap();
    assert_eq!(source.storage_chunks(), Some(&[4, 5][..]));
    source.read(&[0..4, 5..9]).unwrap();
    assert_eq!(source.reads().chunks, 1);
    source.clone().read(&[3..5, 4..6]).unwrap();
    assert_eq!(source.reads().chunks, 1 + 4);
    // Of a shard, its index and the inner chunks.
    let sharded = ZarrSource::open(root.path().join("v3/sharded")).unwrap();
    assert_eq!(sharded.storage_chunks(), Some(&[2, 3][..]));
    check(&sharded, &[0..2, 0..3]);
    assert!(sharded.reads().chunks <= 2, "{:?}", sharded.reads());
}

#[test]
fn unusual_arrays() {
    let root = stores();
    let open = |name: &str| ZarrSource::open(root.path().join("odd").join(name));
    assert_eq!(values(&open("scalar").unwrap().read(&[]).unwrap()), [2.5.into()]);
    assert_eq!(open("empty").unwrap().read(&[0..0, 1..3]).unwrap().shape(), [0, 2]);
    let sparse = open("sparse").unwrap();
    let part = sparse.read(&[35..45, 40..60]).unwrap();
    let part = part.view::<i32>().unwrap();
    assert_eq!((part[[7, 3]], part[[0, 0]], part[[9, 19]]), (1, -5, -5));
    assert_eq!(sparse.reads().chunks, 1);
    let listing = list(root.path().join("odd")).unwrap();
    let sparse = listing.arrays.iter().find(|a| a.name == "sparse").unwrap();
    let get = |name: &str| sparse.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap();
    assert_eq!((get("units").as_str(), get("scale").as_f64()), (Some("kelvin"), Some(0.25)));
    assert_eq!(get("range"), Attribute::Integers(vec![-3, 400]));
}

#[test]
fn what_cannot_be_read_is_named() {
    let root = stores();
    for (name, word) in [("odd/half", "float16"), ("odd/text", "fixed_length_utf32"), ("odd/lzma", "lzma")] {
        let error = ZarrSource::open(root.path().join(name)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
        assert!(error.to_string().contains(word) && error.to_string().contains(name), "{error}");
    }
    let error = ZarrSource::open(root.path().join("v3")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("arrays in it: big_f8, blosc"), "{error}");
    let absent = ZarrSource::open(root.path().join("absent")).unwrap_err();
    assert_eq!(absent.kind(), ErrorKind::NotFound);
    let far = ZarrSource::open("s3://bucket/x.zarr").unwrap_err();
    assert!(far.kind() == ErrorKind::Unsupported && far.to_string().contains("s3://bucket"), "{far}");
    let empty = tempfile::tempdir().unwrap();
    let error = ZarrSource::open(empty.path()).unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("no Zarr array"), "{error}");
}

#[test]
fn sources_open_again_elsewhere() {
    let root = stores();
    let path = root.path().join("v3/i4");
    let source = ZarrSource::open(&path).unwrap();
    assert_eq!(source.dtype(), DType::I32);
    let there = decode_source(&source.travel().unwrap()).unwrap();
    assert_eq!(there.key(), source.key());
    check(&*there, &[1..2, 3..4]);
    // A chunk that comes or goes makes other contents.
    std::fs::remove_file(path.join("c/1/0")).unwrap();
    assert_ne!(ZarrSource::open(&path).unwrap().key(), source.key());
    let sent = source.travel().unwrap();
    std::fs::remove_dir_all(&path).unwrap();
    assert!(decode_source(&sent).unwrap_err().to_string().contains("same path"));
}
