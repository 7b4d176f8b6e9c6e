//! Joins linear chains: a task and its only reader become one task of several steps.
//!
//! Fewer tasks to schedule, and the result between the two never enters the store. Nothing that could run at the same
//! time is joined, and nothing that is wanted as an output disappears.

use super::NONE;
use crate::{Annotations, Step, TaskGraph, TaskId};

/// Joins each task with its only reader, when that one reads nothing else, the task is not an output and their
/// annotations agree ([`Annotations::fuses_with`]).
///
/// Takes time in proportion to tasks and edges.
///
/// ```
/// # use std::sync::Arc;
/// # use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload, TaskId, fuse_linear};
/// # let layer = |name: &str| Layer { key: Key::of(name).finish(), name: name.into(),
/// #     payload: Payload::Local(Arc::new(())), annotations: Annotations::default() };
/// let mut b = GraphBuilder::new();
/// let read = b.add(layer("read"), 3, |_, _| {})?;
/// let parse = b.add(layer("parse"), 3, |i, deps| deps.push(read.get(i)))?;
/// let sum = b.add(layer("sum"), 1, |_, deps| deps.extend(parse.iter()))?;
/// let fused = fuse_linear(b.finish(&[sum.get(0)])?);
/// assert_eq!(fused.len(), 4);
/// assert_eq!(fused.name(TaskId(0)), "read+parse-0");
/// # Ok::<(), swath_error::Error>(())
/// ```
#[must_use]
pub fn fuse_linear(graph: TaskGraph) -> TaskGraph {
    let into = joins(&graph);
    if into.iter().all(|to| *to == NONE) {
        return graph;
    }
    rebuild(graph, &into)
}

/// For each task the reader it is joined with.
fn joins(graph: &TaskGraph) -> Vec<u32> {
    let n = graph.len();
    let mut reads = vec![0u32; n];
    for dep in &graph.deps {
        reads[dep.index()] += 1;
    }
    for output in &graph.outputs {
        // More than one reader, or at least two: an output is kept as a task of its own.
        reads[output.index()] = reads[output.index()].saturating_add(2);
    }
    let mut into = vec![NONE; n];
    for task in (0..n as u32).map(TaskId) {
        if let [dep] = graph.deps(task)
            && reads[dep.index()] == 1
            && agree(graph, *dep, task)
        {
            into[dep.index()] = task.0;
        }
    }
    into
}

fn agree(graph: &TaskGraph, before: TaskId, after: TaskId) -> bool {
    let annotations = |step: Option<&Step>| -> Option<&Annotations> {
        Some(&graph.layers.get(step?.layer.index())?.annotations)
    };
    if graph.is_import(before) || graph.is_import(after) {
        return false;
    }
    match (annotations(graph.steps(before).last()), annotations(graph.steps(after).first())) {
        (Some(a), Some(b)) => a.fuses_with(b) && !b.producer,
        _ => false,
    }
}

/// The last task of each chain stands for it. Chains keep the order of their last tasks, which is topological: what a
/// chain's first task reads is the end of another chain and comes before it.
fn rebuild(graph: TaskGraph, into: &[u32]) -> TaskGraph {
    let n = graph.len();
    let mut from = vec![NONE; n];
    for (task, to) in into.iter().enumerate().filter(|(_, to)| **to != NONE) {
        from[*to as usize] = task as u32;
    }
    let kept = into.iter().filter(|to| **to == NONE).count();
    let mut fused = TaskGraph {
        dep_offsets: Vec::with_capacity(kept + 1),
        step_offsets: Vec::with_capacity(kept + 1),
        steps: Vec::with_capacity(graph.steps.len()),
        ..TaskGraph::default()
    };
    fused.dep_offsets.push(0);
    fused.step_offsets.push(0);
    let mut new_id = vec![NONE; n];
    let mut chain = Vec::new();
    for last in (0..n as u32).filter(|t| into[*t as usize] == NONE) {
        chain.clear();
        let mut task = last;
        while task != NONE {
            chain.push(task);
            task = from[task as usize];
        }
        let first = chain.last().copied().unwrap_or(last);
        fused.deps.extend(graph.deps(TaskId(first)).iter().map(|d| TaskId(new_id[d.index()])));
        for task in chain.iter().rev() {
            fused.steps.extend_from_slice(graph.steps(TaskId(*task)));
        }
        new_id[last as usize] = fused.step_offsets.len() as u32 - 1;
        fused.dep_offsets.push(fused.deps.len() as u32);
        fused.step_offsets.push(fused.steps.len() as u32);
    }
    fused.outputs = graph.outputs.iter().map(|o| TaskId(new_id[o.index()])).collect();
    fused.layers = graph.layers;
    fused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passes::testing::{graphs, of_deps, values};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_outputs_keep_their_meaning(graph in graphs()) {
            let fused = fuse_linear(graph.clone());
            prop_assert_eq!(values(&graph), values(&fused));
            fused.validate().map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert_eq!(fused.steps.len(), graph.steps.len());
            let again = fuse_linear(fused.clone());
            prop_assert_eq!(again.len(), fused.len());
        }
    }

    #[test]
    fn outputs_and_forks_are_not_joined() {
        // 0 → 1 → 2 (an output) → 3 → {4, 5} → 6
        let graph = of_deps(&[&[], &[0], &[1], &[2], &[3], &[3], &[4, 5]], &[2, 6]);
        let fused = fuse_linear(graph);
        let steps: Vec<usize> = (0..fused.len() as u32).map(|t| fused.steps(TaskId(t)).len()).collect();
        assert_eq!(steps, [3, 1, 1, 1, 1]);
        assert_eq!(fused.outputs(), [TaskId(0), TaskId(4)]);
    }

    #[test]
    fn imports_are_not_joined() {
        let mut graph = of_deps(&[&[], &[0], &[1]], &[2]);
        graph.layers[0].payload = crate::Payload::Import;
        assert!(graph.is_import(TaskId(0)) && !graph.is_import(TaskId(1)));
        let fused = fuse_linear(graph);
        assert_eq!((fused.len(), fused.is_import(TaskId(0))), (2, true));
    }

    #[test]
    fn annotations_that_differ_are_not_joined() {
        let mut graph = of_deps(&[&[], &[0], &[1]], &[2]);
        graph.layers[1].annotations.retries = 3;
        assert_eq!(fuse_linear(graph.clone()).len(), 3);
        graph.layers[1].annotations = Annotations { fusible: false, ..Annotations::default() };
        assert_eq!(fuse_linear(graph.clone()).len(), 3);
        graph.layers[1].annotations = Annotations::default();
        graph.layers[0].annotations.producer = true;
        let fused = fuse_linear(graph);
        assert_eq!(fused.len(), 1);
        assert!(fused.is_producer(TaskId(0)));
    }
}
