//! Graphs of collections on a cluster.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use swath_block::{Block, Inputs, OpHandle, Operation, TaskContext, encode_operation, register_operation};
use swath_cluster::{ClusterExecutor, LocalCluster};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Collection, Executor as _, Lowered, RunOptions};
use swath_graph::{Annotations, GraphBuilder, Key, Layer};

use crate::functions::cluster;

/// Adds its inputs, its index and a constant.
#[derive(Debug, Serialize, Deserialize)]
struct Sum {
    plus: u64,
}

impl Operation for Sum {
    fn name(&self) -> &'static str {
        "test.sum"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let mut total = self.plus + u64::from(ctx.index);
        for input in inputs {
            total += *input.into_value()?.downcast::<u64>()?;
        }
        if total == 666 {
            return Err(Error::argument("the number of the beast"));
        }
        Ok(Block::value(total))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

register_operation!(Sum, "test.sum");

/// Gives a number by its asynchronous half.
#[derive(Debug, Serialize, Deserialize)]
struct Away;

impl Operation for Away {
    fn name(&self) -> &'static str {
        "test.away"
    }

    fn run(&self, mut inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        inputs.pop().ok_or_else(|| Error::internal("nothing was fetched"))
    }

    fn fetch(&self, ctx: &TaskContext<'_>) -> Option<swath_block::Fetch> {
        let index = u64::from(ctx.index);
        Some(Box::pin(async move { Ok(Block::value(index)) }))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

register_operation!(Away, "test.away");

/// Stays in its process.
#[derive(Debug)]
struct Homely;

impl Operation for Homely {
    fn name(&self) -> &'static str {
        "test.homely"
    }

    fn run(&self, _: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        Ok(Block::Unit)
    }
}

fn layer(name: &str, op: impl Operation) -> Layer {
    Layer {
        key: Key::of(name).finish(),
        name: name.into(),
        payload: OpHandle::payload(op),
        annotations: Annotations::default(),
    }
}

/// A tree: leaves by the asynchronous half, pairs added until one is left.
struct Tree {
    leaves: usize,
    plus: u64,
}

impl Collection for Tree {
    type Output = u64;

    fn lower(&self, b: &mut GraphBuilder) -> Result<Lowered<u64>> {
        let mut level: Vec<_> = b.add(layer("leaf", Away), self.leaves, |_, _| {})?.iter().collect();
        level = b
            .add(layer("inc", Sum { plus: self.plus }), level.len(), |i, d| d.push(level[i]))?
            .iter()
            .collect();
        let mut depth = 0;
        while level.len() > 1 {
            depth += 1;
            let pairs = level.len().div_ceil(2);
            let layer = layer(&format!("level-{depth}"), Sum { plus: 0 });
            let range = b.add(layer, pairs, |i, d| d.extend(level[2 * i..].iter().take(2)))?;
            level = range.iter().collect();
        }
        Ok(Lowered::new(level, |blocks| {
            let value = blocks.into_iter().next().unwrap_or_default().into_value()?;
            Ok(*value.downcast::<u64>()?)
        }))
    }
}

#[test]
fn a_collection_gives_what_it_gives_here() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    for fuse in [true, false] {
        let tree = Tree { leaves: 50, plus: 1 };
        let options = RunOptions::default().fuse(fuse);
        // Leaves and their increments are numbered, and so is every pair.
        let expected = {
            let mut level: Vec<u64> = (0..50).map(|i| i + i + 1).collect();
            while level.len() > 1 {
                level = level.chunks(2).zip(0..).map(|(c, i)| c.iter().sum::<u64>() + i).collect();
            }
            level[0]
        };
        assert_eq!(client.scope(|| tree.compute_with(&options)).unwrap(), expected);
    }
}

#[test]
fn errors_and_local_operations() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let error = client.scope(|| Tree { leaves: 1, plus: 666 }.compute()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.task().unwrap().task.contains("inc"), "{error}");
    let mut b = GraphBuilder::new();
    let one = b.add(layer("homely", Homely), 1, |_, _| {}).unwrap();
    let graph = b.finish(&[one.get(0)]).unwrap();
    let executor = Arc::new(ClusterExecutor::new(&client));
    let error = executor.start(graph, &RunOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("homely"), "{error}");
}

/// A loop of three pieces, each of which waits for the others, some time in vain when one thread is alone.
#[derive(Debug, Serialize, Deserialize)]
struct Meet;

