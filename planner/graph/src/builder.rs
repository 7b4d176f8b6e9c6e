//! Where collections write their tasks: one builder for everything that is computed together.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

use swath_error::{Error, ErrorKind, Result};

use crate::{Annotations, Key, LayerId, Payload, Spread, Step, TaskGraph, TaskId};

/// A layer: tasks that run the same operation with a different index.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Deterministic key of the layer; the tasks' keys are this and their index.
    pub key: Key,
    /// Shown to users: `read-csv`, `sum-partial`, the name of a user's function.
    pub name: Arc<str>,
    /// The operation.
    pub payload: Payload,
    /// How its tasks want to be run.
    pub annotations: Annotations,
}

/// The tasks of one layer, in index order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRange {
    start: u32,
    len: u32,
}

impl TaskRange {
    /// How many tasks.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the layer has no task.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Task `i` of the layer.
    ///
    /// # Panics
    /// Never; an index past the end saturates to an id that [`GraphBuilder::finish`] refuses.
    pub fn get(self, i: usize) -> TaskId {
        if i < self.len() { TaskId(self.start + i as u32) } else { TaskId(u32::MAX) }
    }

    /// The tasks in index order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = TaskId> + ExactSizeIterator + Clone {
        (self.start..self.start + self.len).map(TaskId)
    }
}

/// Collects layers; a layer whose key is already here is not added again, so shared work is done once.
///
/// ```
/// use std::sync::Arc;
/// use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload};
/// let mut b = GraphBuilder::new();
/// let layer = |name: &str| Layer {
///     key: Key::of(name).finish(),
///     name: name.into(),
///     payload: Payload::Local(Arc::new(())),
///     annotations: Annotations::default(),
/// };
/// let read = b.add(layer("read"), 4, |_, _| {})?;
/// let sum = b.add(layer("sum"), 1, |_, deps| deps.extend(read.iter()))?;
/// assert_eq!(b.add(layer("read"), 4, |_, _| {})?, read);
/// let graph = b.finish(&[sum.get(0)])?;
/// assert_eq!((graph.len(), graph.edges()), (5, 4));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct GraphBuilder {
    layers: Vec<Layer>,
    ranges: Vec<TaskRange>,
    by_key: HashMap<Key, LayerId>,
    travels: bool,
    shared: bool,
    spread: Option<Spread>,
    dep_offsets: Vec<u32>,
    deps: Vec<TaskId>,
    notes: HashMap<TypeId, Box<dyn Any + Send>>,
}

