//! Rows to columns, on workers that can hold a part of the array only.

#[path = "../../../examples/random_walks.rs"]
pub mod example;

use swath::LocalCluster;
use swath::prelude::*;

#[test]
fn columns_of_an_array_larger_than_the_workers_are_put_together_through_files() {
    const LIMIT: u64 = 64 << 20;
    // 384 MiB on two workers that may hold 128 MiB; blocks on the way are no larger than those at the ends.
    let steps = 7094;
    let medians = example::medians(&example::walks(steps)).unwrap();
    let cluster =
        LocalCluster::builder().workers(2).threads_per_worker(1).memory_limit(LIMIT).start().unwrap();
    let client = cluster.client().unwrap();
    let ((files, _), found) = example::watched(&client, || {
        client.scope(|| da::with_chunk_size("4 MiB", || medians.compute()).unwrap())
    });
    let found = found.unwrap();
    assert_eq!(found.shape(), [steps]);
    // The first step of a walk is a number of mean 0 and deviation 1, the last one the sum of all.
    let deviation = |steps: f64| 1.2533 * (steps / 7094.0).sqrt();
    assert!(found[0].abs() < 6.0 * deviation(1.0), "{}", found[0]);
    assert!(found[steps - 1].abs() < 6.0 * deviation(7094.0), "{}", found[steps - 1]);
    // One column, made another way: its elements alone.
    let column = example::walks(steps).slice(da::s![.., 70..71]).median(0).compute().unwrap();
    assert_eq!(found[70], column[0]);
    assert!(files > LIMIT, "{files} bytes were in files");
    assert!(client.workers().unwrap().iter().all(|w| w.metrics.stored <= LIMIT));
}