impl Operation for Meet {
    fn name(&self) -> &'static str {
        "test.meet"
    }

    fn run(&self, _: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let (here, all, missed) = (Mutex::new(0), Condvar::new(), AtomicU64::new(0));
        ctx.together().each(3, &|_| {
            let mut count = here.lock().unwrap();
            *count += 1;
            all.notify_all();
            let waited = all.wait_timeout_while(count, Duration::from_secs(50), |count| *count < 3);
            missed.fetch_add(u64::from(waited.unwrap().1.timed_out()), Ordering::Relaxed);
        });
        Ok(Block::value(missed.into_inner()))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

register_operation!(Meet, "test.meet");

#[test]
fn threads_of_a_worker_help_each_other() {
    let cluster =
        LocalCluster::builder().workers(1).threads_per_worker(3).memory_limit(256 << 20).start().unwrap();
    let executor = ClusterExecutor::new(&cluster.client().unwrap());
    for _ in 0..20 {
        let mut b = GraphBuilder::new();
        let one = b.add(layer("meet", Meet), 1, |_, _| {}).unwrap();
        let graph = b.finish(&[one.get(0)]).unwrap();
        let blocks = executor.start(graph, &RunOptions::default()).unwrap().wait().unwrap();
        assert_eq!(*blocks[0].clone().into_value().unwrap().downcast::<u64>().unwrap(), 0);
    }
}

/// Data of this process, summed.
struct Held(Vec<Vec<u64>>);

#[derive(Debug, Serialize, Deserialize)]
struct Total;

impl Operation for Total {
    fn name(&self) -> &'static str {
        "test.total"
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let mut total = 0;
        for input in inputs {
            total += input.into_value()?.downcast::<Vec<u64>>()?.iter().sum::<u64>();
        }
        Ok(Block::value(total))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

register_operation!(Total, "test.total");

impl Collection for Held {
    type Output = u64;

    fn lower(&self, b: &mut GraphBuilder) -> Result<Lowered<u64>> {
        assert!(b.travels());
        let blocks: Vec<Block> = self.0.iter().map(|v| Block::value(v.clone())).collect();
        let held = b.add(layer("held", swath_block::HandOut::new(blocks.into())), self.0.len(), |_, _| {})?;
        let total = b.add(layer("total", Total), 1, |_, d| d.extend(held.iter()))?;
        Ok(Lowered::new(total.iter(), |blocks| {
            Ok(*blocks.into_iter().next().unwrap_or_default().into_value()?.downcast::<u64>()?)
        }))
    }
}

#[test]
fn data_of_this_process_goes_to_workers_first() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    for length in [10, 100_000u64] {
        let held = Held(vec![(0..length).collect(); 6]);
        assert_eq!(client.scope(|| held.compute()).unwrap(), 6 * length * (length - 1) / 2);
        let kept = client.persist(&held).unwrap();
        kept.wait().unwrap();
        assert_eq!(client.scope(|| held.compute()).unwrap(), 6 * length * (length - 1) / 2);
    }
}

#[test]
fn a_client_can_be_the_default() {
    let cluster = cluster(1);
    let client = cluster.client().unwrap();
    let guard = client.make_default();
    assert_eq!(std::thread::spawn(|| Tree { leaves: 1, plus: 4 }.compute()).join().unwrap().unwrap(), 4);
    drop(guard);
    // Nothing else is linked into this program.
    assert_eq!(Tree { leaves: 1, plus: 4 }.compute().unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn what_is_persisted_is_the_start_of_later_graphs() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    let tree = Tree { leaves: 20, plus: 1 };
    let value = client.scope(|| tree.compute()).unwrap();
    let kept = client.persist(&tree).unwrap();
    kept.wait().unwrap();
    assert_eq!(client.scope(|| tree.compute()).unwrap(), value);
    drop(kept);
    assert_eq!(client.scope(|| tree.compute()).unwrap(), value);
}

/// Numbers, summed by one task.
struct Merge(usize);

impl Collection for Merge {
    type Output = u64;

    fn lower(&self, b: &mut GraphBuilder) -> Result<Lowered<u64>> {
        let numbers = b.add(layer("number", Sum { plus: 1000 }), self.0, |_, _| {})?;
        let merge = b.add(layer("merge", Sum { plus: 0 }), 1, |_, d| d.extend(numbers.iter()))?;
        Ok(Lowered::new(merge.iter(), |blocks| {
            Ok(*blocks.into_iter().next().unwrap_or_default().into_value()?.downcast::<u64>()?)
        }))
    }
}

#[test]
fn a_task_may_read_very_many_others() {
    let cluster = cluster(2);
    let client = cluster.client().unwrap();
    // More than one message tells of.
    for n in [4096u64, 4097, 20_000] {
        let sum = client.scope(|| Merge(n as usize).compute()).unwrap();
        assert_eq!(sum, n * (n - 1) / 2 + 1000 * n);
    }
}
