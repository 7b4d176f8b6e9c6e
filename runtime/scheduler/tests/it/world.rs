//! Graphs for the scheduler's tests.

use std::sync::Arc;

use swath_graph::{Annotations, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};

/// A graph whose task `i` reads `deps[i]` and is annotated with `annotations[i]`, in a layer `ti` of its own.
pub fn graph(deps: &[Vec<u32>], annotations: &[Annotations], outputs: &[u32]) -> Arc<TaskGraph> {
    let n = deps.len() as u32;
    let layer = |(i, annotations): (usize, &Annotations)| Layer {
        key: Key::of("t").u64(i as u64).finish(),
        name: format!("t{i}").into(),
        payload: Payload::Local(Arc::new(())),
        annotations: annotations.clone(),
    };
    let mut offsets = vec![0];
    offsets.extend(deps.iter().scan(0, |end, d| {
        *end += d.len() as u32;
        Some(*end)
    }));
    let graph = TaskGraph::from_columns(
        annotations.iter().enumerate().map(layer).collect(),
        offsets,
        deps.iter().flatten().map(|d| TaskId(*d)).collect(),
        (0..=n).collect(),
        (0..n).map(|i| Step { layer: LayerId(i), index: 0 }).collect(),
        outputs.iter().map(|o| TaskId(*o)).collect(),
    );
    Arc::new(graph.unwrap())
}

/// The same with default annotations.
pub fn plain(deps: &[&[u32]], outputs: &[u32]) -> Arc<TaskGraph> {
    let deps: Vec<Vec<u32>> = deps.iter().map(|d| d.to_vec()).collect();
    graph(&deps, &vec![Annotations::default(); deps.len()], outputs)
}
