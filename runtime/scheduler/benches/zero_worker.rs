//! The scheduler alone: workers that answer at once. One line per shape of graph and number of workers.
//!
//! `cargo bench -p swath-scheduler --bench zero_worker` prints, for a million tasks (ten thousand under `cargo test`),
//! microseconds of scheduling per task, the bytes per task of graph, job and scheduler (growth of the resident set from
//! before the graph is built to its greatest extent), and the median, 99th percentile and maximum of how long one step
//! or flush took. Workers are those of a cluster: adaptive queues, steals (refused: what is asked back has begun), and
//! reports that come in batches.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::Arc;
use std::time::Instant;

use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskGraph, TaskId, TaskRange};
use swath_scheduler::{
    Effects, Event, JobId, JobOptions, JobPlan, Order, Scheduler, Time, WorkerId, WorkerSpec,
};

/// Reports taken in before the scheduler decides, as from sockets that are read all at once.
const BATCH: usize = 256;

fn add(b: &mut GraphBuilder, tasks: usize, deps: impl FnMut(usize, &mut Vec<TaskId>)) -> TaskRange {
    let layer = Layer {
        key: Key::unique("bench"),
        name: "bench".into(),
        payload: Payload::Encoded([].into()),
        annotations: Annotations::default(),
    };
    b.add(layer, tasks, deps).unwrap()
}

/// Roots that one task reads.
fn merge(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let roots = add(&mut b, n, |_, _| {});
    let last = add(&mut b, 1, |_, d| d.extend(roots.iter()));
    b.finish(&[last.get(0)]).unwrap()
}

/// Binary additions.
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

/// Partitions that are read, mapped and folded by eights.
fn bag(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let partitions = n * 8 / 17;
    let read = add(&mut b, partitions, |_, _| {});
    let mut level = add(&mut b, partitions, |i, d| d.push(read.get(i)));
    while level.len() > 1 {
        let below = level;
        let deps = |i: usize, d: &mut Vec<TaskId>| d.extend(below.iter().skip(8 * i).take(8));
        level = add(&mut b, below.len().div_ceil(8), deps);
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

/// Bytes of memory this process has now; 0 where the system does not tell.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|p| p.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// A scheduler whose calls are timed.
#[derive(Default)]
struct Timed {
    scheduler: Scheduler,
    effects: Effects,
    /// Nanoseconds of each call.
    calls: Vec<u32>,
    now: u64,
}

impl Timed {
    fn step(&mut self, event: Event) {
        let start = Instant::now();
        self.scheduler.step(Time(self.now), event, &mut self.effects);
        self.calls.push(start.elapsed().as_nanos() as u32);
    }

    fn flush(&mut self) {
        let start = Instant::now();
        self.scheduler.flush(Time(self.now), &mut self.effects);
        self.calls.push(start.elapsed().as_nanos() as u32);
        self.now += 10;
    }
}

/// Everything is answered in the order it was asked for.
fn drive(name: &str, shape: fn(usize) -> TaskGraph, n: usize, workers: u32) {
    let before = resident();
    let graph = Arc::new(shape(n));
    let tasks = graph.len();
    let start = Instant::now();
    let plan = JobPlan::new(graph, JobOptions::default());
    let prepared = start.elapsed();
    let mut timed = Timed::default();
    timed.calls.reserve(3 * tasks);
    let reserved = 12 * tasks;
    for id in 0..workers {
        timed.step(Event::WorkerJoined(WorkerId(id), WorkerSpec::remote(format!("w{id}"), 1)));
    }
    timed.calls.clear();
    let start = Instant::now();
    timed.step(Event::Submit(JobId(0), plan));
    timed.flush();
    let mut largest = 0;
    let mut orders: std::collections::VecDeque<Order> = std::collections::VecDeque::new();
    while timed.effects.ended.is_empty() {
        orders.extend(timed.effects.run.drain(..));
        timed.effects.release.clear();
        for attempt in std::mem::take(&mut timed.effects.recall) {
            timed.step(Event::Kept(attempt));
        }
        for _ in 0..BATCH {
            let Some(order) = orders.pop_front() else { break };
            timed.step(Event::Done(order.attempt, 8, 10));
        }
        timed.flush();
        if timed.calls.len().is_multiple_of(1 << 12) {
            largest = largest.max(resident());
        }
    }
    let took = start.elapsed();
    largest = largest.max(resident());
    timed.calls.sort_unstable();
    let at = |part: f64| f64::from(timed.calls[((timed.calls.len() - 1) as f64 * part) as usize]) / 1e3;
    println!(
        "{name}: {tasks} tasks, {workers} workers: {:.3} µs per task (prepared beforehand: {:.3}), {} bytes per task; \
         a call takes {:.1} µs (median), {:.1} (99 %), {:.0} (longest)",
        took.as_secs_f64() * 1e6 / tasks as f64,
        prepared.as_secs_f64() * 1e6 / tasks as f64,
        largest.saturating_sub(before + reserved) / tasks,
        at(0.5),
        at(0.99),
        at(1.0),
    );
}

fn main() {
    let n = if std::env::args().any(|a| a == "--bench") { 1_000_000 } else { 10_000 };
    let shapes =
        [("merge", merge as fn(usize) -> TaskGraph), ("tree", tree), ("bag", bag), ("stencil", stencil)];
    for (name, shape) in shapes {
        for workers in [1, 24, 1000] {
            drive(name, shape, n, workers);
        }
    }
}
