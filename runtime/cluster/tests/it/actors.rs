//! Actors: state on one worker, calls in order.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use swath_cluster::{Actor, Client};
use swath_error::{Error, ErrorKind, Result};
use swath_tasks::{actor, task};

use crate::functions::{cluster, inc, nap};
use crate::futures::eventually;

struct Counter {
    start: u64,
    value: u64,
    log: Vec<String>,
}

/// What counters that are gone started with.
static GONE: Mutex<BTreeSet<u64>> = Mutex::new(BTreeSet::new());

#[actor]
impl Counter {
    fn new(start: u64) -> Self {
        Self { start, value: start, log: Vec::new() }
    }

    fn parse(text: &str) -> Result<Self> {
        text.parse().map(Self::new).map_err(|e| Error::argument(format!("'{text}': {e}")))
    }

    fn add(&mut self, n: u64) -> u64 {
        self.value += n;
        self.value
    }

    fn note(&mut self, text: &str, times: &[u64]) {
        (0..times.iter().sum()).for_each(|_| self.log.push(text.to_owned()));
    }

    fn log(&self) -> Vec<String> {
        self.log.clone()
    }

    fn get(&self) -> u64 {
        self.value
    }

    fn nap(&mut self, millis: u64) -> u64 {
        std::thread::sleep(Duration::from_millis(millis));
        self.value
    }

    fn fail(&mut self, why: String) -> Result<u64> {
        self.value += 100;
        Err(Error::argument(why))
    }

    fn explode(&mut self) {
        self.value += 1000;
        panic!("boom")
    }

    fn ask(&mut self, n: u64) -> Result<u64> {
        let client = Client::current()?;
        self.value = client.submit(inc, (n,))?.result()?;
        Ok(self.value)
    }

    fn whole(&self, bytes: usize) -> Vec<u8> {
        vec![u8::from(self.value > 0); bytes]
    }

    #[local]
    #[expect(dead_code, reason = "shows that a generic method does no harm")]
    fn generic<T>(&self, t: T) -> (u64, T) {
        (self.value, t)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        GONE.lock().unwrap().insert(self.start);
    }
}

#[task]
fn add_twice(counter: Actor<Counter>, n: u64) -> Result<u64> {
    counter.call(Counter::add, (n,))?;
    counter.call(Counter::add, (n,))?.result()
}

#[test]
fn calls_change_the_state_in_order() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let counter = client.actor(Counter::new, (10u64,)).unwrap();
    let futures: Vec<_> = (0..500u64).map(|_| counter.call(Counter::add, (1,)).unwrap()).collect();
    assert!(futures.iter().zip(11u64..).all(|(future, n)| future.result().unwrap() == n));
    counter.call(Counter::note, ("x", vec![1, 1])).unwrap();
    counter.call(Counter::note, ("y".to_owned(), vec![1])).unwrap();
    assert_eq!(counter.call(Counter::log, ()).unwrap().result().unwrap(), ["x", "x", "y"]);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let get = counter.call(Counter::get, ()).unwrap();
    assert_eq!(runtime.block_on(async { (&get).await }).unwrap(), 510);
    let large = counter.call(Counter::whole, (3 << 20,)).unwrap().result().unwrap();
    assert_eq!(large, vec![1; 3 << 20]);
}

#[test]
fn constructors_may_fail_and_actors_spread() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let error = client.try_actor(Counter::parse, ("many",)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    let one = client.try_actor(Counter::parse, ("7",)).unwrap();
    assert_eq!(one.call(Counter::get, ()).unwrap().result().unwrap(), 7);
    let here = one.worker().to_owned();
    let known = |client: &Client| {
        let workers = client.workers().unwrap();
        workers.iter().find(|w| w.name == here).map(|w| w.metrics.actors)
    };
    eventually("the scheduler knows of one actor", || known(&client) == Some(1));
    let two = client.actor(Counter::new, (0,)).unwrap();
    assert_ne!(one.worker(), two.worker());
    let three = client.actor_on(&here, Counter::new, (0,)).unwrap();
    assert_eq!(three.worker(), here);
    assert_eq!(client.actor_on("nobody", Counter::new, (0,)).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn errors_and_panics_are_those_of_the_call() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let counter = client.actor(Counter::new, (0,)).unwrap();
    let bad = counter.try_call(Counter::fail, ("no such luck".to_owned(),)).unwrap();
    let worse = counter.call(Counter::explode, ()).unwrap();
    let after = counter.call(Counter::get, ()).unwrap();
    let error = bad.result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("no such luck"), "{error}");
    assert!(worse.result().unwrap_err().to_string().contains("boom"));
    assert_eq!(after.result().unwrap(), 1100);
    let future = client.submit(inc, (1,)).unwrap();
    assert_eq!(counter.call(Counter::add, (&future,)).unwrap_err().kind(), ErrorKind::Unsupported);
    let unknown = counter.call(|counter: &Counter| counter.value, ()).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Unsupported);
    assert!(unknown.help().unwrap().contains("#[swath::actor]"), "{unknown}");
}

