//! Threads without a task help with the loops of others.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use swath_block::Block;
use swath_error::{ErrorKind, Result};
use swath_execute::{Executor, RunOptions};
use swath_graph::{GraphBuilder, TaskGraph};
use swath_local::LocalExecutor;

use crate::graphs::{add, number};

fn run(graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
    LocalExecutor::new().start(graph, options)?.wait()
}

/// Pools that no other test uses.
fn options(threads: usize) -> RunOptions {
    RunOptions::default().threads(threads)
}

#[test]
fn all_threads_take_part_in_the_loop_of_one_task() {
    const THREADS: usize = 13;
    let mut b = GraphBuilder::new();
    let one = add(
        &mut b,
        "loop",
        1,
        |_, _| {},
        |_, ctx| {
            let (here, all) = (Mutex::new(0), Condvar::new());
            let missed = AtomicUsize::new(0);
            // Every piece waits for the others: one thread alone would never get to the second.
            ctx.together().each(THREADS, &|_| {
                let mut count = here.lock().unwrap();
                *count += 1;
                all.notify_all();
                let waited = all.wait_timeout_while(count, Duration::from_secs(50), |count| *count < THREADS);
                missed.fetch_add(usize::from(waited.unwrap().1.timed_out()), Ordering::Relaxed);
            });
            Ok(Block::value(missed.into_inner() as u64))
        },
    );
    let blocks = run(b.finish(&[one.get(0)]).unwrap(), &options(THREADS)).unwrap();
    assert_eq!(number(&blocks[0]), 0);
}

#[test]
fn every_piece_of_every_loop_is_done_once() {
    for options in [options(3), options(14), RunOptions::default().synchronous()] {
        let mut b = GraphBuilder::new();
        let tasks = add(
            &mut b,
            "loops",
            300,
            |_, _| {},
            |_, ctx| {
                let sum = AtomicU64::new(0);
                let pieces = ctx.index as usize % 17;
                ctx.together().each(pieces, &|i| {
                    // Loops within loops.
                    ctx.together().each(3, &|j| {
                        sum.fetch_add((10 * i + j) as u64, Ordering::Relaxed);
                    });
                    std::thread::yield_now();
                });
                Ok(Block::value(sum.into_inner()))
            },
        );
        let blocks = run(b.finish(&tasks.iter().collect::<Vec<_>>()).unwrap(), &options).unwrap();
        for (index, block) in blocks.iter().enumerate() {
            let want: usize = (0..index % 17).map(|i| 30 * i + 3).sum();
            assert_eq!(number(block), want as u64, "task {index}");
        }
    }
}

#[test]
fn a_panic_in_a_piece_is_the_error_of_its_task() {
    let options = options(15);
    for bad in 0..40 {
        let mut b = GraphBuilder::new();
        let one = add(
            &mut b,
            "loop",
            1,
            |_, _| {},
            move |_, ctx| {
                ctx.together().each(40, &|i| {
                    std::thread::yield_now();
                    assert!(i != bad, "piece {i} is bad");
                });
                Ok(Block::Unit)
            },
        );
        let error = run(b.finish(&[one.get(0)]).unwrap(), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TaskFailed);
        assert!(error.to_string().contains(&format!("piece {bad} is bad")), "{error}");
    }
    let mut b = GraphBuilder::new();
    let tasks = add(&mut b, "after", 50, |_, _| {}, |_, c| Ok(Block::value(u64::from(c.index))));
    let blocks = run(b.finish(&tasks.iter().collect::<Vec<_>>()).unwrap(), &options).unwrap();
    assert_eq!(number(&blocks[49]), 49);
}
