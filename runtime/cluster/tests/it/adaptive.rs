//! A cluster that grows with its work and shrinks when there is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swath_cluster::{Adaptive, LocalCluster};
use swath_error::ErrorKind;
use swath_tasks::task;

use crate::functions::nap;
use crate::futures::eventually;

/// How many results were made.
static MADE: AtomicUsize = AtomicUsize::new(0);

#[task]
fn made(n: usize) -> Vec<u8> {
    MADE.fetch_add(1, Ordering::SeqCst);
    vec![7; n]
}

#[test]
fn it_grows_under_load_and_shrinks_when_idle_without_loss() {
    let cluster = Arc::new(LocalCluster::builder().workers(1).memory_limit(256 << 20).start().unwrap());
    let client = cluster.client().unwrap();
    let adaptive = Adaptive::start(&cluster, 1..=3).unwrap();
    let load = client.map(nap, (0..60u64).map(|i| 100 + i)).unwrap();
    eventually("the most workers are there", || client.workers().unwrap().len() == 3);
    let kept = client.map(made, (0..30usize).map(|i| 10_000 + i)).unwrap();
    client.wait(&load);
    client.wait(&kept);
    assert!(cluster.len() <= 3);
    let spread = client.has_what().unwrap().values().filter(|held| !held.is_empty()).count();
    assert_eq!(spread, 3);
    eventually("one is left", || cluster.len() == 1 && client.workers().unwrap().len() == 1);
    // What the others held was handed over: nothing was computed again.
    let lengths: Vec<usize> = client.gather(&kept).unwrap().iter().map(Vec::len).collect();
    assert!(lengths.iter().zip(10_000usize..).all(|(length, wanted)| *length == wanted));
    assert_eq!(MADE.load(Ordering::SeqCst), 30);
    assert_eq!(client.gather(&load).unwrap().len(), 60);
    assert_eq!(client.processing().unwrap().values().flatten().count(), 0);
    drop(adaptive);
    // Nobody watches any more.
    let more = client.map(nap, (0..8u64).map(|i| 200 + i)).unwrap();
    client.wait(&more);
    assert_eq!(cluster.len(), 1);
}

#[test]
fn bounds_are_kept() {
    let cluster = Arc::new(LocalCluster::builder().workers(0).memory_limit(256 << 20).start().unwrap());
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    let empty = Adaptive::start(&cluster, 3..=2).unwrap_err();
    assert_eq!(empty.kind(), ErrorKind::InvalidArgument);
    let _adaptive = Adaptive::start(&cluster, 2..=2).unwrap();
    let client = cluster.client().unwrap();
    eventually("the fewest workers are there without any work", || {
        client.workers().unwrap().len() == 2 && cluster.len() == 2
    });
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        assert_eq!(cluster.len(), 2);
        std::thread::sleep(Duration::from_millis(50));
    }
}
