//! Results, errors, cancellation, nesting.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Executor, RunOptions};
use swath_graph::{Annotations, GraphBuilder, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, layer, number, shared, sum, until};

fn run(graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
    LocalExecutor::new().start(graph, options)?.wait()
}

fn modes() -> [RunOptions; 4] {
    let default = RunOptions::default;
    [default().synchronous(), default().threads(1), default().threads(2), default().threads(4).fuse(false)]
}

/// Leaves 0..n summed in pairs until one is left.
fn tree(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let mut level = add(&mut b, "leaf", n, |_, _| {}, |i, c| Ok(sum(&i, c)));
    while level.len() > 1 {
        let below = level;
        let deps = |i: usize, d: &mut Vec<_>| d.extend(below.iter().skip(2 * i).take(2));
        level = add(&mut b, "add", level.len().div_ceil(2), deps, |i, _| {
            Ok(Block::value(i.iter().map(number).sum::<u64>()))
        });
    }
    b.finish(&[level.get(0), level.get(0)]).unwrap()
}

#[test]
fn sums_a_tree_in_every_mode() {
    for options in modes() {
        let blocks = run(tree(1000), &options).unwrap();
        let numbers: Vec<u64> = blocks.iter().map(number).collect();
        assert_eq!(numbers, [499_500, 499_500], "{options:?}");
    }
}

#[test]
fn an_empty_graph_gives_nothing() {
    for options in modes() {
        assert!(run(TaskGraph::default(), &options).unwrap().is_empty());
    }
}

#[test]
fn a_failure_names_the_root_task_and_its_inputs() {
    for options in modes() {
        let mut b = GraphBuilder::new();
        let read = add(&mut b, "read", 3, |_, _| {}, |i, c| Ok(sum(&i, c)));
        let parse = add(
            &mut b,
            "parse",
            3,
            |i, d| d.push(read.get(i)),
            |i, c| {
                if c.index == 1 { Err(Error::data("a bad byte")) } else { Ok(sum(&i, c)) }
            },
        );
        let all = add(&mut b, "all", 1, |_, d| d.extend(parse.iter()), |i, c| Ok(sum(&i, c)));
        let graph = b.finish(&[all.get(0)]).unwrap();
        let error = run(graph, &options.clone().fuse(false)).unwrap_err();
        let task = error.task().unwrap();
        assert_eq!((task.task.as_str(), task.inputs.as_slice()), ("parse-1", &["read-1".to_owned()][..]));
        assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidData, "a bad byte"), "{options:?}");
    }
}

#[test]
fn a_panic_is_an_error() {
    for options in modes() {
        let mut b = GraphBuilder::new();
        let boom = add(&mut b, "boom", 1, |_, _| {}, |_, _| panic!("{} and {}", 1, 2));
        let error = run(b.finish(&[boom.get(0)]).unwrap(), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TaskFailed);
        assert_eq!(error.message(), "the task panicked: 1 and 2");
        assert_eq!(error.task().unwrap().task, "boom-0");
    }
}

#[test]
fn retries_are_honoured_with_the_same_inputs() {
    for options in modes() {
        let mut b = GraphBuilder::new();
        let read = add(&mut b, "read", 1, |_, _| {}, |_, _| Ok(Block::value(5u64)));
        let (tries, seen) = shared::<AtomicUsize>();
        let retry = Annotations { retries: 2, ..Annotations::default() };
        let flaky = layer("flaky", retry, move |i, _| match tries.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Err(Error::data("not yet")),
            _ => Ok(Block::value(number(&i[0]))),
        });
        let flaky = b.add(flaky, 1, |_, d| d.push(read.get(0))).unwrap();
        let blocks = run(b.finish(&[flaky.get(0)]).unwrap(), &options).unwrap();
        assert_eq!((number(&blocks[0]), seen.load(Ordering::Relaxed)), (5, 3));
    }
}

#[test]
fn a_dropped_run_stops() {
    let mut b = GraphBuilder::new();
    let (started, seen_start) = shared::<AtomicBool>();
    let (stopped, seen_stop) = shared::<AtomicBool>();
    let long = add(
        &mut b,
        "long",
        1,
        |_, _| {},
        move |_, c| {
            started.store(true, Ordering::SeqCst);
            until(|| c.env.cancel.is_cancelled());
            stopped.store(true, Ordering::SeqCst);
            c.check_cancelled()?;
            Ok(Block::Unit)
        },
    );
    let graph = b.finish(&[long.get(0)]).unwrap();
    let run = LocalExecutor::new().start(graph, &RunOptions::default().threads(2)).unwrap();
    until(|| seen_start.load(Ordering::SeqCst));
    drop(run);
    until(|| seen_stop.load(Ordering::SeqCst));
}

#[test]
fn a_cancelled_run_says_so() {
    let mut b = GraphBuilder::new();
    let long = add(
        &mut b,
        "long",
        100,
        |_, _| {},
        |_, c| {
            until(|| c.env.cancel.is_cancelled());
            c.check_cancelled()?;
            Ok(Block::Unit)
        },
    );
    let graph = b.finish(&long.iter().collect::<Vec<_>>()).unwrap();
    let mut run = LocalExecutor::new().start(graph, &RunOptions::default().threads(2)).unwrap();
    run.cancel();
    assert_eq!(run.wait().unwrap_err().kind(), ErrorKind::Cancelled);
}

