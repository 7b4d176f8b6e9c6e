//! What is computed once, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_delayed::{Delayed, checkpoint, delayed, value, wait_on};
use swath_execute::{Collection as _, compute_all};

fn counted(counter: &Arc<AtomicUsize>) -> Delayed<usize> {
    let counter = counter.clone();
    delayed(move || counter.fetch_add(1, Ordering::SeqCst)).call(())
}

#[test]
fn one_handle_runs_once_per_computation() {
    let runs = Arc::new(AtomicUsize::new(0));
    let shared = counted(&runs);
    let (a, b) = (shared.map(|n| n + 100), &shared + 1);
    compute_all((&a, &b, &shared)).unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    a.compute().unwrap();
    b.compute().unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[test]
fn vectors_are_computed_together() {
    let runs = Arc::new(AtomicUsize::new(0));
    let shared = counted(&runs);
    let many: Vec<_> = (0..50).map(|i| delayed(|a: usize, i: usize| a + i).call((&shared, i))).collect();
    assert_eq!(compute_all(many).unwrap(), (0..50).collect::<Vec<_>>());
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[test]
fn calls_are_impure_unless_told() {
    fn inc(n: u8) -> u8 {
        n + 1
    }
    let tasks = |a: &Delayed<u8>, b: &Delayed<u8>| (a + b).graph().unwrap().len();
    let call = || delayed(inc).call((1,));
    assert_eq!(tasks(&call(), &call()), 3);
    let pure = |n: u8| delayed(inc).pure().call((n,));
    assert_eq!(tasks(&pure(1), &pure(1)), 2);
    assert_eq!(tasks(&pure(1), &pure(2)), 3);
    let x = value(4u8);
    let on = || delayed(inc).pure().call((&x,));
    assert_eq!(tasks(&on(), &on()), 3);
    assert_eq!((on() + on()).compute().unwrap(), 10);
}

#[test]
fn operators_indexing_and_unpacking_are_pure() {
    let v = value(vec![1u64, 2, 3]);
    let (a, b) = (v.index(1) + 1, v.index(1) + 1);
    assert_eq!((&a * &b).graph().unwrap().len(), 4);
    assert_eq!((a * b).compute().unwrap(), 9);
    let pair = value((1u64, 2u64));
    let ((x, _), (_, y)) = (pair.unpack(), pair.unpack());
    assert_eq!((x + y).graph().unwrap().len(), 5);
}

#[test]
fn pure_refuses_captured_state() {
    let n = 3;
    let e = delayed(move |m: i32| n + m).pure().call((1,)).compute().unwrap_err();
    assert_eq!(e.kind(), swath_error::ErrorKind::InvalidArgument);
    assert!(e.to_string().contains("sharing.rs"), "{e}");
}

#[test]
fn persisted_values_are_not_computed_again() {
    let runs = Arc::new(AtomicUsize::new(0));
    let kept = counted(&runs).persist().unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(kept.map(|n| n + 1).compute().unwrap(), 1);
    assert_eq!(kept.compute().unwrap(), 0);
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[test]
fn after_and_wait_on_order_what_does_not_read_each_other() {
    let log = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let note = |what: &'static str, wait: u64| {
        let log = log.clone();
        delayed(move || {
            std::thread::sleep(std::time::Duration::from_millis(wait));
            log.lock().push(what);
        })
    };
    let first = note("first", 30).call(());
    let second = note("second", 0).after(&first).call(());
    second.compute().unwrap();
    assert_eq!(*log.lock(), ["first", "second"]);

    log.lock().clear();
    let waited = wait_on([note("a", 30).call(()), note("b", 0).call(())]);
    let third = note("c", 0).after(&waited[1]).call(());
    third.compute().unwrap();
    assert_eq!(log.lock().last(), Some(&"c"));
    assert_eq!(log.lock().len(), 3);

    log.lock().clear();
    checkpoint((note("x", 0).call(()), note("y", 0).call(()))).compute().unwrap();
    assert_eq!(log.lock().len(), 2);
}
