//! Every source and sink of this crate keeps the rules, and the checks notice those that do not.

use swath_array_io::{
    ArraySink, ArraySource, MemorySource, NpySink, NpySource, NpyStackSink, NpyStackSource, RawOptions,
    RawSink, RawSource, Region, conformance, write_npy,
};
use swath_block::{Chunk, DType};
use swath_error::{ErrorKind, Result};
use swath_graph::Key;

fn array() -> Chunk {
    Chunk::from_vec((0..4 * 5 * 6).collect::<Vec<i32>>(), &[4, 5, 6]).unwrap()
}

const SHAPE: [usize; 3] = [4, 5, 6];

fn cuts() -> Vec<Vec<usize>> {
    vec![vec![0, 1], vec![0, 2, 3], vec![0, 4]]
}

#[test]
fn sources_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    conformance::check_source(&MemorySource::new(array())).unwrap();
    write_npy(at("x.npy"), &array()).unwrap();
    conformance::check_source(&NpySource::open(at("x.npy")).unwrap()).unwrap();
    for options in [
        RawOptions::default(),
        RawOptions::default().offset(3),
        RawOptions::default().big_endian(),
        RawOptions::default().column_major(),
    ] {
        std::fs::write(at("x.bin"), (0..500u16).map(|i| i as u8).collect::<Vec<_>>()).unwrap();
        conformance::check_source(&RawSource::open(at("x.bin"), DType::I32, &SHAPE, &options).unwrap())
            .unwrap();
    }
    for (axis, n) in SHAPE.into_iter().enumerate() {
        let stack = at(&format!("stack{axis}"));
        let lengths = [1, n - 1];
        let sink = NpyStackSink::create(&stack, DType::I32, &SHAPE, axis, &lengths).unwrap();
        sink.write(&[0, 0, 0], &array()).unwrap();
        sink.finish().unwrap();
        let source = NpyStackSource::open(&stack).unwrap();
        assert_eq!((source.axis(), source.lengths()), (axis, &lengths[..]));
        conformance::check_source(&source).unwrap();
    }
}

#[test]
fn sinks_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let npy = NpySink::create(at("x.npy"), DType::I32, &SHAPE).unwrap();
    conformance::check_sink(&npy, &array(), &cuts(), || Ok(Box::new(NpySource::open(at("x.npy"))?))).unwrap();
    let raw = RawSink::create(at("x.bin"), DType::I32, &SHAPE).unwrap();
    let open = || Ok(Box::new(RawSource::open(at("x.bin"), DType::I32, &SHAPE, &<_>::default())?) as Box<_>);
    conformance::check_sink(&raw, &array(), &cuts(), open).unwrap();
    for (axis, n) in SHAPE.into_iter().enumerate() {
        let path = at(&format!("stack{axis}"));
        let lengths = [2, n - 2];
        let stack = NpyStackSink::create(&path, DType::I32, &SHAPE, axis, &lengths).unwrap();
        conformance::check_sink(&stack, &array(), &cuts(), || Ok(Box::new(NpyStackSource::open(&path)?)))
            .unwrap();
    }
}

#[test]
fn stacks_that_do_not_fit_together() {
    let folder = tempfile::tempdir().unwrap();
    let error = NpyStackSource::open(folder.path()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    write_npy(folder.path().join("0.npy"), &array()).unwrap();
    write_npy(folder.path().join("1.npy"), &Chunk::from_vec(vec![1i32; 20], &[4, 5]).unwrap()).unwrap();
    let error = NpyStackSource::open(folder.path()).unwrap_err();
    assert!(error.kind() == ErrorKind::SchemaMismatch && error.to_string().contains("1.npy"), "{error}");
    let sink = NpyStackSink::create(folder.path(), DType::I32, &SHAPE, 0, &[4]);
    assert_eq!(sink.unwrap_err().kind(), ErrorKind::InvalidArgument);
    let sink = NpyStackSink::create(folder.path().join("y"), DType::I32, &SHAPE, 0, &[3]);
    assert_eq!(sink.unwrap_err().kind(), ErrorKind::ShapeMismatch);
}

/// A source that breaks one of the rules.
#[derive(Debug)]
struct Broken(MemorySource, &'static str);

impl ArraySource for Broken {
    fn dtype(&self) -> DType {
        if self.1 == "type" { DType::F64 } else { self.0.dtype() }
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn storage_chunks(&self) -> Option<&[usize]> {
        (self.1 == "pieces").then_some(&[1, 0, 1])
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        let inside = region.len() == 3 && region.iter().zip(self.shape()).all(|(r, n)| r.end <= *n);
        match self.1 {
            "mismatch" if !inside => Err(swath_error::Error::argument("no")),
            "contents" if region[2].start > 0 => Chunk::from_vec(
                vec![7i32; region.iter().map(ExactSizeIterator::len).product()],
                &swath_array_io::region_shape(region),
            ),
            "shape" => self.0.read(&[0..1, 0..1, 0..1]),
            _ => self.0.read(region),
        }
    }

    fn key(&self) -> Key {
        if self.1 == "key" { Key::unique("other") } else { self.0.key() }
    }

    fn describe(&self) -> String {
        if self.1 == "words" { String::new() } else { "broken".to_owned() }
    }
}

#[test]
fn broken_sources_are_noticed() {
    for (what, word) in [
        ("type", "type"),
        ("pieces", "storage_chunks"),
        ("mismatch", "refused"),
        ("contents", "what the whole holds"),
        ("shape", "region's shape"),
        ("key", "key()"),
        ("words", "describe()"),
    ] {
        let error = conformance::check_source(&Broken(MemorySource::new(array()), what)).unwrap_err();
        assert!(error.to_string().contains(word), "{what}: {error}");
    }
    conformance::check_source(&Broken(MemorySource::new(array()), "nothing")).unwrap();
}
