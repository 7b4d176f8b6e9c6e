//! Times of the control plane on this machine: one call after another, many calls at once, a loop of single calls, a tree.
//!
//! `cargo bench -p swath-cluster` prints them for workers within this process.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Instant;

use swath_cluster::LocalCluster;
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
    let cluster = LocalCluster::builder().workers(2).start().unwrap();
    let client = cluster.client().unwrap();
    let mut micros: Vec<u128> = (0..1000u64)
        .map(|i| {
            let start = Instant::now();
            assert_eq!(client.submit(inc, (i,)).unwrap().result().unwrap(), i + 1);
            start.elapsed().as_micros()
        })
        .collect();
    micros.sort_unstable();
    println!("submit to result: median {} µs, p99 {} µs", micros[500], micros[990]);

    let mut micros: Vec<u128> = (0..1000u64)
        .map(|i| {
            let start = Instant::now();
            client.submit(inc, (i,)).unwrap().wait().unwrap();
            start.elapsed().as_micros()
        })
        .collect();
    micros.sort_unstable();
    println!("submit to end: median {} µs, p99 {} µs", micros[500], micros[990]);

    let start = Instant::now();
    let futures = client.map(inc, 0..100_000u64).unwrap();
    let submitted = start.elapsed();
    let results = client.gather(&futures).unwrap();
    let total = start.elapsed();
    assert_eq!(results.iter().sum::<u64>(), (1..=100_000).sum::<u64>());
    println!(
        "map of 100 000: {:.0} tasks/s (submitted in {submitted:.0?}, {total:.0?} in all)",
        1e5 / total.as_secs_f64()
    );
    drop(futures);

    let start = Instant::now();
    let futures: Vec<_> = (0..50_000u64).map(|i| client.submit(inc, (i,)).unwrap()).collect();
    let submitted = start.elapsed();
    let results = client.gather(&futures).unwrap();
    let total = start.elapsed();
    assert_eq!(results.len(), 50_000);
    println!(
        "loop of 50 000 submits: {:.0} tasks/s (submitted in {submitted:.0?})",
        5e4 / total.as_secs_f64()
    );
    drop(futures);

    let start = Instant::now();
    let mut level: Vec<_> = (0..16_384u64).map(|i| client.submit(add, (i, 1u64)).unwrap()).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| client.submit(add, (&pair[0], &pair[1])).unwrap()).collect();
    }
    let sum = level[0].result().unwrap();
    assert_eq!(sum, (1..=16_384).sum::<u64>());
    println!("tree of 32 767 adds: {:.1} µs per task", start.elapsed().as_secs_f64() * 1e6 / 32_767.0);
}
