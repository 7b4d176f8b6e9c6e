//! Damaged stores give errors, or arrays no larger than what their metadata says: never a panic or an abort.
//!
//! `SWATH_DAMAGED` damages each array that many times.

use std::collections::BTreeMap;

use swath_array_io::ArraySource;
use swath_zarr::{ZarrSource, list};

use crate::support::{files, put};

/// Elements that are read at most: a caller reads what it can hold.
const READ: usize = 1 << 16;

/// A small generator of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(3) {
        let length = bytes.len();
        if length == 0 {
            return;
        }
        let at = numbers.below(length);
        match numbers.below(6) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = numbers.below(256) as u8,
            // Another digit, or more of them.
            2 if bytes[at].is_ascii_digit() => bytes[at] = b'0' + numbers.below(10) as u8,
            3 if bytes[at].is_ascii_digit() => {
                bytes.splice(at..at, std::iter::repeat_n(b'9', 1 + numbers.below(12)));
            }
            4 => drop(bytes.splice(at..(at + numbers.below(20)).min(length), [])),
            _ => bytes[at] = 0xff,
        }
    }
    if numbers.below(8) == 0 {
        bytes.truncate(numbers.below(bytes.len()));
    }
}

#[test]
fn thousands_of_damaged_stores() {
    let times = std::env::var("SWATH_DAMAGED").ok().and_then(|n| n.parse().ok()).unwrap_or(60);
    let mut arrays: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (path, bytes) in files() {
        let name = path.splitn(3, '/').take(2).collect::<Vec<_>>().join("/");
        arrays.entry(name).or_default().push((path, bytes));
    }
    arrays.retain(|_, files| files.len() > 1);
    let root = tempfile::tempdir().unwrap();
    let (mut numbers, mut read, mut tried) = (Numbers(1), 0, 0);
    for (name, files) in &arrays {
        for (path, bytes) in files {
            put(root.path(), path, bytes);
        }
        for _ in 0..times {
            let (path, bytes) = &files[numbers.below(files.len())];
            let mut damaged = bytes.clone();
            damage(&mut damaged, &mut numbers);
            put(root.path(), path, &damaged);
            tried += 1;
            read += usize::from(use_store(&root.path().join(name), &mut numbers));
            put(root.path(), path, bytes);
        }
    }
    assert!(tried > 1000, "{tried}");
    assert!(read > 0, "nothing was ever read: the damage is too large to find anything");
}

/// Does what a user would: lists the store and reads from it. Whether that gave an array.
fn use_store(path: &std::path::Path, numbers: &mut Numbers) -> bool {
    if let Ok(listing) = list(path) {
        let _ = listing.to_string();
    }
    let Ok(source) = ZarrSource::open(path) else { return false };
    let mut left = READ;
    let mut region = Vec::new();
    for n in source.shape().iter().rev() {
        let length = (*n).min(left.max(1));
        left /= length.max(1);
        let start = numbers.below(n - length + 1);
        region.insert(0, start..start + length);
    }
    source.read(&region).is_ok()
}
