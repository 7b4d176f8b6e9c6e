//! Futures: submitting, gathering, releasing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use swath_cluster::{Status, as_completed};
use swath_error::ErrorKind;

use crate::functions::{add, bytes, cluster, explode, inc, length, nap, refuse, sum};

/// Waits until something is so, or fails.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_call_gives_its_result() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let three = client.submit(add, (1, 2)).unwrap();
    assert_eq!(three.result().unwrap(), 3);
    assert_eq!(three.status(), Status::Finished);
    assert_eq!(client.submit(length, ("swath",)).unwrap().result().unwrap(), 5);
    let seven = client.submit(add, (&three, 4)).unwrap();
    let both = client.submit(sum, (vec![three, seven],)).unwrap();
    assert_eq!(both.result().unwrap(), 10);
}

#[test]
fn awaiting_works_too() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let future = client.submit(inc, (1,)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(runtime.block_on(async { (&future).await }).unwrap(), 2);
}

#[test]
fn many_calls_are_gathered_in_order() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let futures = client.map(inc, 0..5000u64).unwrap();
    let total = client.submit(sum, (&futures[..100],)).unwrap();
    let results = client.gather(&futures).unwrap();
    assert!(results.iter().zip(1u64..).all(|(r, i)| *r == i) && results.len() == 5000);
    assert_eq!(total.result().unwrap(), (1..=100).sum::<u64>());
}

#[test]
fn a_chain_of_submits_runs() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let mut last = client.submit(inc, (0,)).unwrap();
    for _ in 0..300 {
        last = client.submit(inc, (&last,)).unwrap();
    }
    assert_eq!(last.result().unwrap(), 301);
}

#[test]
fn the_first_to_finish_comes_first() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let slow = client.submit(wait_for_the_others, ()).unwrap();
    let fast = client.submit(nap, (1,)).unwrap();
    let mut completed = as_completed([slow, fast]);
    assert_eq!(completed.next().unwrap().result().unwrap(), 1);
    completed.add(client.submit(nap, (2,)).unwrap());
    assert_eq!(completed.next().unwrap().result().unwrap(), 2);
    OTHERS_ARE_DONE.store(true, Ordering::SeqCst);
    assert_eq!(completed.map(|f| f.result().unwrap()).collect::<Vec<_>>(), [400]);
}

static OTHERS_ARE_DONE: AtomicBool = AtomicBool::new(false);

/// Ends when the test says so, or after a while.
#[swath_tasks::task]
fn wait_for_the_others() -> u64 {
    let start = Instant::now();
    while !OTHERS_ARE_DONE.load(Ordering::SeqCst) && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(1));
    }
    400
}

#[test]
fn errors_name_the_task_and_spare_the_others() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let bad = client.try_submit(refuse, ("no such luck".to_owned(),)).unwrap();
    let after = client.submit(inc, (&bad,)).unwrap();
    let good = client.submit(inc, (1,)).unwrap();
    let error = bad.result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("no such luck"), "{error}");
    let task = error.task().unwrap();
    assert!(task.task.contains("refuse") && task.worker.as_ref().is_some_and(|w| w.starts_with("worker-")));
    assert!(after.result().unwrap_err().to_string().contains("no such luck"));
    assert_eq!(good.result().unwrap(), 2);
    let panic = client.submit(explode, ()).unwrap().result().unwrap_err();
    assert!(panic.to_string().contains("boom"), "{panic}");
}

#[test]
fn an_unregistered_function_is_refused_before_anything_is_sent() {
    fn plain(x: u64) -> u64 {
        x
    }
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let error = client.submit(plain, (1u64,)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.to_string().contains("plain") && error.help().unwrap().contains("#[swath::task]"),
        "{error}"
    );
    let offset = 3;
    let error = client.submit(move |x: u64| x + offset, (1u64,)).unwrap_err();
    assert!(error.help().unwrap().contains("closure"), "{error}");
}

