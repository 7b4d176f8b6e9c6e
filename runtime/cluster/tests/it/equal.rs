//! Equal calls and equal values: one task, one place.

use std::sync::atomic::{AtomicUsize, Ordering};

use swath_tasks::task;

use crate::functions::{cluster, inc, refuse, sum};
use crate::futures::eventually;

static CALLS: AtomicUsize = AtomicUsize::new(0);

#[task]
fn counted(x: u64) -> u64 {
    CALLS.fetch_add(1, Ordering::SeqCst);
    x
}

#[test]
fn a_call_is_made_once_while_a_future_of_it_is_kept() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let first = client.submit(counted, (1,)).unwrap();
    let second = client.submit(counted, (1,)).unwrap();
    assert_eq!(first.key(), second.key());
    assert_eq!(first.result().unwrap(), 1);
    drop(first);
    let third = client.submit(counted, (1,)).unwrap();
    assert_eq!((third.key(), third.result().unwrap(), second.result().unwrap()), (second.key(), 1, 1));
    assert_eq!(CALLS.load(Ordering::SeqCst), 1);
    let twice = client.map(counted, [7, 7, 8]).unwrap();
    assert!(twice[0].key() == twice[1].key() && twice[1].key() != twice[2].key());
    assert_eq!(client.gather(&twice).unwrap(), [7, 7, 8]);
    assert_eq!(CALLS.load(Ordering::SeqCst), 3);
    let impure = client.task(counted).pure(false).submit((1,)).unwrap();
    let other = client.task(counted).priority(1).submit((1,)).unwrap();
    assert!(impure.key() != second.key() && other.key() != second.key());
    assert_eq!((impure.result().unwrap(), other.result().unwrap()), (1, 1));
    assert_eq!(CALLS.load(Ordering::SeqCst), 5);
    let before = second.key();
    drop((second, third));
    let anew = client.submit(counted, (1,)).unwrap();
    assert_ne!(anew.key(), before);
    assert_eq!((anew.result().unwrap(), CALLS.load(Ordering::SeqCst)), (1, 6));
}

#[test]
fn what_a_call_reads_is_part_of_what_it_is() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let (one, two) = (client.submit(inc, (0,)).unwrap(), client.submit(inc, (1,)).unwrap());
    let of = |future| client.submit(inc, (future,)).unwrap();
    assert_eq!(of(&one).key(), of(&one).key());
    assert_ne!(of(&one).key(), of(&two).key());
    assert_eq!((of(&one).result().unwrap(), of(&two).result().unwrap()), (2, 3));
    one.wait().unwrap();
    assert_eq!(client.submit(sum, (vec![one.clone(), two],)).unwrap().result().unwrap(), 3);
}

#[test]
fn a_failed_call_is_made_again() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let first = client.try_submit(refuse, ("no".to_owned(),)).unwrap();
    assert!(first.result().is_err());
    let second = client.try_submit(refuse, ("no".to_owned(),)).unwrap();
    assert_ne!(first.key(), second.key());
    assert!(second.result().is_err());
}

#[test]
fn equal_values_are_scattered_once() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let held = || client.has_what().unwrap().values().map(Vec::len).sum::<usize>();
    let values = client.scatter([vec![1u64, 2], vec![3], vec![1, 2]]).unwrap();
    assert!(values[0].key() == values[2].key() && values[0].key() != values[1].key());
    let again = client.scatter([vec![3u64], vec![4]]).unwrap();
    assert_eq!(again[0].key(), values[1].key());
    assert_eq!(client.gather(&values).unwrap(), [vec![1, 2], vec![3], vec![1, 2]]);
    eventually("three values are there", || held() == 3);
    let apart = client.scatter_unhashed([vec![3u64]]).unwrap();
    assert_ne!(apart[0].key(), again[0].key());
    drop((values, apart));
    assert_eq!(client.submit(sum, (&again[0],)).unwrap().result().unwrap(), 3);
    drop(again);
    eventually("nothing is left", || held() == 0);
}
