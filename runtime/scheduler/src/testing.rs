//! Small graphs for tests.

use std::sync::Arc;

use swath_graph::{Annotations, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};

/// A graph whose task `i` depends on `deps[i]`.
pub(crate) fn graph(deps: &[&[u32]], outputs: &[u32]) -> Arc<TaskGraph> {
    let deps: Vec<Vec<u32>> = deps.iter().map(|d| d.to_vec()).collect();
    graph_with(&deps, outputs, |_| Annotations::default())
}

/// The same with a layer per task and annotations.
pub(crate) fn graph_with(
    deps: &[Vec<u32>],
    outputs: &[u32],
    annotations: impl Fn(u32) -> Annotations,
) -> Arc<TaskGraph> {
    let n = deps.len() as u32;
    let layer = |i: u32| Layer {
        key: Key::of("test").u64(u64::from(i)).finish(),
        name: format!("t{i}").into(),
        payload: Payload::Local(Arc::new(())),
        annotations: annotations(i),
    };
    let mut offsets = vec![0];
    for d in deps {
        offsets.push(offsets[offsets.len() - 1] + d.len() as u32);
    }
    let steps = (0..n).map(|i| Step { layer: LayerId(i), index: 0 }).collect();
    let graph = TaskGraph::from_columns(
        (0..n).map(layer).collect(),
        offsets,
        deps.iter().flatten().map(|d| TaskId(*d)).collect(),
        (0..=n).collect(),
        steps,
        outputs.iter().map(|o| TaskId(*o)).collect(),
    );
    Arc::new(graph.unwrap())
}
