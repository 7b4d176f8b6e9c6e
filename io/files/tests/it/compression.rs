//! Compressed files are decoded whole, several members included; damaged ones are named.

use std::io::Write;

use swath_error::ErrorKind;
use swath_files::{Compression, FileReader, blocks};

fn packed(compression: Compression, text: &str) -> Vec<u8> {
    match compression {
        Compression::None => text.as_bytes().to_vec(),
        Compression::Gzip => {
            let mut e = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            e.write_all(text.as_bytes()).unwrap();
            e.finish().unwrap()
        }
        Compression::Zstd => zstd::encode_all(text.as_bytes(), 1).unwrap(),
        Compression::Bzip2 => {
            let mut e = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            e.write_all(text.as_bytes()).unwrap();
            e.finish().unwrap()
        }
        Compression::Xz => {
            let mut e = liblzma::write::XzEncoder::new(Vec::new(), 1);
            e.write_all(text.as_bytes()).unwrap();
            e.finish().unwrap()
        }
    }
}

#[test]
fn two_members_read_as_one_text() {
    let dir = tempfile::tempdir().unwrap();
    for (suffix, compression) in [
        ("gz", Compression::Gzip),
        ("zst", Compression::Zstd),
        ("bz2", Compression::Bzip2),
        ("xz", Compression::Xz),
        ("txt", Compression::None),
    ] {
        let path = dir.path().join(format!("x.{suffix}"));
        let bytes = [packed(compression, "one\ntwo\n"), packed(compression, "three\n")].concat();
        std::fs::write(&path, &bytes).unwrap();
        let file = super::file(&path);
        assert_eq!(file.compression(), compression);
        let cut = blocks(&file, Some(1 << 20), None);
        assert_eq!(cut.len(), 1);
        let mut reader = cut[0].open().unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut reader, &mut text).unwrap();
        assert_eq!(text, "one\ntwo\nthree\n");
        assert_eq!(reader.take_bytes_read(), bytes.len() as u64);
    }
}

#[test]
fn damage_names_the_file_and_the_format() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.json.gz");
    let good = packed(Compression::Gzip, &"some text\n".repeat(100));
    for bytes in [b"this is not gzip".to_vec(), good[..good.len() / 2].to_vec()] {
        std::fs::write(&path, bytes).unwrap();
        let error = FileReader::open(&super::file(&path), None).unwrap().read_all().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{error}");
        assert!(error.to_string().contains("bad.json.gz") && error.to_string().contains("gzip"), "{error}");
    }
}

#[test]
fn the_users_word_beats_the_suffix() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data.bin");
    std::fs::write(&path, packed(Compression::Gzip, "x\n")).unwrap();
    let mut reader = FileReader::open(&super::file(&path), Some(Compression::Gzip)).unwrap();
    assert_eq!(reader.read_all().unwrap(), b"x\n");
    assert_eq!(Compression::parse("lz4").unwrap_err().kind(), ErrorKind::InvalidArgument);
}
