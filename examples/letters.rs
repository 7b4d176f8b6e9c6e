//! Sorts and counts the letters of text files: one file after another, then all cores at once.
//!
//! `cargo run --release --example letters`
//!
//! Every file is one call of `count_letters`. Written as a loop, the files are done one after another; written with
//! `delayed`, the calls become tasks and run on every core. The function is the same.

use std::path::PathBuf;
use std::time::Instant;

use swath::prelude::*;
use swath::{Error, datasets};

/// How many letters a file has, and the CRC-32 of its sorted text.
///
/// Letters have few values, so counting them and writing each as often as it was seen sorts them in one pass.
///
/// # Errors
/// When the file cannot be read, or holds something else than ASCII.
#[swath::task]
pub fn count_letters(path: PathBuf) -> swath::Result<(u64, u64)> {
    let text = std::fs::read(&path).map_err(|e| Error::io(path.display(), e))?;
    if !text.is_ascii() {
        return Err(Error::data(format!("{} holds other characters than ASCII letters", path.display())));
    }
    let mut counts = [0usize; 128];
    for letter in &text {
        counts[usize::from(letter & 127)] += 1;
    }
    let mut sorted = text;
    let mut rest = &mut sorted[..];
    for (letter, count) in (0u8..).zip(counts) {
        let (run, after) = rest.split_at_mut(count);
        run.fill(letter);
        rest = after;
    }
    Ok((sorted.len() as u64, u64::from(crc32fast::hash(&sorted))))
}

/// The sums over all files.
pub fn total(results: &[(u64, u64)]) -> (u64, u64) {
    results.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

#[allow(dead_code)] // other programs borrow the functions above
fn main() -> swath::Result<()> {
    // With `--scheduler HOST:PORT` all of this runs on a cluster.
    swath::init();
    let _cluster = swath::connect_from_args()?;

    let folder = std::env::temp_dir().join("swath-examples/letters");
    let files = datasets::letters(folder).files(40).bytes(2_000_000).write()?;

    let start = Instant::now();
    let one_by_one = files.iter().cloned().map(count_letters).collect::<swath::Result<Vec<_>>>()?;
    println!("one after another  {:>8.3} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let calls: Vec<_> = files.into_iter().map(|file| delayed(count_letters).try_call((file,))).collect();
    let in_parallel = compute_all(calls)?;
    println!("in parallel        {:>8.3} s", start.elapsed().as_secs_f64());

    assert_eq!(one_by_one, in_parallel);
    let (letters, checksum) = total(&in_parallel);
    println!("{letters} letters, the CRC-32 of the sorted texts add up to {checksum}");
    Ok(())
}
