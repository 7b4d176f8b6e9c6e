//! Damaged files give errors, or arrays no larger than what the file says: never a panic, an abort or a huge allocation.
//!
//! `SWATH_DAMAGED` damages each file that many times.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_array_io::{ArraySource, Region};
use swath_block::Chunk;
use swath_hdf5::{Hdf5File, Hdf5Source};

use crate::support::oracle;

/// Elements of a dataset that are read at most: a caller reads what it can hold.
const READ: usize = 1 << 16;

/// Bytes of one allocation at most: a thousand times what the largest of the files holds.
const LARGEST: usize = 128 << 20;

/// The system's allocator, remembering the largest request.
struct Watched;

static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        PEAK.fetch_max(size, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// A small generator of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

/// Damages a file in one of several ways.
fn damage(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let length = bytes.len();
    for _ in 0..=numbers.below(4) {
        // Headers and indices matter more than elements: half of the damage is where bytes are not zero.
        let mut at = numbers.below(length);
        while numbers.below(2) == 0 && bytes[at] == 0 {
            at = numbers.below(length);
        }
        match numbers.below(6) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = numbers.below(256) as u8,
            2 => bytes[at] = 0xff,
            3 => {
                let end = (at + 8).min(length);
                bytes[at..end].fill(if numbers.below(2) == 0 { 0xff } else { 0 });
            }
            4 => {
                let from = numbers.below(length - 64);
                let to = numbers.below(length - 64);
                bytes.copy_within(from..from + 1 + numbers.below(63), to);
            }
            _ => {
                let word = (numbers.below(1 << 20) as u64) << numbers.below(40);
                let end = (at + 8).min(length);
                bytes[at..end].copy_from_slice(&word.to_le_bytes()[..end - at]);
            }
        }
    }
    if numbers.below(8) == 0 {
        bytes.truncate(numbers.below(length));
    }
}

/// Does what a user would: lists the file and reads each dataset. How many reads gave an array.
fn use_file(path: &Path, numbers: &mut Numbers) -> usize {
    let Ok(file) = Hdf5File::open(path) else { return 0 };
    let Ok(listing) = file.list() else { return 0 };
    let _ = listing.to_string();
    let mut read = 0;
    for info in listing.arrays {
        let Ok(source) = file.source(&info.name) else { continue };
        let mut left = READ;
        let mut region: Vec<_> = source
            .shape()
            .to_vec()
            .into_iter()
            .rev()
            .map(|n| {
                let length = n.min(left.max(1));
                left /= length.max(1);
                let start = numbers.below(n - length + 1);
                start..start + length
            })
            .collect();
        region.reverse();
        let whole = source.read(&region);
        in_two_bands(&source, &region, whole.as_ref().ok());
        read += usize::from(whole.is_ok());
    }
    read
}

/// Bands give what the whole region gives, or errors.
fn in_two_bands(source: &Hdf5Source, region: &Region, whole: Option<&Chunk>) {
    let rows = region.iter().map(ExactSizeIterator::len).find(|n| *n > 1).unwrap_or(1);
    let Ok(Some(mut bands)) = source.bands(region) else { return };
    if region.is_empty() {
        // One element is one row, also the second time.
        return;
    }
    let parts = [rows - rows / 2, rows / 2].map(|n| bands.next_rows(n));
    if let ([Ok(first), Ok(second)], Some(whole)) = (&parts, whole) {
        let both = [first.as_bytes().unwrap(), second.as_bytes().unwrap()].concat();
        assert_eq!(whole.as_bytes(), Some(both.as_slice()));
    }
}

#[test]
fn thousands_of_damaged_files() {
    let times = std::env::var("SWATH_DAMAGED").ok().and_then(|n| n.parse().ok()).unwrap_or(500);
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for name in ["earliest.h5", "v108.h5", "latest.h5", "odd.h5", "growing.h5"] {
            let path = folder.path().join(name);
            scope.spawn(move || {
                let whole = std::fs::read(oracle(name)).unwrap();
                let (mut numbers, mut read) = (Numbers(name.len() as u64), 0);
                for _ in 0..times {
                    let mut bytes = whole.clone();
                    damage(&mut bytes, &mut numbers);
                    std::fs::write(&path, bytes).unwrap();
                    read += use_file(&path, &mut numbers);
                }
                assert!(
                    read > 0,
                    "nothing of {name} was ever read: the damage is too large to find anything"
                );
            });
        }
    });
    let peak = PEAK.load(Ordering::Relaxed);
    assert!(peak <= LARGEST, "an allocation of {peak} bytes");
}
