//! Tasks that compute on a thread of their own and wait for it: nobody sees that those runs are nested.

use futures::FutureExt as _;
use swath_block::{Block, Fetch, Inputs, OpHandle, Operation, TaskContext};
use swath_error::Result;
use swath_execute::{Executor, RunOptions};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, number, sum};

fn run(graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
    LocalExecutor::new().start(graph, options)?.wait()
}

/// Fetches its index.
#[derive(Debug)]
struct FetchIndex;

impl Operation for FetchIndex {
    fn name(&self) -> &'static str {
        "test.fetch"
    }

    fn fetch(&self, ctx: &TaskContext<'_>) -> Option<Fetch> {
        let block = Block::value(u64::from(ctx.index));
        Some(std::future::ready(Ok(block)).boxed())
    }

    fn run(&self, mut inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        Ok(inputs.remove(0))
    }
}

/// Three numbers fetched, passed on and added up: 3.
fn three(options: &RunOptions) -> u64 {
    let mut b = GraphBuilder::new();
    let annotations = Annotations::producer(None);
    let payload = OpHandle::payload(FetchIndex);
    let layer = Layer { key: Key::unique("fetch"), name: "fetch".into(), payload, annotations };
    let fetch = b.add(layer, 3, |_, _| {}).unwrap();
    let pass = add(&mut b, "pass", 3, |i, d| d.push(fetch.get(i)), |i, _| Ok(Block::value(number(&i[0]))));
    let all = add(&mut b, "all", 1, |_, d| d.extend(pass.iter()), |i, c| Ok(sum(&i, c)));
    number(&run(b.finish(&[all.get(0)]).unwrap(), options).unwrap()[0])
}

fn on_another_thread<R: Send + 'static>(body: impl FnOnce() -> R + Send + 'static) -> R {
    std::thread::spawn(body).join().unwrap()
}

#[test]
fn tasks_that_wait_for_other_threads_come_to_an_end() {
    for (threads, tasks) in [(1, 1), (1, 3), (17, 40)] {
        let options = RunOptions::default().threads(threads);
        let inner = options.clone();
        let mut b = GraphBuilder::new();
        let apart = add(
            &mut b,
            "apart",
            tasks,
            |_, _| {},
            move |_, _| {
                let inner = inner.clone();
                Ok(Block::value(on_another_thread(move || three(&inner))))
            },
        );
        let all = add(&mut b, "all", 1, |_, d| d.extend(apart.iter()), |i, c| Ok(sum(&i, c)));
        let blocks = run(b.finish(&[all.get(0)]).unwrap(), &options).unwrap();
        assert_eq!(number(&blocks[0]), 3 * tasks as u64, "{tasks} tasks on {threads} threads");
    }
}

#[test]
fn so_do_nested_ones() {
    let options = RunOptions::default().threads(1);
    let (inner, innermost) = (options.clone(), options.clone());
    let mut b = GraphBuilder::new();
    let outer = add(
        &mut b,
        "outer",
        2,
        |_, _| {},
        move |_, _| {
            let innermost = innermost.clone();
            let mut b = GraphBuilder::new();
            let apart = add(
                &mut b,
                "apart",
                3,
                |_, _| {},
                move |_, _| {
                    let innermost = innermost.clone();
                    Ok(Block::value(on_another_thread(move || three(&innermost))))
                },
            );
            let blocks = run(b.finish(&apart.iter().collect::<Vec<_>>())?, &inner)?;
            Ok(Block::value(blocks.iter().map(number).sum::<u64>()))
        },
    );
    let graph = b.finish(&outer.iter().collect::<Vec<_>>()).unwrap();
    let sums: Vec<u64> = run(graph, &options).unwrap().iter().map(number).collect();
    assert_eq!(sums, [9, 9]);
}
