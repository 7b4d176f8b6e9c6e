//! Operations with an asynchronous half.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use swath_block::{Block, Fetch, Inputs, OpHandle, Operation, TaskContext};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Executor, RunOptions};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::number;

/// Fetches its index, once `together` fetches are under way at the same time, and doubles it.
#[derive(Debug)]
struct Fetching {
    under_way: Arc<AtomicUsize>,
    together: usize,
    fails_at: Option<u32>,
    panics: bool,
}

impl Operation for Fetching {
    fn name(&self) -> &'static str {
        "test.fetching"
    }

    fn fetch(&self, ctx: &TaskContext<'_>) -> Option<Fetch> {
        let (index, under_way, together) = (ctx.index, self.under_way.clone(), self.together);
        let (fails, panics) = (self.fails_at == Some(index), self.panics);
        under_way.fetch_add(1, Ordering::SeqCst);
        let fetch = futures::future::poll_fn(move |cx| {
            assert!(!panics, "no such object");
            if fails {
                return std::task::Poll::Ready(Err(Error::data("cut short")));
            }
            if under_way.load(Ordering::SeqCst) >= together {
                return std::task::Poll::Ready(Ok(Block::value(u64::from(index))));
            }
            let waker = cx.waker().clone();
            std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(2));
                waker.wake();
            });
            std::task::Poll::Pending
        });
        Some(fetch.boxed())
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        Ok(Block::value(inputs.iter().map(number).sum::<u64>() * 2))
    }
}

fn graph(tasks: usize, op: Fetching) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let layer = Layer {
        key: Key::unique("fetching"),
        name: "fetching".into(),
        payload: OpHandle::payload(op),
        annotations: Annotations::producer(None),
    };
    let tasks = b.add(layer, tasks, |_, _| {}).unwrap();
    b.finish(&tasks.iter().collect::<Vec<_>>()).unwrap()
}

fn op(together: usize) -> Fetching {
    Fetching { under_way: Arc::default(), together, fails_at: None, panics: false }
}

fn run(graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
    LocalExecutor::new().start(graph, options)?.wait()
}

#[test]
fn fetches_hold_no_slot() {
    let blocks = run(graph(8, op(8)), &RunOptions::default().threads(1)).unwrap();
    assert_eq!(blocks.iter().map(number).collect::<Vec<_>>(), [0, 2, 4, 6, 8, 10, 12, 14]);
    let blocks = run(graph(3, op(1)), &RunOptions::default().synchronous()).unwrap();
    assert_eq!(blocks.iter().map(number).collect::<Vec<_>>(), [0, 2, 4]);
}

#[test]
fn a_failing_fetch_fails_its_task() {
    for options in [RunOptions::default().threads(2), RunOptions::default().synchronous()] {
        let error = run(graph(4, Fetching { fails_at: Some(2), ..op(1) }), &options).unwrap_err();
        assert_eq!(
            (error.kind(), error.task().unwrap().task.as_str()),
            (ErrorKind::InvalidData, "fetching-2")
        );
    }
    let error = run(graph(1, Fetching { panics: true, ..op(1) }), &RunOptions::default().threads(2));
    assert_eq!(error.unwrap_err().message(), "the task panicked: no such object");
}

#[test]
fn a_fetch_that_never_ends_can_be_cancelled() {
    let options = RunOptions::default().threads(2);
    let mut run = LocalExecutor::new().start(graph(2, op(1000)), &options).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    run.cancel();
    assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Cancelled);
}