/// Computes fib by nested runs: more levels than threads.
fn fib(n: u64, options: &RunOptions) -> u64 {
    let mut b = GraphBuilder::new();
    let inner = options.clone();
    let parts = add(
        &mut b,
        "fib",
        2,
        |_, _| {},
        move |_, c| {
            let n = n.saturating_sub(1 + u64::from(c.index));
            Ok(Block::value(if n < 2 { n } else { fib(n, &inner) }))
        },
    );
    let both = add(
        &mut b,
        "add",
        1,
        |_, d| d.extend(parts.iter()),
        |i, _| Ok(Block::value(i.iter().map(number).sum::<u64>())),
    );
    number(&run(b.finish(&[both.get(0)]).unwrap(), options).unwrap()[0])
}

#[test]
fn nested_runs_do_not_deadlock() {
    for options in modes() {
        assert_eq!(fib(9, &options), 34, "{options:?}");
    }
    assert_eq!(fib(7, &RunOptions::default()), 13);
}

#[test]
fn memory_is_given_back_exactly() {
    let options = RunOptions::default().threads(2).memory_limit(1 << 20);
    let mut b = GraphBuilder::new();
    let read = add(&mut b, "read", 50, |_, _| {}, |_, _| Ok(Block::value(vec![7u64; 1000])));
    let (peak, seen_peak) = shared::<parking_lot::Mutex<Option<swath_block::MemoryLedger>>>();
    let len = add(
        &mut b,
        "len",
        50,
        |i, d| d.extend([read.get(i), read.get((i + 1) % 50)]),
        move |i, c| {
            peak.lock().get_or_insert_with(|| c.env.memory.clone());
            Ok(Block::value(i.len() as u64))
        },
    );
    let graph = b.finish(&len.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(run(graph, &options).unwrap().len(), 50);
    let ledger = seen_peak.lock().take().unwrap();
    assert_eq!(ledger.used(), 0);
    assert!(ledger.peak() >= 16_000);
}

#[test]
fn long_chains_and_wide_graphs_are_dropped_without_recursion() {
    let options = RunOptions::default().threads(2).fuse(false);
    let mut b = GraphBuilder::new();
    let chain = add(
        &mut b,
        "chain",
        100_000,
        |i, d| {
            if i > 0 {
                d.push(swath_graph::TaskId(i as u32 - 1));
            }
        },
        |i, _| Ok(Block::value(i.first().map_or(0, number) + 1)),
    );
    let blocks = run(b.finish(&[chain.get(99_999)]).unwrap(), &options).unwrap();
    assert_eq!(number(&blocks[0]), 100_000);
}

#[test]
fn a_finished_run_keeps_nothing_alive() {
    let options = RunOptions::default().threads(2);
    let mut b = GraphBuilder::new();
    let (held, seen) = shared::<u8>();
    let tasks = add(
        &mut b,
        "hold",
        500,
        |_, _| {},
        move |i, c| {
            let _ = &held;
            Ok(sum(&i, c))
        },
    );
    let graph = b.finish(&tasks.iter().collect::<Vec<_>>()).unwrap();
    assert_eq!(run(graph, &options).unwrap().len(), 500);
    until(|| std::sync::Arc::strong_count(&seen) == 1);
}

#[test]
fn wide_tasks_are_given_their_slots() {
    let wide = Annotations { slots: 8, ..Annotations::default() };
    for (threads, granted) in [(1, 1), (3, 3), (12, 8)] {
        let mut b = GraphBuilder::new();
        let narrow = add(&mut b, "narrow", 40, |_, _| {}, |_, _| Ok(Block::Unit));
        let op = layer("wide", wide.clone(), |_, c| Ok(Block::value(c.slots as u64)));
        let wide = b.add(op, 3, |i, d| d.push(narrow.get(i))).unwrap();
        let outputs: Vec<_> = wide.iter().chain(narrow.iter()).collect();
        let blocks = run(b.finish(&outputs).unwrap(), &RunOptions::default().threads(threads)).unwrap();
        assert_eq!(blocks[..3].iter().map(number).collect::<Vec<_>>(), [granted; 3], "{threads} threads");
    }
}

#[test]
fn runs_share_a_pool() {
    let options = RunOptions::default().threads(2);
    let runs: Vec<_> = (0..20).map(|_| LocalExecutor::new().start(tree(300), &options).unwrap()).collect();
    for run in runs {
        assert_eq!(number(&run.wait().unwrap()[0]), 44_850);
    }
}

#[test]
fn a_long_task_holds_nothing_up_behind_it() {
    // Thousands of very short tasks make the threads take many at once; one of them is long and waits for the others.
    let n = 5000;
    let (count, seen) = shared::<AtomicUsize>();
    let mut b = GraphBuilder::new();
    let short = add(
        &mut b,
        "short",
        n,
        |_, _| {},
        move |_, c| {
            if c.index == 2500 {
                until(|| count.load(Ordering::SeqCst) == 2 * n - 2);
            } else {
                count.fetch_add(1, Ordering::SeqCst);
            }
            Ok(Block::Unit)
        },
    );
    let next = add(
        &mut b,
        "next",
        n,
        |i, d| d.push(short.get(i)),
        move |_, c| {
            if c.index != 2500 {
                seen.fetch_add(1, Ordering::SeqCst);
            }
            Ok(Block::Unit)
        },
    );
    let graph = b.finish(&next.iter().collect::<Vec<_>>()).unwrap();
    run(graph, &RunOptions::default().threads(2).fuse(false)).unwrap();
}
