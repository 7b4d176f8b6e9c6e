//! What breaks, and who hears of it.

use std::time::Duration;

use swath_cluster::LocalCluster;
use swath_error::ErrorKind;

use crate::functions::{blow_up, bytes, cluster, inc, nap};
use crate::futures::eventually;

#[test]
fn a_scheduler_that_ends_is_an_error_for_those_who_wait() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let slow = client.submit(nap, (5000,)).unwrap();
    let waiting = std::thread::spawn(move || slow.result());
    std::thread::sleep(Duration::from_millis(50));
    drop(cluster);
    assert_eq!(waiting.join().unwrap().unwrap_err().kind(), ErrorKind::Cluster);
    assert_eq!(client.submit(inc, (1,)).unwrap_err().kind(), ErrorKind::Cluster);
}

#[test]
fn a_client_that_vanishes_leaves_nothing_behind() {
    let cluster = cluster(1);
    let (first, second) = (cluster.client().unwrap(), cluster.client().unwrap());
    let futures = first.task(bytes).pure(false).map(vec![1000usize; 50]).unwrap();
    first.wait(&futures[..10]);
    first.close();
    eventually("its results are gone", || second.has_what().unwrap().values().all(Vec::is_empty));
    assert_eq!(second.submit(inc, (1,)).unwrap().result().unwrap(), 2);
    assert_eq!(futures[0].result().unwrap_err().kind(), ErrorKind::Cluster);
}

#[test]
fn retries_are_honoured_and_an_error_can_be_tried_again() {
    let cluster = LocalCluster::builder().workers(1).start().unwrap();
    let client = cluster.client().unwrap();
    let bad = client.task(crate::functions::explode).retries(2).submit(()).unwrap();
    assert!(bad.result().is_err());
    bad.retry().unwrap();
    assert!(bad.result().unwrap_err().to_string().contains("boom"));
}

#[test]
fn a_panic_with_a_value_that_panics_ends_no_thread() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    for _ in 0..10 {
        let error = client.task(blow_up).pure(false).submit(()).unwrap().result().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TaskFailed);
    }
    assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}
