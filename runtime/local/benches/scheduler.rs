//! What the runtime itself costs: graphs of tasks that do nothing, fusion off, on the local runtime.
//!
//! `cargo bench -p swath-local --bench scheduler` first prints one line per shape with a million tasks: microseconds
//! per task from the finished graph to the result (and of processor time, which a busy machine changes less), and bytes
//! of memory per task, graph, scheduler and results included (growth of the resident set from before the graph is built
//! to the moment the last task runs, and the peak). Criterion then times ten thousand to a million tasks of each shape.
//! `SHAPES=1 cargo bench …` stops after the lines.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use swath_block::{Block, Inputs, OpHandle, Operation, TaskContext};
use swath_error::Result;
use swath_execute::{Executor, RunOptions};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskGraph, TaskId, TaskRange};
use swath_local::LocalExecutor;

#[derive(Debug)]
struct Empty;

impl Operation for Empty {
    fn name(&self) -> &'static str {
        "bench.empty"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        drop(inputs);
        Ok(Block::Unit)
    }
}

/// The last task of every graph: notes how much memory is in use.
#[derive(Debug)]
struct Last;

static RESIDENT: AtomicUsize = AtomicUsize::new(0);

impl Operation for Last {
    fn name(&self) -> &'static str {
        "bench.last"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        RESIDENT.store(resident(), Ordering::Relaxed);
        drop(inputs);
        Ok(Block::Unit)
    }
}

fn layer(name: &str, op: impl Operation) -> Layer {
    Layer {
        key: Key::unique(name),
        name: name.into(),
        payload: OpHandle::payload(op),
        annotations: Annotations::default(),
    }
}

fn add(
    b: &mut GraphBuilder,
    name: &str,
    tasks: usize,
    deps: impl FnMut(usize, &mut Vec<TaskId>),
) -> TaskRange {
    b.add(layer(name, Empty), tasks, deps).unwrap()
}

/// Ends a graph with a task that reads the given ones.
fn finish(mut b: GraphBuilder, tasks: impl Iterator<Item = TaskId> + Clone) -> TaskGraph {
    let last = b.add(layer("last", Last), 1, |_, d| d.extend(tasks.clone())).unwrap();
    b.finish(&[last.get(0)]).unwrap()
}

/// One task, `n` that read it, one that reads the last of those; all are wanted.
fn fan_out(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let root = add(&mut b, "root", 1, |_, _| {});
    let leaves = add(&mut b, "leaf", n, |_, d| d.push(root.get(0)));
    let last = b.add(layer("last", Last), 1, |_, d| d.push(leaves.get(n - 1))).unwrap();
    let outputs: Vec<TaskId> = leaves.iter().chain(last.iter()).collect();
    b.finish(&outputs).unwrap()
}

/// `n` tasks, each reading the one before.
fn chain(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let links = add(&mut b, "link", n, |i, d| d.extend(i.checked_sub(1).map(|p| TaskId(p as u32))));
    finish(b, links.iter().skip(n - 1))
}

/// `n` tasks in all: half of them leaves, the others each read two.
fn tree(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let mut level = add(&mut b, "leaf", n.div_ceil(2), |_, _| {});
    while level.len() > 1 {
        let below = level;
        let deps = |i: usize, d: &mut Vec<TaskId>| d.extend(below.iter().skip(2 * i).take(2));
        level = add(&mut b, "add", below.len().div_ceil(2), deps);
    }
    finish(b, level.iter())
}

/// `n` tasks read by one.
fn merge(n: usize) -> TaskGraph {
    let mut b = GraphBuilder::new();
    let roots = add(&mut b, "root", n, |_, _| {});
    finish(b, roots.iter())
}

type Shape = (&'static str, fn(usize) -> TaskGraph);
const SHAPES: [Shape; 4] = [("fan-out", fan_out), ("chain", chain), ("tree", tree), ("merge", merge)];

fn options(threads: usize) -> RunOptions {
    RunOptions::default().threads(threads).fuse(false).progress(false)
}

fn run(graph: TaskGraph, threads: usize) -> Duration {
    let start = Instant::now();
    let blocks = LocalExecutor::new().start(graph, &options(threads)).unwrap().wait().unwrap();
    black_box(&blocks);
    start.elapsed()
}

/// Bytes of memory this process has now; 0 where the system does not tell.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    pages.and_then(|p| p.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or(0) * 4096
}

/// The most it has had since the peak was last forgotten.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).map(str::to_owned);
    line.and_then(|l| l.split_whitespace().nth(1)?.parse::<usize>().ok()).unwrap_or(0) * 1024
}

/// Seconds of processor time this process has used, on all threads.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // User and system time are the 14th and 15th fields, in hundredths of a second.
    after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn print_lines() {
    let n = 1_000_000;
    for (name, shape) in SHAPES {
        // A first run warms the threads up; its memory goes back to the system when the graph is dropped.
        run(shape(10_000), 2);
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let before = resident();
        let start = Instant::now();
        let graph = shape(n);
        let built = start.elapsed();
        let used = processor();
        let took = run(graph, 2);
        let used = processor() - used;
        let per = |bytes: usize| bytes.saturating_sub(before) / n;
        println!(
            "{name}: {n} empty tasks, 2 threads: {:.2} µs per task ({:.2} of processor time), {} bytes per task (peak {}); \
             graph built in {built:.0?}",
            took.as_secs_f64() * 1e6 / n as f64,
            used * 1e6 / n as f64,
            per(RESIDENT.load(Ordering::Relaxed)),
            per(peak()),
        );
    }
}

fn main() {
    if std::env::args().any(|a| a == "--test") {
        for (_, shape) in SHAPES {
            run(shape(1000), 2);
        }
        return;
    }
    print_lines();
    if std::env::var_os("SHAPES").is_some() {
        return;
    }
    let mut criterion = Criterion::default().configure_from_args();
    for (name, shape) in SHAPES {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).warm_up_time(Duration::from_millis(500));
        for n in [10_000, 100_000, 1_000_000] {
            group.throughput(Throughput::Elements(n as u64));
            group.bench_with_input(BenchmarkId::from_parameter(n), &n, |b, n| {
                b.iter_custom(|times| (0..times).map(|_| run(shape(*n), 2)).sum());
            });
        }
        group.finish();
    }
    criterion.final_summary();
}
