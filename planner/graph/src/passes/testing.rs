//! Graphs and their meaning, for the tests of the passes.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use proptest::prelude::*;

use crate::{Annotations, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};

/// A graph whose task `i` reads `deps[i]`, each in a layer of its own.
pub(crate) fn of_deps(deps: &[&[u32]], outputs: &[u32]) -> TaskGraph {
    let n = deps.len() as u32;
    let key = Key::of("test").finish();
    let layer = |_| Layer {
        key,
        name: "t".into(),
        payload: Payload::Local(Arc::new(())),
        annotations: Annotations::default(),
    };
    let mut offsets = vec![0];
    offsets.extend(deps.iter().scan(0, |total, d| {
        *total += d.len() as u32;
        Some(*total)
    }));
    TaskGraph::from_columns(
        (0..n).map(layer).collect(),
        offsets,
        deps.iter().flat_map(|d| d.iter().map(|t| TaskId(*t))).collect(),
        (0..=n).collect(),
        (0..n).map(|i| Step { layer: LayerId(i), index: i }).collect(),
        outputs.iter().map(|o| TaskId(*o)).collect(),
    )
    .unwrap()
}

/// Random graphs: long chains as well as wide forks, inputs read twice, outputs in the middle, annotations that differ.
pub(crate) fn graphs() -> impl Strategy<Value = TaskGraph> {
    let task = (prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..4), 0u32..8);
    let outputs = prop::collection::vec(any::<prop::sample::Index>(), 1..5);
    (prop::collection::vec(task, 1..60), outputs).prop_map(|(tasks, outputs)| {
        let deps: Vec<Vec<u32>> = tasks
            .iter()
            .enumerate()
            .map(|(i, (deps, _))| {
                let near = |index: &prop::sample::Index| i - 1 - index.index(i.min(2));
                let pick = |(index, close): &(prop::sample::Index, bool)| {
                    (if *close { near(index) } else { index.index(i) }) as u32
                };
                if i == 0 { vec![] } else { deps.iter().map(pick).collect() }
            })
            .collect();
        let n = deps.len();
        let outputs: Vec<u32> = outputs.iter().map(|o| o.index(n) as u32).collect();
        let mut graph = of_deps(&deps.iter().map(Vec::as_slice).collect::<Vec<_>>(), &outputs);
        for (layer, (_, kind)) in graph.layers.iter_mut().zip(&tasks) {
            layer.annotations.priority = i32::from(*kind == 0);
            layer.annotations.producer = *kind == 1;
        }
        graph
    })
}

/// What each output is: a hash of its steps and of what its inputs are.
pub(crate) fn values(graph: &TaskGraph) -> Vec<u64> {
    let mut values: Vec<u64> = Vec::new();
    for task in (0..graph.len() as u32).map(TaskId) {
        let mut inputs: Vec<u64> = graph.deps(task).iter().map(|d| values[d.index()]).collect();
        for step in graph.steps(task) {
            let mut hasher = DefaultHasher::new();
            (step.layer.0, step.index, &inputs).hash(&mut hasher);
            inputs = vec![hasher.finish()];
        }
        values.push(inputs[0]);
    }
    graph.outputs().iter().map(|o| values[o.index()]).collect()
}

/// The most results that exist at once when the tasks run one after another.
pub(crate) fn peak(graph: &TaskGraph) -> usize {
    let mut reads = vec![0u32; graph.len()];
    graph.deps.iter().chain(&graph.outputs).for_each(|d| reads[d.index()] += 1);
    let (mut held, mut peak) = (0usize, 0);
    for task in (0..graph.len() as u32).map(TaskId) {
        held += 1;
        peak = peak.max(held);
        for dep in graph.deps(task) {
            reads[dep.index()] -= 1;
            held -= usize::from(reads[dep.index()] == 0);
        }
    }
    peak
}
