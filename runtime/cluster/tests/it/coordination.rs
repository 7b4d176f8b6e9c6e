//! Locks, semaphores, events, queues and variables between clients and tasks.

use std::time::Duration;

use crate::functions::{cluster, fib, guarded};

#[test]
fn a_lock_guards_what_tasks_share() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let futures = client.task(guarded).pure(false).try_map(vec!["one".to_owned(); 20]).unwrap();
    let mut seen = client.gather(&futures).unwrap();
    seen.sort_unstable();
    assert_eq!(seen, (0..20).collect::<Vec<u64>>());
}

#[test]
fn a_dead_holders_lock_is_free() {
    let cluster = cluster(1);
    let (first, second) = (cluster.client().unwrap(), cluster.client().unwrap());
    let lease = first.lock("door").acquire().unwrap();
    assert!(second.lock("door").try_acquire(Duration::from_millis(20)).unwrap().is_none());
    first.close();
    let taken = second.lock("door").try_acquire(Duration::from_secs(20)).unwrap();
    assert!(taken.is_some());
    drop(lease);
}

#[test]
fn events_queues_and_variables_reach_other_clients() {
    let cluster = cluster(1);
    let (first, second) = (cluster.client().unwrap(), cluster.client().unwrap());
    let (here, there) = (first.event("go"), second.event("go"));
    let waiting = std::thread::spawn(move || there.wait_timeout(Duration::from_secs(20)));
    here.set().unwrap();
    assert!(waiting.join().unwrap().unwrap());
    let (q, r) = (first.queue::<String>("q", 2), second.queue::<String>("q", 2));
    q.put(&"a".to_owned()).unwrap();
    q.put(&"b".to_owned()).unwrap();
    assert_eq!((r.len().unwrap(), r.get().unwrap(), r.get().unwrap()), (2, "a".to_owned(), "b".to_owned()));
    assert_eq!(r.get_timeout(Duration::from_millis(10)).unwrap(), None);
    first.variable("v").set(&7u8).unwrap();
    assert_eq!(second.variable::<u8>("v").get().unwrap(), 7);
}

#[test]
fn tasks_that_submit_tasks_never_deadlock() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    assert_eq!(client.try_submit(fib, (9,)).unwrap().result().unwrap(), 34);
}
