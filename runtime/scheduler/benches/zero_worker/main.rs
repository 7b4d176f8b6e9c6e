//! The scheduler alone: workers that answer at once. One line per shape of graph and number of workers.
//!
//! `cargo bench -p swath-scheduler --bench zero_worker` prints, for a million tasks (ten thousand under `cargo test`),
//! microseconds of scheduling per task, the bytes per task of graph, job and scheduler (growth of the resident set from
//! before the graph is built to its greatest extent), and the median, 99th percentile and maximum of how long one step
//! or flush took: first while the graph arrives, then while it runs. Workers are those of a cluster: adaptive queues, steals
//! (refused: what is asked back has begun), and reports that come in batches. Each line is a process of its own. Arguments
//! are names of shapes; none means all.

#![allow(clippy::unwrap_used, missing_docs)]

mod shapes;
mod timed;

use std::collections::VecDeque;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use swath_scheduler::{Event, JobId, JobOptions, JobPlan, Order, WorkerId, WorkerSpec};

use shapes::{SHAPES, Shape};
use timed::{Lengths, Timed};

/// Reports taken in before the scheduler decides, as from sockets that are read all at once.
const BATCH: usize = 256;

/// Says that this process is to draw one line: a shape, tasks, workers.
const ONE: &str = "--one";

/// Bytes of memory this process has now; 0 where the system does not tell.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|p| p.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or(0) * 4096
}

fn with_workers(workers: u32) -> Timed {
    let mut timed = Timed::default();
    for id in 0..workers {
        timed.step(Event::WorkerJoined(WorkerId(id), WorkerSpec::remote(format!("w{id}"), 1)));
    }
    timed.flush();
    timed.lengths = Lengths::default();
    timed
}

/// Takes the graph in, and gives out what can be given out before anything is done.
fn arrive(timed: &mut Timed, plan: JobPlan) -> Lengths {
    timed.step(Event::Submit(JobId(0), plan));
    timed.flush();
    while timed.scheduler.has_more() {
        timed.flush();
    }
    std::mem::take(&mut timed.lengths)
}

/// Everything is answered in the order it was asked for; the greatest extent of this process meanwhile.
fn run(timed: &mut Timed) -> usize {
    let (mut largest, mut rounds) = (0, 0u32);
    let mut orders: VecDeque<Order> = VecDeque::new();
    while timed.effects.ended.is_empty() || timed.scheduler.has_more() {
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
        rounds += 1;
        if rounds.is_multiple_of(64) {
            largest = largest.max(resident());
        }
    }
    largest.max(resident())
}

fn drive(name: &str, shape: Shape, n: usize, workers: u32) {
    let mut timed = with_workers(workers);
    let before = resident();
    let graph = Arc::new(shape(n));
    let (tasks, edges) = (graph.len(), graph.edges());
    let start = Instant::now();
    let plan = JobPlan::new(graph, JobOptions::default());
    let prepared = start.elapsed().as_secs_f64() * 1e6 / tasks as f64;
    let arrival = arrive(&mut timed, plan);
    let largest = run(&mut timed);
    let lengths = &timed.lengths;
    println!(
        "{name}, {workers} workers: {tasks} tasks, {:.1} inputs each: {:.2} µs and {} bytes per task (made ready \
         beforehand: {prepared:.2} µs); a step takes {:.1} µs (median), {:.1} (99 %), {:.0} (longest); while it arrives \
         {:.0} (longest)",
        edges as f64 / tasks as f64,
        (arrival.total + lengths.total) as f64 / 1e3 / tasks as f64,
        largest.saturating_sub(before) / tasks,
        lengths.quantile(0.5),
        lengths.quantile(0.99),
        lengths.longest(),
        arrival.longest(),
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [one, name, n, workers] = arguments.as_slice()
        && one == ONE
    {
        let shape = SHAPES.iter().find(|(known, _)| known == name).unwrap().1;
        return drive(name, shape, n.parse().unwrap(), workers.parse().unwrap());
    }
    let n = if arguments.iter().any(|a| a == "--bench") { "1000000" } else { "10000" };
    let wanted: Vec<&String> = arguments.iter().filter(|a| !a.starts_with("--")).collect();
    for (name, _) in SHAPES.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        for workers in ["24", "1000"] {
            let here = std::env::current_exe().unwrap();
            let status = Command::new(here).args([ONE, name, n, workers]).status().unwrap();
            assert!(status.success(), "{name} with {workers} workers ended with {status}");
        }
    }
}
