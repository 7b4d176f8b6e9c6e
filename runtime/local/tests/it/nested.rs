//! Runs that tasks start: they end with their parents, and take few threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use swath_block::{Block, TaskContext};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Executor, Run, RunOptions};
use swath_graph::{GraphBuilder, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, shared, until};

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
    let options = RunOptions::default().threads(3);
    let elsewhere = RunOptions::default().threads(5);
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
    let options = RunOptions::default().threads(3);
    let (endless, seen) = shared::<Endless>();
    let run = two_levels(&endless, options.clone(), &options);
    seen.wait();
    drop(run);
    seen.assert_over();
}

#[test]
fn a_failure_stops_the_runs_of_other_tasks() {
    let options = RunOptions::default().threads(3);
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
    for options in [RunOptions::default().threads(2), RunOptions::default().threads(1)] {
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
    let options = RunOptions::default().threads(2);
    let (started, seen_start) = shared::<AtomicBool>();
    let (count, seen) = shared::<AtomicUsize>();
    let (ends, seen_ends) = shared::<Mutex<Vec<ErrorKind>>>();
    let inner = options.clone();
    let graph = tasks(1, move |c| {
        started.store(true, Ordering::SeqCst);
        until(|| c.env.cancel.is_cancelled());
        // The run's end waits a moment for its tasks: the stop may be a little behind its token.
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
