//! A task graph as it travels: its columns, with payloads encoded.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::{Annotations, Columns, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};

use crate::Blob;

/// A layer as it travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WireLayer {
    /// Its key.
    pub key: Key,
    /// Its name.
    pub name: Arc<str>,
    /// The encoded operation; none for results of other jobs.
    pub operation: Option<Blob>,
    /// How its tasks want to be run.
    pub annotations: Annotations,
}

/// A graph as it travels: row lengths instead of offsets, which take a byte each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WireGraph {
    /// The layers.
    pub layers: Vec<WireLayer>,
    /// How many inputs each task has.
    pub dep_counts: Vec<u32>,
    /// The inputs, row after row, as the distance to the task that reads them.
    pub deps: Vec<u32>,
    /// How many steps each task has; empty when each has one.
    pub step_counts: Vec<u32>,
    /// The steps' layers, row after row.
    pub step_layers: Vec<u32>,
    /// The steps' indices within their layers.
    pub step_indices: Vec<u32>,
    /// The wanted tasks.
    pub outputs: Vec<TaskId>,
}

impl WireGraph {
    /// A graph ready to be sent; `encode` makes the bytes of an operation of this process.
    ///
    /// # Errors
    /// What `encode` gives.
    pub fn new(graph: TaskGraph, mut encode: impl FnMut(&Layer) -> Result<Blob>) -> Result<Self> {
        let Columns { layers, dep_offsets, deps, step_offsets, steps, outputs } = graph.into_columns();
        let wire_layer = |layer: Layer| {
            let operation = match &layer.payload {
                Payload::Encoded(bytes) => Some(Blob::from(&**bytes)),
                Payload::Local(_) => Some(encode(&layer)?),
                Payload::Import => None,
            };
            let Layer { key, name, annotations, .. } = layer;
            Ok(WireLayer { key, name, operation, annotations })
        };
        let dep_counts = counts(&dep_offsets);
        let mut readers = dep_counts.iter().zip(0u32..).flat_map(|(n, task)| (0..*n).map(move |_| task));
        let deps = deps.iter().map(|d| readers.next().unwrap_or(0).wrapping_sub(d.0)).collect();
        let mut step_counts = counts(&step_offsets);
        if step_counts.iter().all(|n| *n == 1) {
            step_counts.clear();
        }
        Ok(Self {
            layers: layers.into_iter().map(wire_layer).collect::<Result<_>>()?,
            deps,
            dep_counts,
            step_counts,
            step_layers: steps.iter().map(|s| s.layer.0).collect(),
            step_indices: steps.iter().map(|s| s.index).collect(),
            outputs,
        })
    }

    /// The graph that arrived; payloads stay encoded.
    ///
    /// # Errors
    /// [`ErrorKind::Cluster`] when the columns contradict each other: a cycle, a missing task, a cut row.
    pub fn into_graph(self) -> Result<TaskGraph> {
        let layers = self.layers.into_iter().map(|layer| Layer {
            key: layer.key,
            name: layer.name,
            payload: layer.operation.map_or(Payload::Import, |b| Payload::Encoded(b.as_ref().into())),
            annotations: layer.annotations,
        });
        let mut deps = self.deps.into_iter();
        let mut sources = Vec::with_capacity(deps.len());
        for (task, count) in self.dep_counts.iter().enumerate() {
            let row = deps.by_ref().take(*count as usize);
            sources.extend(row.map(|distance| TaskId((task as u32).wrapping_sub(distance))));
        }
        let same_length = self.step_layers.len() == self.step_indices.len();
        let steps = self.step_layers.into_iter().zip(self.step_indices);
        let steps: Vec<Step> = steps.map(|(l, index)| Step { layer: LayerId(l), index }).collect();
        let tasks = self.dep_counts.len();
        let step_offsets = if self.step_counts.is_empty() {
            Some((0..=tasks as u32).collect())
        } else {
            offsets(&self.step_counts)
        };
        let wrong =
            || Error::new(ErrorKind::Cluster, "a task graph arrived with columns that contradict each other");
        let (Some(dep_offsets), Some(step_offsets)) = (offsets(&self.dep_counts), step_offsets) else {
            return Err(wrong());
        };
        if deps.next().is_some() || !same_length {
            return Err(wrong());
        }
        TaskGraph::from_columns(layers.collect(), dep_offsets, sources, step_offsets, steps, self.outputs)
            .map_err(|e| Error::new(ErrorKind::Cluster, format!("a task graph was refused: {}", e.message())))
    }
}

fn counts(offsets: &[u32]) -> Vec<u32> {
    offsets.iter().zip(offsets.iter().skip(1)).map(|(start, end)| end - start).collect()
}

fn offsets(counts: &[u32]) -> Option<Vec<u32>> {
    let mut offsets = Vec::with_capacity(counts.len() + 1);
    let mut end = 0u32;
    offsets.push(0);
    for count in counts {
        end = end.checked_add(*count)?;
        offsets.push(end);
    }
    Some(offsets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_graph::{GraphBuilder, fuse_linear};

    fn graph() -> TaskGraph {
        let layer = |name: &str| Layer {
            key: Key::of(name).finish(),
            name: name.into(),
            payload: Payload::Encoded(name.as_bytes().into()),
            annotations: Annotations { priority: 3, ..Annotations::default() },
        };
        let mut b = GraphBuilder::new();
        let read = b.add(layer("read"), 3, |_, _| {}).unwrap();
        let inc = b.add(layer("inc"), 3, |i, d| d.push(read.get(i))).unwrap();
        let sum = b.add(layer("sum"), 1, |_, d| d.extend(inc.iter().chain([read.get(0)]))).unwrap();
        b.finish(&[sum.get(0), inc.get(1)]).unwrap()
    }

    #[test]
    fn a_graph_arrives_as_it_left() {
        for graph in [graph(), fuse_linear(graph())] {
            let wire = WireGraph::new(graph.clone(), |_| unreachable!()).unwrap();
            let bytes = postcard::to_stdvec(&wire).unwrap();
            let back = postcard::from_bytes::<WireGraph>(&bytes).unwrap().into_graph().unwrap();
            let (a, b) = (graph.into_columns(), back.into_columns());
            assert_eq!((a.dep_offsets, a.deps, a.outputs), (b.dep_offsets, b.deps, b.outputs));
            assert_eq!((a.step_offsets, a.steps), (b.step_offsets, b.steps));
            assert_eq!(a.layers[1].annotations, b.layers[1].annotations);
        }
    }

    #[test]
    fn a_cycle_and_cut_columns_are_refused() {
        let wire = || WireGraph::new(graph(), |_| unreachable!()).unwrap();
        let spoil: [fn(&mut WireGraph); 5] = [
            |g| g.deps[0] = 0,
            |g| g.deps[0] = 1000,
            |g| g.deps.truncate(3),
            |g| g.step_layers.truncate(3),
            |g| g.dep_counts[3] = u32::MAX,
        ];
        for (i, spoil) in spoil.iter().enumerate() {
            let mut g = wire();
            spoil(&mut g);
            assert_eq!(g.into_graph().unwrap_err().kind(), ErrorKind::Cluster, "{i}");
        }
    }
}
