//! Times of the control plane on this machine: one call after another, many calls at once, a loop of single calls, a tree.
//!
//! `cargo bench -p swath-cluster` prints them for a scheduler, two workers of one thread each and this client, which are
//! processes of their own. Fewer calls are made by `cargo test`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/processes.rs"]
mod processes;

use std::time::{Duration, Instant};

use swath_cluster::Client;
use swath_tasks::task;

#[task]
fn inc(x: u64) -> u64 {
    x + 1
}

#[task]
fn add(a: u64, b: u64) -> u64 {
    a + b
}

fn main() {
    processes::become_one();
    let full = std::env::args().any(|a| a == "--bench");
    let n = if full { 100_000 } else { 1000 };
    let (_processes, client) = processes::Processes::start();
    one_by_one(&client, n / 100);
    for _ in 0..if full { 3 } else { 1 } {
        map(&client, n);
        submits(&client, n);
        tree(&client, n as usize / 7);
    }
}

/// One call after another, each waited for.
fn one_by_one(client: &Client, n: u64) {
    let time = |call: &dyn Fn(u64)| {
        let mut micros: Vec<u128> = (0..n).map(|i| timed(|| call(i)).1.as_micros()).collect();
        micros.sort_unstable();
        (micros[micros.len() / 2], micros[micros.len() * 99 / 100])
    };
    let (median, p99) = time(&|i| {
        assert_eq!(client.submit(inc, (i,)).unwrap().result().unwrap(), i + 1);
    });
    println!("submit to result: median {median} µs, p99 {p99} µs");
    let (median, p99) = time(&|i| client.submit(inc, (i,)).unwrap().wait().unwrap());
    println!("submit to end: median {median} µs, p99 {p99} µs");
}

fn map(client: &Client, n: u64) {
    let ((sum, submitted), took) = timed(|| {
        let (futures, submitted) = timed(|| client.map(inc, 0..n).unwrap());
        (client.gather(&futures).unwrap().iter().sum::<u64>(), submitted)
    });
    assert_eq!(sum, (1..=n).sum::<u64>());
    println!(
        "map of {n}: {:.0} tasks/s (submitted in {submitted:.0?}, {took:.0?} in all)",
        n as f64 / took.as_secs_f64()
    );
}

fn submits(client: &Client, n: u64) {
    let ((results, submitted), took) = timed(|| {
        let (futures, submitted) =
            timed(|| (0..n).map(|i| client.submit(inc, (i,)).unwrap()).collect::<Vec<_>>());
        (client.gather(&futures).unwrap(), submitted)
    });
    assert_eq!(results.iter().sum::<u64>(), (1..=n).sum::<u64>());
    println!(
        "loop of {n} submits: {:.0} tasks/s (submitted in {submitted:.0?}, {took:.0?} in all)",
        n as f64 / took.as_secs_f64()
    );
}

/// Binary additions by single submits over so many leaves, rounded up to a power of two.
fn tree(client: &Client, leaves: usize) {
    let leaves = leaves.next_power_of_two();
    let (sum, took) = timed(|| {
        let mut level: Vec<_> = (0..leaves as u64).map(|i| client.submit(add, (i, 1u64)).unwrap()).collect();
        while level.len() > 1 {
            level = level.chunks(2).map(|two| client.submit(add, (&two[0], &two[1])).unwrap()).collect();
        }
        level[0].result().unwrap()
    });
    assert_eq!(sum, (1..=leaves as u64).sum::<u64>());
    let tasks = 2 * leaves - 1;
    println!("tree of {tasks} adds: {:.1} µs per task", took.as_secs_f64() * 1e6 / tasks as f64);
}

fn timed<R>(body: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    (body(), start.elapsed())
}
