//! Blocks under a byte budget.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod disk;
mod killed;
mod pressure;
mod random;
mod room;

use swath_block::{Block, Chunk, MemoryLedger};
use swath_graph::TaskId;
use swath_scheduler::{JobId, TaskRef};
use swath_store::{Store, StoreOptions};

const KIB: u64 = 1024;

fn task(n: u32) -> TaskRef {
    TaskRef { job: JobId(1), task: TaskId(n) }
}

/// A block of about `kib` KiB that knows its number.
fn block(n: u32, kib: u64) -> Block {
    let values = vec![u64::from(n); (kib * KIB / 8) as usize];
    let shape = [values.len()];
    Chunk::from_vec(values, &shape).unwrap().into()
}

/// Whether it is the block of that number and size, to the last byte.
fn is_block(block: &Block, n: u32, kib: u64) -> bool {
    let Block::Array(chunk) = block else { return false };
    let values = chunk.as_slice::<u64>().unwrap().unwrap();
    values.len() as u64 == kib * KIB / 8 && values.iter().all(|v| *v == u64::from(n))
}

/// A store of so many KiB in a folder of its own.
fn store(kib: u64) -> (Store, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(MemoryLedger::new(kib * KIB), StoreOptions::default().folder(folder.path()));
    (store, folder)
}

/// Files and folders below a folder.
fn files(folder: &tempfile::TempDir) -> usize {
    fn count(path: &std::path::Path) -> usize {
        // What is being removed just now may be gone.
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        entries.map(|e| 1 + if e.path().is_dir() { count(&e.path()) } else { 0 }).sum()
    }
    count(folder.path())
}

/// Waits until something is so; what a store does about memory it does on a thread of its own.
fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !is_so() {
        assert!(start.elapsed() < std::time::Duration::from_secs(30), "never: {what}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}