#[test]
fn a_long_call_holds_up_neither_tasks_nor_other_actors() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let (slow, quick) =
        (client.actor(Counter::new, (1,)).unwrap(), client.actor(Counter::new, (2,)).unwrap());
    let long = slow.call(Counter::nap, (3000,)).unwrap();
    assert_eq!(client.submit(inc, (1,)).unwrap().result().unwrap(), 2);
    assert_eq!(quick.call(Counter::get, ()).unwrap().result().unwrap(), 2);
    assert!(!long.done());
    // And tasks hold up no actor.
    let busy = client.submit(nap, (3000,)).unwrap();
    assert_eq!(quick.call(Counter::add, (1,)).unwrap().result().unwrap(), 3);
    assert!(!busy.done());
    assert_eq!(long.result().unwrap(), 1);
}

#[test]
fn a_method_may_wait_for_tasks() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let counter = client.actor(Counter::new, (0,)).unwrap();
    assert_eq!(counter.try_call(Counter::ask, (41,)).unwrap().result().unwrap(), 42);
}

#[test]
fn tasks_use_a_handle_they_are_given() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let counter = client.actor(Counter::new, (0,)).unwrap();
    let futures: Vec<_> =
        (1..=10u64).map(|n| client.try_submit(add_twice, (counter.clone(), n)).unwrap()).collect();
    client.wait(&futures);
    let failed: Vec<_> = futures.iter().filter_map(|f| f.result().err()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(counter.call(Counter::get, ()).unwrap().result().unwrap(), 110);
}

#[test]
fn the_last_handle_takes_the_state_with_it() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let actors = || client.workers().unwrap()[0].metrics.actors;
    let gone = |start: u64| GONE.lock().unwrap().contains(&start);
    let counter = client.actor(Counter::new, (7001,)).unwrap();
    let clone = counter.clone();
    let last = counter.call(Counter::add, (5,)).unwrap();
    drop(counter);
    assert_eq!(clone.call(Counter::add, (1,)).unwrap().result().unwrap(), 7007);
    drop(clone);
    assert_eq!(last.result().unwrap(), 7006);
    assert!(!gone(7001));
    drop(last);
    eventually("the state is gone", || gone(7001) && actors() == 0);
    // A client that leaves takes its actors with it.
    let other = cluster.client().unwrap();
    let left = other.actor(Counter::new, (7002,)).unwrap();
    eventually("it is there", || actors() == 1);
    other.close();
    eventually("it is gone with its client", || gone(7002) && actors() == 0);
    assert_eq!(left.call(Counter::get, ()).unwrap_err().kind(), ErrorKind::Cluster);
}

#[test]
fn a_lost_worker_is_a_clear_error() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let counter = client.actor(Counter::new, (0,)).unwrap();
    let under_way = counter.call(Counter::nap, (60_000,)).unwrap();
    cluster.kill(counter.worker()).unwrap();
    let error = under_way.result().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cluster);
    assert!(error.to_string().contains(counter.worker()) && error.to_string().contains("actors"), "{error}");
    let later = counter.call(Counter::get, ()).and_then(|f| f.result()).unwrap_err();
    assert_eq!(later.kind(), ErrorKind::Cluster);
    let again = client.actor(Counter::new, (3,)).unwrap();
    assert_eq!(again.call(Counter::get, ()).unwrap().result().unwrap(), 3);
}
