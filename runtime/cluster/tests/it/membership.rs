//! Workers that come and go.

use std::time::Duration;

use swath_cluster::LocalCluster;
use swath_error::ErrorKind;

use crate::functions::{bytes, cluster, inc, nap, pid, sum};

#[test]
fn a_worker_added_during_a_run_takes_work() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let futures = client.task(nap).pure(false).map(vec![20u64; 60]).unwrap();
    client.wait([&futures[0]]);
    let name = cluster.add_worker().unwrap();
    client.wait(&futures);
    let held = client.has_what().unwrap();
    assert!(!held[&name].is_empty(), "{held:?}");
}

#[test]
fn a_retired_worker_hands_its_results_over() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let futures = client.task(bytes).pure(false).map(vec![10_000usize; 20]).unwrap();
    client.wait(&futures);
    let before = client.submit(pid, ()).unwrap().result().unwrap();
    let name = cluster.workers()[0].0.clone();
    cluster.retire(&[&name]).unwrap();
    assert_eq!(client.workers().unwrap().len(), 1);
    assert!(client.gather(&futures).unwrap().iter().all(|b| b.len() == 10_000));
    assert_eq!(before, std::process::id());
    assert_eq!(cluster.retire(&["nobody"]).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_lost_workers_results_are_made_again() {
    let cluster = cluster(3);
    let client = cluster.client().unwrap();
    let leaves = client.map(inc, 0..256u64).unwrap();
    client.wait(&leaves[..128]);
    cluster.kill(&cluster.workers()[0].0.clone()).unwrap();
    let total = client.submit(sum, (&leaves,)).unwrap();
    assert_eq!(total.result().unwrap(), (1..=256).sum::<u64>());
    assert_eq!(client.gather(&leaves).unwrap().len(), 256);
}

#[test]
fn functions_are_called_on_all_workers() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let pids = client.run(pid, ()).unwrap();
    assert_eq!(pids.len(), 2);
    assert!(pids.values().all(|p| *p == std::process::id()));
    let one = cluster.workers()[0].0.clone();
    assert_eq!(client.run_on(&[&one], inc, (1,)).unwrap()[&one], 2);
    assert_eq!(client.run_on(&["nobody"], pid, ()).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn restrictions_and_resources_are_honoured() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let name = cluster.workers()[1].0.clone();
    let futures = client.task(bytes).pure(false).workers([name.as_str()]).map(vec![100usize; 20]).unwrap();
    client.wait(&futures);
    assert!(client.who_has(&futures).unwrap().iter().all(|holders| holders == std::slice::from_ref(&name)));
    let gpu = LocalCluster::builder().workers(1).threads_per_worker(4).resource("GPU", 1).start().unwrap();
    let client = gpu.client().unwrap();
    let futures = client.task(nap).pure(false).resources([("GPU", 1)]).map(vec![30u64; 4]).unwrap();
    let start = std::time::Instant::now();
    client.wait(&futures);
    assert!(start.elapsed() >= Duration::from_millis(120), "tasks with the only GPU ran side by side");
}

#[test]
fn a_task_that_no_worker_may_run_fails_in_the_end() {
    let cluster = LocalCluster::builder().workers(1).patience(Duration::from_millis(200)).start().unwrap();
    let client = cluster.client().unwrap();
    let never = client.task(inc).workers(["nobody"]).submit((1,)).unwrap();
    let error = never.result().unwrap_err();
    assert!(error.to_string().contains("nobody"), "{error}");
}
