//! Errors and panics of user functions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_delayed::{delayed, value};
use swath_error::{Error, ErrorKind};

fn parse(text: &str) -> Result<i64, std::num::ParseIntError> {
    text.parse()
}

#[test]
fn a_returned_error_names_the_task_and_keeps_the_cause() {
    assert_eq!(delayed(parse).try_call(("42",)).compute().unwrap(), 42);
    let e = (delayed(parse).try_call(("4o2",)) + 1).compute().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::TaskFailed);
    // Fusion may have joined the two calls into one task.
    assert!(e.task().unwrap().task.starts_with("parse"), "{e}");
    assert!(e.message().contains("invalid digit"));
    let cause = std::error::Error::source(&e).and_then(std::error::Error::source).unwrap();
    assert!(cause.is::<std::num::ParseIntError>());
}

#[test]
fn a_string_may_be_the_error_and_our_own_keeps_its_kind() {
    let e = value(1).try_map(|n: &i32| if *n > 0 { Err(format!("{n} is positive")) } else { Ok(*n) });
    assert!(e.compute().unwrap_err().to_string().contains("1 is positive"));
    let ours = value(1).try_map(|_: &i32| Err::<i32, _>(Error::data("line 3 is torn")));
    assert_eq!(ours.compute().unwrap_err().kind(), ErrorKind::InvalidData);
}

#[test]
fn a_panic_is_an_error_that_names_the_task_and_its_inputs() {
    fn burst(n: i32) -> i32 {
        assert!(n < 0, "burst at {n}");
        n
    }
    let start = delayed(|| 5).named("start").call(());
    let e = delayed(burst).call((&start,)).compute().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::TaskFailed);
    let task = e.task().unwrap();
    // Fusion may have joined the two calls into one task.
    assert!(task.task.contains("burst"), "{e}");
    assert!(task.task.contains("start") || task.inputs == ["start-0"], "{e}");
    assert!(e.to_string().contains("burst at 5"), "{e}");
}

#[test]
fn retries_run_a_failed_call_again() {
    let runs = Arc::new(AtomicUsize::new(0));
    let seen = runs.clone();
    let flaky = move || if seen.fetch_add(1, Ordering::SeqCst) < 2 { Err("not yet") } else { Ok(9) };
    assert_eq!(delayed(flaky.clone()).retries(2).try_call(()).compute().unwrap(), 9);
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    runs.store(0, Ordering::SeqCst);
    assert!(delayed(flaky).retries(1).try_call(()).compute().is_err());
}

#[test]
fn missing_elements_are_named() {
    let v = value(vec![1, 2, 3]);
    assert!(v.index(3).compute().unwrap_err().message().contains("index 3 is out of range"));
    assert!(v.index(2..9).compute().unwrap_err().message().contains("2..9"));
    let m = value(std::collections::BTreeMap::from([("a".to_owned(), 1)]));
    let e = m.index("b".to_owned()).compute().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::NotFound);
    assert_eq!(m.index("a".to_owned()).compute().unwrap(), 1);
    let e = v.split(2)[0].compute().unwrap_err();
    assert!(e.message().contains("split into 2 values and has 3"), "{e}");
}
