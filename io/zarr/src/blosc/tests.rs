//! Frames that c-blosc wrote, whole and damaged.

use serde_json::Value;

use super::frame::decode;

/// What `tests/oracle/make_blosc.py` compressed.
fn contents(size: usize, typesize: usize) -> Vec<u8> {
    let kind = if [1, 2, 4].contains(&typesize) { typesize } else { 8 };
    let numbers = (0..=(size / kind) as u64).map(|i| i / 5);
    numbers.flat_map(|n| n.to_le_bytes().into_iter().take(kind)).take(size).collect()
}

fn cases() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let cases: Value = serde_json::from_str(include_str!("../../tests/oracle/blosc.json")).unwrap();
    let case = |case: &Value| {
        let number = |name: &str| case[name].as_u64().unwrap() as usize;
        let hex = case["frame"].as_str().unwrap().as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let frame = hex.chunks(2).map(byte).collect();
        (case["name"].to_string(), frame, contents(number("size"), number("typesize")))
    };
    cases.as_array().unwrap().iter().map(case).collect()
}

#[test]
fn every_compressor_and_order() {
    let cases = cases();
    assert_eq!(cases.len(), 5 * 3 * 5 + 1);
    for (name, frame, contents) in cases {
        assert!(decode(&frame, contents.len()).unwrap() == contents, "{name}");
        let larger = decode(&frame, contents.len() - 1).unwrap_err();
        assert!(larger.contains("at most"), "{name}: {larger}");
    }
}

#[test]
fn snappy_is_read_too() {
    let contents = contents(4000, 4);
    let stream = snap::raw::Encoder::new().compress_vec(&contents).unwrap();
    let mut frame = vec![2, 1, 2 << 5 | 16, 4];
    for n in [contents.len(), contents.len(), 24 + stream.len(), 20, stream.len()] {
        frame.extend((n as u32).to_le_bytes());
    }
    frame.extend(stream);
    assert!(decode(&frame, 4000).unwrap() == contents);
}

#[test]
fn damaged_frames_are_errors_or_other_contents() {
    for (name, frame, contents) in cases() {
        for at in (0..frame.len()).filter(|at| *at < 40 || at % 7 == 0) {
            decode(&frame[..at], contents.len()).expect_err(&name);
            for flip in [1, 0xff] {
                let mut damaged = frame.clone();
                damaged[at] ^= flip;
                let out = decode(&damaged, contents.len()).unwrap_or_default();
                assert!(out.len() <= contents.len(), "{name}");
            }
        }
    }
}
