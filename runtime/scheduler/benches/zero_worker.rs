//! The scheduler alone: workers that answer at once. One line per shape of graph and number of workers.
//!
//! `cargo bench -p swath-scheduler --bench zero_worker` prints microseconds of scheduling per task for a million tasks
//! (ten thousand under `cargo test`), and the bytes per task of a prepared job.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::time::Instant;

use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskGraph, TaskId, TaskRange};
use swath_scheduler::{
    Effects, Event, JobId, JobOptions, JobPlan, Order, Scheduler, Time, WorkerId, WorkerSpec,
};

fn add(b: &mut GraphBuilder, tasks: usize, deps: impl FnMut(usize, &mut Vec<TaskId>)) -> TaskRange {
    let layer = Layer {
        key: Key::unique("bench"),
        name: "bench".into(),
        payload: Payload::Local(Arc::new(())),
        annotations: Annotations::default(),
    };
    b.add(layer, tasks, deps).unwrap()
}

fn merge(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let roots = add(&mut b, n, |_, _| {});
    let last = add(&mut b, 1, |_, d| d.extend(roots.iter()));
    b.finish(&[last.get(0)]).unwrap()
}

fn tree(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let mut level = add(&mut b, n.div_ceil(2), |_, _| {});
    while level.len() > 1 {
        let below = level;
        let deps = |i: usize, d: &mut Vec<TaskId>| d.extend(below.iter().skip(2 * i).take(2));
        level = add(&mut b, below.len().div_ceil(2), deps);
    }
    b.finish(&[level.get(0)]).unwrap()
}

/// Each task reads its two neighbours of the step before: a stencil of a thousand points.
fn stencil(n: usize) -> TaskGraph {
    let width = 1000.min(n);
    let mut b = GraphBuilder::new();
    let mut row = add(&mut b, width, |_, _| {});
    for _ in 1..n / width {
        let before = row;
        let deps = |i: usize, d: &mut Vec<TaskId>| d.extend(before.iter().skip(i.max(1) - 1).take(3));
        row = add(&mut b, width, deps);
    }
    let outputs: Vec<TaskId> = row.iter().collect();
    b.finish(&outputs).unwrap()
}

/// Everything is answered in the order it was asked for.
fn drive(graph: TaskGraph, workers: u32) -> (f64, f64) {
    let tasks = graph.len() as f64;
    let (mut scheduler, mut effects) = (Scheduler::default(), Effects::default());
    for id in 0..workers {
        scheduler.step(Time(0), Event::WorkerJoined(WorkerId(id), WorkerSpec::local(1)), &mut effects);
    }
    let start = Instant::now();
    let plan = JobPlan::new(Arc::new(graph), JobOptions::default());
    let prepared = start.elapsed();
    let start = Instant::now();
    scheduler.step(Time(0), Event::Submit(JobId(0), plan), &mut effects);
    scheduler.flush(Time(0), &mut effects);
    let mut orders: Vec<Order> = Vec::new();
    while effects.ended.is_empty() {
        orders.append(&mut effects.run);
        effects.release.clear();
        for order in orders.drain(..) {
            scheduler.step(Time(0), Event::Done(order.attempt, 8, 0), &mut effects);
        }
        scheduler.flush(Time(0), &mut effects);
    }
    (prepared.as_secs_f64() * 1e6 / tasks, start.elapsed().as_secs_f64() * 1e6 / tasks)
}

fn main() {
    let n = if std::env::args().any(|a| a == "--bench") { 1_000_000 } else { 10_000 };
    for (name, shape) in [("merge", merge as fn(usize) -> TaskGraph), ("tree", tree), ("stencil", stencil)] {
        for workers in [1, 24, 1000] {
            let (prepared, scheduled) = drive(shape(n), workers);
            println!(
                "{name}: {n} tasks, {workers} workers: {scheduled:.3} µs per task (prepared beforehand: {prepared:.3})"
            );
        }
    }
}
