//! Rows to columns: an array larger than a cluster's memory is made row by row and needed column by column.
//!
//! `cargo run --release --example random_walks -- [MIB [LIMIT_MIB]]`: so many MiB of random walks (default 1024) on two
//! worker processes that may hold `LIMIT_MIB` each (default an eighth). What does not fit waits in files.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use swath::prelude::*;
use swath::{Client, LocalCluster, Result};

/// Blocks along either axis.
const BLOCKS: usize = 128;

/// Random walks of `steps` steps, as many as steps: a row each, made in blocks of whole rows.
pub fn walks(steps: usize) -> da::Array<f64> {
    let rows = steps.div_ceil(BLOCKS);
    da::random::default_rng(8).normal(0.0, 1.0, [steps, steps]).chunks([rows, steps]).cumsum(1)
}

/// The median of all walks at every step, which needs whole columns.
///
/// # Errors
/// What building the walks met.
pub fn medians(walks: &da::Array<f64>) -> Result<da::Array<f64>> {
    let columns = walks.shape()?.get(1).copied().unwrap_or(1).div_ceil(BLOCKS);
    Ok(walks.rechunk((-1, columns as isize)).median(0))
}

/// The most bytes that the workers had in files together and that one of them had in memory, as long as `body` ran, and
/// what it gave.
pub fn watched<R>(client: &Client, body: impl FnOnce() -> R) -> ((u64, u64), R) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut files, mut memory) = (0, 0);
            while !over.load(Ordering::Relaxed) {
                let workers = client.workers().unwrap_or_default();
                files = files.max(workers.iter().map(|w| w.metrics.spilled).sum());
                memory = workers.iter().map(|w| w.metrics.resident).fold(memory, u64::max);
                std::thread::sleep(Duration::from_millis(100));
            }
            (files, memory)
        });
        let result = body();
        over.store(true, Ordering::Relaxed);
        (watch.join().unwrap_or_default(), result)
    })
}

/// The most memory that a process had, in MiB; none where the system does not say.
pub fn peak_mib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[allow(dead_code)] // a test borrows the functions above
fn main() -> Result<()> {
    // The workers are this program once more.
    swath::init();
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<u64>().ok());
    let mib = numbers.next().unwrap_or(1024);
    let limit = numbers.next().unwrap_or(mib / 8);
    let cluster = LocalCluster::builder()
        .workers(2)
        .threads_per_worker(1)
        .memory_limit(limit << 20)
        .processes()
        .start()?;
    let client = cluster.client()?;

    let steps = ((mib << 17) as f64).sqrt() as usize;
    // Blocks on the way are not to be larger than those at its ends.
    let block = format!("{} KiB", (mib << 10).div_ceil(BLOCKS as u64));
    let medians = medians(&walks(steps))?;
    let start = Instant::now();
    let ((files, memory), found) =
        watched(&client, || client.scope(|| da::with_chunk_size(&block, || medians.compute())));
    let found = found??;
    let last = found.last().copied().unwrap_or_default();
    println!("{steps} walks of {steps} steps in {:.1} s", start.elapsed().as_secs_f64());
    println!(
        "the median after the last step is {last:.2}; a walk is {:.0} away by then",
        (steps as f64).sqrt()
    );
    println!("at most {} MiB were in files, and {} MiB in the memory of a worker", files >> 20, memory >> 20);
    for (name, pid) in cluster.workers() {
        if let Some(peak) = pid.and_then(peak_mib) {
            println!("{name}: at most {peak} MiB of memory, with a limit of {limit} MiB");
        }
    }
    Ok(())
}
