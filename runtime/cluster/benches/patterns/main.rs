//! The smallest tasks that are worth their scheduling: Task Bench's patterns of dependences, and for each the METG(50 %),
//! the least work per task at which half of the workers' time goes into work (Slaughter et al., "Task Bench: A
//! Parameterized Benchmark for Evaluating Parallel Runtime Performance", SC 2020).
//!
//! `cargo bench -p swath-cluster --bench patterns` runs them on a scheduler and two workers of one thread each, which are
//! processes of their own. `cargo test` runs one step of each.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/processes.rs"]
mod processes;

use std::time::{Duration, Instant};

use swath_cluster::{Client, Future};
use swath_tasks::task;

/// Points of a row.
const WIDTH: usize = 16;

/// Threads of the workers, together.
const WORKERS: f64 = 2.0;

/// Work per run, as far as that makes a sensible number of rows.
const RUN: Duration = Duration::from_millis(400);

/// Computes for so many nanoseconds.
#[task]
fn work(nanos: u64, inputs: &[u64]) -> u64 {
    let end = Instant::now() + Duration::from_nanos(nanos);
    while Instant::now() < end {
        std::hint::spin_loop();
    }
    inputs.iter().fold(1, |sum, x| sum.wrapping_add(*x))
}

/// Which points of the row before a point reads.
type Pattern = fn(row: usize, point: usize) -> Vec<usize>;

fn trivial(_: usize, _: usize) -> Vec<usize> {
    Vec::new()
}

fn around(point: usize, radius: usize) -> Vec<usize> {
    (point.saturating_sub(radius)..(point + radius + 1).min(WIDTH)).collect()
}

fn stencil(_: usize, point: usize) -> Vec<usize> {
    around(point, 1)
}

fn nearest(_: usize, point: usize) -> Vec<usize> {
    around(point, 2)
}

fn fft(row: usize, point: usize) -> Vec<usize> {
    let bit = 1 << (row % WIDTH.trailing_zeros() as usize);
    vec![point, point ^ bit]
}

fn all_to_all(_: usize, _: usize) -> Vec<usize> {
    (0..WIDTH).collect()
}

/// Share of the workers' time that went into work.
fn efficiency(client: &Client, pattern: Pattern, nanos: u64, rows: usize) -> f64 {
    let start = Instant::now();
    let mut before: Vec<Future<u64>> = Vec::new();
    // A call whose future is dropped need not be made.
    let mut all = Vec::with_capacity(rows);
    for row in 0..rows {
        let call = |point| {
            let reads: Vec<Future<u64>> = match before[..] {
                [] => Vec::new(),
                _ => pattern(row, point).into_iter().map(|p| before[p].clone()).collect(),
            };
            client.task(work).pure(false).submit((nanos, reads)).unwrap()
        };
        let next = (0..WIDTH).map(call).collect();
        all.push(std::mem::replace(&mut before, next));
    }
    all.push(before);
    client.wait(all.iter().flatten());
    (WIDTH * rows) as f64 * nanos as f64 / WORKERS / start.elapsed().as_nanos() as f64
}

/// Microseconds per task at which the efficiency falls below a half, between the two sizes around it.
fn metg(client: &Client, pattern: Pattern) -> f64 {
    let mut above: Option<(f64, f64)> = None;
    let mut nanos = 4_000_000u64;
    while nanos >= 1000 {
        let rows = (RUN.as_nanos() as f64 * WORKERS / (nanos as f64 * WIDTH as f64)).clamp(20.0, 1000.0);
        // The better of two: what disturbs a run makes it slower.
        let runs = [0, 1].map(|_| efficiency(client, pattern, nanos, rows as usize));
        let reached = runs[0].max(runs[1]);
        let here = ((nanos as f64).ln(), reached);
        match above {
            Some(above) if reached < 0.5 => {
                let part = (0.5 - here.1) / (above.1 - here.1);
                return (here.0 + (above.0 - here.0) * part).exp() / 1e3;
            }
            _ => above = Some(here),
        }
        nanos /= 2;
    }
    nanos as f64 / 1e3
}

fn main() {
    processes::become_one();
    let full = std::env::args().any(|a| a == "--bench");
    let (_processes, client) = processes::Processes::start();
    let patterns: [(&str, Pattern); 5] = [
        ("trivial", trivial),
        ("stencil", stencil),
        ("nearest", nearest),
        ("fft", fft),
        ("all-to-all", all_to_all),
    ];
    for (name, pattern) in patterns {
        if full {
            println!("{name}: METG(50 %) {:.0} µs", metg(&client, pattern));
        } else {
            assert!(efficiency(&client, pattern, 1000, 5) > 0.0);
        }
    }
}
