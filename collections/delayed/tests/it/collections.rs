//! Whole collections as arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use swath_block::{Block, Inputs, OpHandle, Operation, TaskContext};
use swath_delayed::{Delayed, delayed, partitions, value, whole};
use swath_error::Result;
use swath_execute::{Collection, Lowered, compute_all};
use swath_graph::{Annotations, GraphBuilder, Key, Layer};

/// Three partitions, each of two numbers above `from`; its result is not serialisable.
#[derive(Clone, Debug)]
struct Numbers {
    from: Delayed<u32>,
    runs: Arc<AtomicUsize>,
    key: Key,
}

#[derive(Clone, Debug, PartialEq)]
struct All(Vec<u32>);

#[derive(Debug)]
struct Pair(Arc<AtomicUsize>);

impl Operation for Pair {
    fn name(&self) -> &'static str {
        "test.pair"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let from = *inputs.into_iter().next().unwrap().into_value()?.get::<u32>().unwrap();
        Ok(Block::value(vec![from + ctx.index * 2, from + ctx.index * 2 + 1]))
    }
}

impl Collection for Numbers {
    type Output = All;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<All>> {
        let from = self.from.lower(builder)?.tasks;
        let layer = Layer {
            key: self.key,
            name: "pair".into(),
            payload: OpHandle::payload(Pair(self.runs.clone())),
            annotations: Annotations::default(),
        };
        let tasks = builder.add(layer, 3, |_, deps| deps.extend(&from))?;
        Ok(Lowered::new(tasks.iter(), |blocks| {
            let parts = blocks.into_iter().map(|b| b.into_value()?.downcast::<Vec<u32>>());
            Ok(All(parts.collect::<Result<Vec<_>>>()?.iter().flat_map(|p| p.iter().copied()).collect()))
        }))
    }
}

fn numbers(from: Delayed<u32>) -> Numbers {
    Numbers { from, runs: Arc::default(), key: Key::unique("numbers") }
}

#[test]
fn a_collection_is_assembled_for_the_function() {
    let n = numbers(value(10));
    let sum = delayed(|all: &All| all.0.iter().sum::<u32>()).call((&n,));
    assert_eq!(sum.compute().unwrap(), 75);
    let first = delayed(|all: All, add: u32| all.0[0] + add).call((&n, 5));
    assert_eq!(first.compute().unwrap(), 15);
    assert_eq!(whole(&n).compute().unwrap(), All((10..16).collect()));
}

#[test]
fn work_below_a_collection_is_shared_with_delayed_calls() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = runs.clone();
    let from = delayed(move || counter.fetch_add(1, Ordering::SeqCst) as u32).call(());
    let n = numbers(from.clone());
    let sum = delayed(|all: &All, from: u32| all.0.len() as u32 + from).call((&n, &from));
    let (sum, all, again) = compute_all((&sum, &n, &from)).unwrap();
    assert_eq!((sum, all, again), (6, All((0..6).collect()), 0));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(n.runs.load(Ordering::SeqCst), 3);
}

#[test]
fn partitions_are_delayed_values_that_share_their_collection() {
    let n = numbers(value(10));
    let parts: Vec<Delayed<Vec<u32>>> = partitions(&n).unwrap();
    let sums: Vec<_> = parts.iter().map(|p| p.map(|v| v.iter().sum::<u32>())).collect();
    assert_eq!(compute_all(sums).unwrap(), [21, 25, 29]);
    assert_eq!(n.runs.load(Ordering::SeqCst), 3);
    let blocks: Vec<Delayed<Block>> = partitions(&n).unwrap();
    assert_eq!(blocks[2].map(|b| b.kind().to_owned()).compute().unwrap(), "value");
    assert_eq!(blocks[0].graph().unwrap().len(), 2);
}