impl GraphBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self { dep_offsets: vec![0], ..Self::default() }
    }

    /// A builder of a graph that other processes run: see [`Self::travels`].
    #[must_use]
    pub fn travelling(self) -> Self {
        Self { travels: true, ..self }
    }

    /// Whether other processes run the graph. Data in memory then gets tasks of its own that hand it out, which can be
    /// sent there once, instead of standing inside the operations that read it.
    pub fn travels(&self) -> bool {
        self.travels
    }

    /// Notes that several collections are lowered into this graph: what they may have in common then gets tasks of its
    /// own, where the tasks of one alone would do it within themselves.
    pub fn share(&mut self) {
        self.shared = true;
    }

    /// Whether several collections are lowered into this graph: see [`Self::share`].
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// A builder of a graph for several workers: see [`Self::spread`].
    #[must_use]
    pub fn spread_over(self, spread: Option<Spread>) -> Self {
        Self { spread, ..self }
    }

    /// The workers to make tasks for. None when one process runs the graph: work that its operations share out among
    /// threads by themselves is then better left whole.
    pub fn spread(&self) -> Option<Spread> {
        self.spread
    }

    /// The tasks of the layer with this key, when it is already here: lowering can stop early.
    pub fn find(&self, key: Key) -> Option<TaskRange> {
        self.by_key.get(&key).and_then(|id| self.ranges.get(id.index())).copied()
    }

    /// What lowering wants to remember beyond one collection, such as which task computes which value; one per type,
    /// made on first use, gone with the builder.
    pub fn notes<T: Any + Send + Default>(&mut self) -> &mut T {
        let any = self.notes.entry(TypeId::of::<T>()).or_insert_with(|| Box::<T>::default());
        match any.downcast_mut() {
            Some(notes) => notes,
            None => unreachable!("a note is stored under its own type"),
        }
    }

    /// How many tasks so far.
    pub fn len(&self) -> usize {
        self.dep_offsets.len() - 1
    }

    /// Whether no task has been added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a layer of `tasks` tasks; `deps_of(i, out)` pushes what task `i` reads, in argument order.
    ///
    /// A task may read earlier tasks of its own layer (a scan): the layer's first task has the id [`Self::len`] has now.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when a dependency is not in the builder yet or the key is known with another number of
    /// tasks; [`ErrorKind::Unsupported`] past 4 billion tasks or edges.
    pub fn add(
        &mut self,
        layer: Layer,
        tasks: usize,
        mut deps_of: impl FnMut(usize, &mut Vec<TaskId>),
    ) -> Result<TaskRange> {
        if let Some(known) = self.find(layer.key) {
            return if known.len() == tasks {
                Ok(known)
            } else {
                Err(Error::internal(format!(
                    "layer {} was added with {} and {tasks} tasks",
                    layer.name,
                    known.len()
                )))
            };
        }
        let start = self.len();
        for i in 0..tasks {
            let before = self.deps.len();
            deps_of(i, &mut self.deps);
            let bad = self.deps.iter().skip(before).find(|d| d.index() >= start + i);
            if let Some(bad) = bad {
                return Err(Error::internal(format!("task {}-{i} reads unknown task {}", layer.name, bad.0)));
            }
            let end = u32::try_from(self.deps.len()).map_err(|_| too_many())?;
            self.dep_offsets.push(end);
        }
        u32::try_from(self.len()).ok().filter(|n| *n < u32::MAX).ok_or_else(too_many)?;
        let range = TaskRange { start: start as u32, len: tasks as u32 };
        self.by_key.insert(layer.key, LayerId(self.layers.len() as u32));
        self.layers.push(layer);
        self.ranges.push(range);
        Ok(range)
    }

    /// The graph of what `outputs` need, and nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when an output is not a task of this builder.
    pub fn finish(self, outputs: &[TaskId]) -> Result<TaskGraph> {
        let wanted = self.reachable(outputs)?;
        let mut new_id = vec![u32::MAX; self.len()];
        let kept = wanted.iter().filter(|w| **w).count();
        let mut graph = TaskGraph {
            dep_offsets: Vec::with_capacity(kept + 1),
            step_offsets: (0..=kept as u32).collect(),
            steps: Vec::with_capacity(kept),
            ..TaskGraph::default()
        };
        graph.dep_offsets.push(0);
        for (layer, range) in self.ranges.iter().enumerate() {
            for (index, task) in range.iter().enumerate() {
                if !wanted.get(task.index()).copied().unwrap_or(false) {
                    continue;
                }
                if let Some(slot) = new_id.get_mut(task.index()) {
                    *slot = graph.steps.len() as u32;
                }
                graph.steps.push(Step { layer: LayerId(layer as u32), index: index as u32 });
                let renamed =
                    self.deps_of(task).iter().filter_map(|d| new_id.get(d.index())).map(|id| TaskId(*id));
                graph.deps.extend(renamed);
                graph.dep_offsets.push(graph.deps.len() as u32);
            }
        }
        graph.outputs = outputs.iter().filter_map(|o| new_id.get(o.index())).map(|id| TaskId(*id)).collect();
        graph.layers = self.layers;
        Ok(graph)
    }

    fn deps_of(&self, task: TaskId) -> &[TaskId] {
        match (self.dep_offsets.get(task.index()), self.dep_offsets.get(task.index() + 1)) {
            (Some(&a), Some(&b)) => self.deps.get(a as usize..b as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    fn reachable(&self, outputs: &[TaskId]) -> Result<Vec<bool>> {
        let mut wanted = vec![false; self.len()];
        for output in outputs {
            *wanted.get_mut(output.index()).ok_or_else(|| {
                Error::new(ErrorKind::Internal, format!("output task {} does not exist", output.0))
            })? = true;
        }
        // Dependencies come before their consumers, so one backward sweep reaches everything.
        for task in (0..self.len()).rev() {
            if wanted.get(task).copied().unwrap_or(false) {
                for dep in self.deps_of(TaskId(task as u32)) {
                    if let Some(w) = wanted.get_mut(dep.index()) {
                        *w = true;
                    }
                }
            }
        }
        Ok(wanted)
    }
}

fn too_many() -> Error {
    Error::unsupported("a graph holds at most 4 294 967 294 tasks and edges")
        .with_help("use larger chunks or partitions")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str) -> Layer {
        Layer {
            key: Key::of(name).finish(),
            name: name.into(),
            payload: Payload::Local(Arc::new(())),
            annotations: Annotations::default(),
        }
    }

    #[test]
    fn culls_what_nobody_wants() {
        let mut b = GraphBuilder::new();
        let read = b.add(layer("read"), 3, |_, _| {}).unwrap();
        let inc = b.add(layer("inc"), 3, |i, d| d.push(read.get(i))).unwrap();
        let g = b.finish(&[inc.get(2), inc.get(2)]).unwrap();
        assert_eq!(g.len(), 2);
        assert_eq!(g.outputs(), [TaskId(1), TaskId(1)]);
        assert_eq!(g.deps(TaskId(1)), [TaskId(0)]);
        assert_eq!(g.name(TaskId(1)), "inc-2");
    }

    #[test]
    fn remembers_one_note_per_type() {
        let mut b = GraphBuilder::new();
        b.notes::<Vec<u8>>().push(1);
        b.notes::<String>().push('a');
        b.notes::<Vec<u8>>().push(2);
        assert_eq!(*b.notes::<Vec<u8>>(), [1, 2]);
    }

    #[test]
    fn refuses_a_forward_edge() {
        let mut b = GraphBuilder::new();
        let e = b.add(layer("loop"), 1, |_, d| d.push(TaskId(0))).unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Internal);
    }
}
