//! How calls want to be run: where, in which order, how often.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use swath_cluster::{LocalCluster, Status};
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::task;

use crate::functions::{bytes, cluster, explode, inc, nap, sum};
use crate::futures::eventually;

/// What was run, in order.
static ORDER: Mutex<Vec<u64>> = Mutex::new(Vec::new());

#[task]
fn noted(n: u64) -> u64 {
    ORDER.lock().unwrap().push(n);
    n
}

static TRIES: AtomicU32 = AtomicU32::new(0);

/// Fails so many times.
#[task]
fn stubborn(failures: u32) -> Result<u32> {
    let tries = TRIES.fetch_add(1, Ordering::SeqCst);
    if tries < failures { Err(Error::argument(format!("try {tries}"))) } else { Ok(tries) }
}

#[test]
fn higher_priorities_run_first() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let busy = client.submit(nap, (500,)).unwrap();
    eventually("it runs", || client.processing().unwrap().values().flatten().count() == 1);
    let low: Vec<_> = (0..5u64).map(|n| client.task(noted).priority(-1).submit((n,)).unwrap()).collect();
    let high: Vec<_> = (10..15u64).map(|n| client.task(noted).priority(5).submit((n,)).unwrap()).collect();
    client.wait(low.iter().chain(&high));
    assert_eq!(busy.result().unwrap(), 500);
    let order = ORDER.lock().unwrap().clone();
    let last_high = order.iter().rposition(|n| *n >= 10).unwrap();
    // What the worker had been given before the others came may go before them.
    assert!(order.len() == 10 && last_high < 7, "{order:?}");
}

#[test]
fn others_may_stand_in_for_workers_that_are_not_there() {
    let cluster = LocalCluster::builder().workers(1).patience(Duration::from_millis(200)).start().unwrap();
    let client = cluster.client().unwrap();
    let either = client.task(inc).workers(["nobody"]).allow_other_workers().submit((1,)).unwrap();
    assert_eq!(either.result().unwrap(), 2);
    let gpu = client.task(inc).resources([("GPU", 1)]).submit((1,)).unwrap().result().unwrap_err();
    assert!(gpu.to_string().contains("GPU"), "{gpu}");
}

#[test]
fn a_call_is_tried_as_often_as_wanted_and_once_more_by_hand() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let future = client.task(stubborn).retries(1).try_submit((3,)).unwrap();
    assert!(future.result().unwrap_err().to_string().contains("try 1"));
    future.retry().unwrap();
    assert_eq!(future.result().unwrap_or(TRIES.load(Ordering::SeqCst)), 3);
    let unwanted = client.submit(inc, (5,)).unwrap();
    unwanted.cancel().unwrap();
    assert_eq!(unwanted.retry().unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(unwanted.result().unwrap_err().kind(), ErrorKind::Cancelled);
    let never = client.submit(explode, ()).unwrap();
    let after = client.submit(inc, (&never,)).unwrap();
    assert_eq!(after.result().unwrap_err().kind(), ErrorKind::TaskFailed);
}

#[test]
fn a_new_client_knows_the_workers_by_name() {
    let cluster = cluster(2);
    let (name, _) = cluster.workers().remove(1);
    for _ in 0..50 {
        let client = cluster.client().unwrap();
        assert_eq!(client.run_on(&[&name], inc, (1,)).unwrap()[&name], 2);
    }
}

#[test]
fn who_does_what_is_told() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let name = cluster.workers()[0].0.clone();
    let slow = client.task(nap).workers([name.as_str()]).submit((400,)).unwrap();
    eventually("it is told of", || {
        client.processing().unwrap()[&name].iter().any(|task| task.contains("nap"))
    });
    assert_eq!(slow.status(), Status::Pending);
    assert_eq!(client.info().unwrap().unfinished, 1);
    slow.wait().unwrap();
    assert_eq!(client.who_has([&slow]).unwrap(), [vec![name.clone()]]);
    assert_eq!(client.has_what().unwrap()[&name], [slow.key()]);
    eventually("nothing is done", || client.processing().unwrap().values().all(Vec::is_empty));
}

#[test]
fn workers_are_waited_for_so_long() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let error = client.wait_for_workers(3, Duration::from_millis(50)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(error.to_string().contains("1 of 3 workers"), "{error}");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.wait_for_workers(2, Duration::from_secs(20)));
        cluster.add_worker().unwrap();
        waiting.join().unwrap().unwrap();
    });
}

#[test]
fn two_clients_share_a_dataset() {
    let cluster = cluster(2);
    let (first, second) = (cluster.client().unwrap(), cluster.client().unwrap());
    let futures = first.map(inc, 0..10u64).unwrap();
    first.publish("shared", &futures).unwrap();
    let theirs = second.dataset::<u64>("shared").unwrap();
    let total =
        |client: &swath_cluster::Client, futures: &Vec<_>| client.submit(sum, (futures,)).unwrap().result();
    assert_eq!((total(&first, &futures).unwrap(), total(&second, &theirs).unwrap()), (55, 55));
    first.unpublish("shared").unwrap();
    drop(futures);
    first.close();
    assert_eq!(total(&second, &theirs).unwrap(), 55);
    drop(theirs);
    eventually("nothing is kept", || second.has_what().unwrap().values().all(Vec::is_empty));
}

#[test]
fn a_client_that_vanishes_while_it_gathers_harms_nobody() {
    let cluster = cluster(2);
    let (first, second) = (cluster.client().unwrap(), cluster.client().unwrap());
    let large = first.map(bytes, (0..20usize).map(|i| 4_000_000 + i)).unwrap();
    first.wait(&large);
    std::thread::scope(|scope| {
        let gathering = scope.spawn(|| first.gather(&large).map(|all| all.len()));
        first.close();
        // It may have been quicker.
        if let Err(error) = gathering.join().unwrap() {
            assert_eq!(error.kind(), ErrorKind::Cluster);
        }
    });
    eventually("its results are gone", || second.has_what().unwrap().values().all(Vec::is_empty));
    assert_eq!(second.submit(inc, (1,)).unwrap().result().unwrap(), 2);
}
