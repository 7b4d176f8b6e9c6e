//! Values whose end panics: no thread is lost, every run ends.

use std::panic::panic_any;

use futures::FutureExt as _;
use swath_block::{Block, Fetch, Inputs, OpHandle, Operation, TaskContext};
use swath_error::{ErrorKind, Result};
use swath_execute::{Executor, RunOptions};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, number};

/// Panics when it is dropped, with another one of these so many times over.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Bomb(u8);

impl Drop for Bomb {
    fn drop(&mut self) {
        if let Some(left) = self.0.checked_sub(1) {
            panic_any(Self(left));
        }
    }
}

#[derive(Debug)]
struct FetchBomb;

impl Operation for FetchBomb {
    fn name(&self) -> &'static str {
        "test.bomb"
    }

    fn fetch(&self, ctx: &TaskContext<'_>) -> Option<Fetch> {
        if ctx.index == 0 {
            panic_any(Bomb(3));
        }
        Some(async { panic_any(Bomb(3)) }.boxed())
    }

    fn run(&self, _: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        Ok(Block::Unit)
    }
}

fn run(graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
    LocalExecutor::new().start(graph, options)?.wait()
}

/// Pools that no other test uses.
fn pools() -> [RunOptions; 3] {
    let default = RunOptions::default;
    [default().synchronous(), default().threads(9), default().threads(10)]
}

fn assert_alive(options: &RunOptions) {
    let mut b = GraphBuilder::new();
    let tasks = add(&mut b, "after", 50, |_, _| {}, |_, c| Ok(Block::value(u64::from(c.index))));
    let blocks = run(b.finish(&tasks.iter().collect::<Vec<_>>()).unwrap(), options).unwrap();
    assert_eq!(number(&blocks[49]), 49);
}

#[test]
fn a_panic_with_a_value_that_panics_is_an_error() {
    for options in pools() {
        for _ in 0..20 {
            let mut b = GraphBuilder::new();
            let boom = add(&mut b, "boom", 1, |_, _| {}, |_, _| panic_any(Bomb(3)));
            let error = run(b.finish(&[boom.get(0)]).unwrap(), &options).unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::TaskFailed, "the task panicked"));
        }
        assert_alive(&options);
    }
}

#[test]
fn so_it_is_in_a_fetch() {
    for options in pools() {
        for task in 0..2 {
            let mut b = GraphBuilder::new();
            let payload: Payload = OpHandle::payload(FetchBomb);
            let key = Key::unique("bomb");
            let layer = Layer { key, name: "bomb".into(), payload, annotations: Annotations::default() };
            let fetch = b.add(layer, 2, |_, _| {}).unwrap();
            let error = run(b.finish(&[fetch.get(task)]).unwrap(), &options).unwrap_err();
            assert_eq!((error.kind(), error.message()), (ErrorKind::TaskFailed, "the task panicked"));
        }
        assert_alive(&options);
    }
}

#[test]
fn a_failed_run_drops_its_results_whatever_they_do() {
    for options in pools() {
        let options = options.fuse(false);
        let mut b = GraphBuilder::new();
        let bombs = add(&mut b, "bomb", 6, |_, _| {}, |_, _| Ok(Block::value(Bomb(2))));
        let fail =
            add(&mut b, "fail", 1, |_, d| d.extend(bombs.iter()), |_, _| Err(swath_error::Error::data("no")));
        let outputs: Vec<_> = bombs.iter().chain(fail.iter()).collect();
        let error = run(b.finish(&outputs).unwrap(), &options).unwrap_err();
        assert_eq!(error.message(), "no");
        assert_alive(&options);
    }
}
