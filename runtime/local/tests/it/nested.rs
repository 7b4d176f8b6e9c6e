//! Runs that tasks start: they end with their parents, and take few threads. In pools that no other test uses: a task
//! that is slow to stop holds a slot.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use swath_block::{Block, TaskContext};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Executor, Run, RunOptions};
use swath_graph::{GraphBuilder, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, number, shared, until};

fn start(graph: TaskGraph, options: &RunOptions) -> Result<Run> {
    LocalExecutor::new().start(graph, options)
}

/// A graph of `n` tasks that run `body`, all of them wanted.
fn tasks(n: usize, body: impl Fn(&TaskContext<'_>) -> Result<Block> + Send + Sync + 'static) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let tasks = add(&mut b, "task", n, |_, _| {}, move |_, c| body(c));
    b.finish(&tasks.iter().collect::<Vec<_>>()).unwrap()
}

/// Tasks that run until they are told to stop, and how many have begun and have been told.
#[derive(Default)]
struct Endless {
    begun: AtomicUsize,
    stopped: AtomicUsize,
}

impl Endless {
    fn graph(self: &Arc<Self>, n: usize) -> TaskGraph {
        let counts = self.clone();
        tasks(n, move |c| {
            counts.begun.fetch_add(1, Ordering::SeqCst);
            until(|| c.env.cancel.is_cancelled());
            counts.stopped.fetch_add(1, Ordering::SeqCst);
            c.check_cancelled()?;
            Ok(Block::Unit)
        })
    }

    /// Waits until something runs.
    fn wait(&self) {
        until(|| self.begun.load(Ordering::SeqCst) > 0);
    }

    /// All that has begun has been told to stop, and nothing more begins.
    fn assert_over(&self) {
        until(|| self.begun.load(Ordering::SeqCst) == self.stopped.load(Ordering::SeqCst));
        let begun = self.begun.load(Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(30));
        assert_eq!(self.begun.load(Ordering::SeqCst), begun);
    }
}

/// Runs whose innermost tasks are endless, with two runs around them.
fn two_levels(endless: &Arc<Endless>, inner: RunOptions, options: &RunOptions) -> Run {
    let endless = endless.clone();
    let middle = options.clone();
    let graph = tasks(2, move |_| {
        let (endless, inner) = (endless.clone(), inner.clone());
        let nested = tasks(2, move |_| {
            let error = start(endless.graph(1000), &inner)?.wait().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Cancelled);
            Err(error)
        });
        start(nested, &middle)?.wait()?;
        Ok(Block::Unit)
    });
    start(graph, options).unwrap()
}

#[test]
fn cancelling_a_run_cancels_what_its_tasks_have_started() {
    let options = RunOptions::default().threads(13);
    let elsewhere = RunOptions::default().threads(14);
    for inner in [options.clone(), elsewhere, RunOptions::default().synchronous()] {
        let (endless, seen) = shared::<Endless>();
        let mut run = two_levels(&endless, inner, &options);
        seen.wait();
        run.cancel();
        assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Cancelled);
        seen.assert_over();
    }
}

#[test]
fn dropping_it_does_so_too() {
    let options = RunOptions::default().threads(13);
    let (endless, seen) = shared::<Endless>();
    let run = two_levels(&endless, options.clone(), &options);
    seen.wait();
    drop(run);
    seen.assert_over();
}

#[test]
fn a_failure_stops_the_runs_of_other_tasks() {
    let options = RunOptions::default().threads(13);
    let (endless, seen) = shared::<Endless>();
    let inner = options.clone();
    let graph = tasks(2, move |c| {
        if c.index == 0 {
            start(endless.graph(1000), &inner)?.wait()?;
            return Ok(Block::Unit);
        }
        endless.wait();
        Err(Error::data("a bad byte"))
    });
    let error = start(graph, &options).unwrap().wait().unwrap_err();
    assert_eq!(error.message(), "a bad byte");
    seen.assert_over();
}