#[test]
fn dropped_results_are_released_everywhere() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let futures = client.task(bytes).pure(false).map(vec![1000usize; 20]).unwrap();
    client.wait(&futures);
    let held = || client.has_what().unwrap().values().map(Vec::len).sum::<usize>();
    assert_eq!(held(), 20);
    let kept = futures[0].clone();
    drop(futures);
    eventually("one result is left", || held() == 1);
    assert_eq!(kept.result().unwrap().len(), 1000);
    drop(kept);
    eventually("nothing is left", || held() == 0);
}

#[test]
fn scattered_values_are_arguments() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let futures = client.scatter((0..10u64).collect::<Vec<_>>()).unwrap();
    let total = client.submit(sum, (&futures,)).unwrap();
    assert_eq!(total.result().unwrap(), 45);
    assert_eq!(futures[3].result().unwrap(), 3);
    let holders = client.who_has(&futures).unwrap();
    let mut distinct: Vec<_> = holders.into_iter().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 2);
    let everywhere = client.broadcast(vec![1u8, 2]).unwrap();
    eventually("both have it", || client.who_has([&everywhere]).unwrap()[0].len() == 2);
}

#[test]
fn a_cancelled_future_says_so() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let busy = client.submit(nap, (300,)).unwrap();
    let never = client.submit(nap, (1,)).unwrap();
    client.cancel([&never]).unwrap();
    assert_eq!(never.result().unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(never.status(), Status::Cancelled);
    assert_eq!(busy.result().unwrap(), 300);
}

#[test]
fn waiting_has_an_end() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let slow = client.submit(nap, (500,)).unwrap();
    assert!(!slow.wait_timeout(Duration::from_millis(20)).unwrap());
    assert!(!client.wait_timeout([&slow], Duration::from_millis(20)).unwrap());
    assert!(slow.wait_timeout(Duration::from_secs(20)).unwrap());
}

#[test]
fn datasets_outlive_their_publisher() {
    let cluster = cluster(2);
    let first = cluster.client().unwrap();
    let futures = first.map(inc, 0..4u64).unwrap();
    first.wait(&futures);
    first.publish("numbers", &futures).unwrap();
    assert_eq!(first.publish("numbers", &futures).unwrap_err().kind(), ErrorKind::InvalidArgument);
    drop(futures);
    first.close();
    let second = cluster.client().unwrap();
    assert_eq!(second.datasets().unwrap(), ["numbers"]);
    let numbers = second.dataset::<u64>("numbers").unwrap();
    assert_eq!(second.gather(&numbers).unwrap(), [1, 2, 3, 4]);
    assert_eq!(second.submit(sum, (&numbers,)).unwrap().result().unwrap(), 10);
    assert_eq!(second.dataset::<String>("numbers").unwrap_err().kind(), ErrorKind::TypeMismatch);
    assert!(second.dataset::<u64>("number").unwrap_err().to_string().contains("numbers"));
    second.unpublish("numbers").unwrap();
    assert_eq!(second.gather(&numbers).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn fire_and_forget_goes_on() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let seen = client.variable::<u64>("guarded");
    let future = client.try_submit(crate::functions::guarded, ("forgotten".to_owned(),)).unwrap();
    client.fire_and_forget(future).unwrap();
    assert_eq!(seen.get_timeout(Duration::from_secs(20)).unwrap(), Some(1));
}

#[test]
fn calls_one_after_another_give_the_right_results_whoever_makes_them() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    // From the second call to a worker on, small results are delivered; large ones are fetched all the same.
    for n in 0..60 {
        let (small, large) = (client.submit(inc, (n,)).unwrap(), client.submit(bytes, (100_000,)).unwrap());
        let both = client.submit(add, (&small, 1)).unwrap();
        assert_eq!(both.result().unwrap(), n + 2);
        assert_eq!(large.result().unwrap().len(), 100_000);
        // Taken twice.
        assert_eq!((small.result().unwrap(), small.result().unwrap()), (n + 1, n + 1));
    }
    let name = cluster.workers()[0].0.clone();
    cluster.kill(&name).unwrap();
    for n in 0..20 {
        assert_eq!(client.submit(inc, (n,)).unwrap().result().unwrap(), n + 1);
    }
}