#[test]
fn the_end_of_a_run_ends_what_its_tasks_have_left_behind() {
    for options in [RunOptions::default().threads(15), RunOptions::default().threads(16)] {
        let (endless, seen) = shared::<Endless>();
        let (left, kept) = shared::<Mutex<Option<Run>>>();
        let inner = options.clone();
        let graph = tasks(1, move |_| {
            *left.lock().unwrap() = Some(start(endless.graph(1000), &inner)?);
            endless.wait();
            Ok(Block::Unit)
        });
        start(graph, &options).unwrap().wait().unwrap();
        let run = kept.lock().unwrap().take().unwrap();
        assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Cancelled);
        seen.assert_over();
    }
}

#[test]
fn a_run_started_by_a_task_of_a_cancelled_run_never_begins() {
    let options = RunOptions::default().threads(15);
    let (started, seen_start) = shared::<AtomicBool>();
    let (count, seen) = shared::<AtomicUsize>();
    let (ends, seen_ends) = shared::<Mutex<Vec<ErrorKind>>>();
    let inner = options.clone();
    let graph = tasks(1, move |c| {
        started.store(true, Ordering::SeqCst);
        until(|| c.env.cancel.is_cancelled());
        // The token is set a little before those who look at it are told.
        std::thread::sleep(std::time::Duration::from_millis(20));
        let count = count.clone();
        let late = tasks(10, move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(Block::Unit)
        });
        ends.lock().unwrap().push(start(late, &inner)?.wait().unwrap_err().kind());
        Ok(Block::Unit)
    });
    let mut run = start(graph, &options).unwrap();
    until(|| seen_start.load(Ordering::SeqCst));
    run.cancel();
    until(|| !seen_ends.lock().unwrap().is_empty());
    assert_eq!(*seen_ends.lock().unwrap(), [ErrorKind::Cancelled]);
    assert_eq!(seen.load(Ordering::SeqCst), 0);
}

/// How many threads are in tasks, and how many were at most.
#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    fn during<R>(&self, body: impl FnOnce() -> R) -> R {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let result = body();
        self.now.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

/// A run of as many tasks as the first number says, each of which computes a run of as many as the next one says, …
fn levels(widths: &'static [usize], gauge: &Arc<Gauge>, options: &RunOptions) -> u64 {
    let Some((width, rest)) = widths.split_first() else { return 1 };
    let (inside, inner) = (gauge.clone(), options.clone());
    let graph = tasks(*width, move |_| Ok(Block::value(inside.during(|| levels(rest, &inside, &inner)))));
    start(graph, options).unwrap().wait().unwrap().iter().map(number).sum()
}

#[test]
fn nested_runs_take_few_threads() {
    for (threads, widths) in [(6, &[30, 30, 1][..]), (6, &[40, 40]), (11, &[12, 12, 12]), (6, &[3; 6])] {
        let (gauge, seen) = shared::<Gauge>();
        let options = RunOptions::default().threads(threads);
        let expected: usize = widths.iter().product();
        assert_eq!(levels(widths, &gauge, &options), expected as u64);
        let most = seen.most.load(Ordering::SeqCst);
        assert!(most <= threads * (widths.len() + 1), "{most} threads for {widths:?}");
    }
}

#[test]
fn one_run_after_another_in_every_task_takes_few_threads() {
    let (gauge, seen) = shared::<Gauge>();
    let options = RunOptions::default().threads(8);
    let inner = options.clone();
    let graph = tasks(100, move |_| {
        gauge.during(|| {
            let each = (0..10).map(|_| levels(&[1], &gauge, &inner));
            Ok(Block::value(each.sum::<u64>()))
        })
    });
    let sums = start(graph, &options).unwrap().wait().unwrap();
    assert_eq!(sums.iter().map(number).sum::<u64>(), 1000);
    let most = seen.most.load(Ordering::SeqCst);
    assert!(most <= 8 * 3, "{most} threads");
}
