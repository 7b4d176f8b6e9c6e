//! Collections kept on the cluster: later graphs start from their blocks.
//!
//! A layer's key says what it computes. What is persisted is remembered by key; a graph with such a layer is given
//! imports in its place, and what only fed it falls away.

use std::collections::{BTreeMap, HashMap};

use parking_lot::Mutex;
use swath_error::{Error, Result};
use swath_execute::{Collection, RunOptions, builder_for};
use swath_graph::{Annotations, Columns, Key, Layer, LayerId, Payload, Spread, Step, TaskGraph, TaskId};
use swath_scheduler::TaskRef;
use swath_wire::{FromClient, Submission};

use super::executor::{self, ClusterExecutor, Prepared};
use super::future::Future;
use super::{Client, data, kept};

/// Results kept, by what they are.
#[derive(Debug, Default)]
pub(crate) struct PersistedKeys {
    known: Mutex<HashMap<(Key, u32), TaskRef>>,
    /// What graphs are spread over while anything is kept: another spread would make other tasks, which are not found.
    spread: Mutex<Option<Spread>>,
}

/// A collection's blocks on the cluster; while this is there, graphs that need them start from them. Dropping it lets them
/// go.
#[derive(Debug)]
#[must_use = "dropping this releases what was persisted"]
pub struct Persisted {
    client: Client,
    futures: Vec<Future<swath_block::Block>>,
    keys: Vec<(Key, u32)>,
}

impl Client {
    /// Starts computing a collection and keeps its blocks on the workers. The same collection, and whatever is derived
    /// from it, starts from them while the returned handle is there.
    ///
    /// # Errors
    /// The error of the expression; [`swath_error::ErrorKind::Unsupported`] for what cannot leave this process;
    /// [`swath_error::ErrorKind::Cluster`] when the connection is over.
    pub fn persist<C: Collection>(&self, collection: &C) -> Result<Persisted> {
        let runtime = ClusterExecutor::new(self);
        let mut builder = builder_for(&runtime);
        let spread = builder.spread();
        let lowered = collection.lower(&mut builder)?;
        self.persist_graph(builder.finish(&lowered.tasks)?, spread, RunOptions::current().fuse)
    }

    /// Starts a graph, which is made for `spread`, and keeps the blocks of its outputs.
    pub(crate) fn persist_graph(
        &self,
        graph: TaskGraph,
        spread: Option<Spread>,
        fuse: bool,
    ) -> Result<Persisted> {
        let shared = self.shared();
        let mut found = self.persisted().find(&graph);
        let held = executor::held_blocks(&graph, &mut found, shared)?;
        let (tasks, blocks): (Vec<_>, Vec<_>) = held.into_iter().unzip();
        let mut kept = None;
        if !blocks.is_empty() {
            let data = shared.clone();
            let (record, _) = shared.block_on(async move {
                executor::wait_for_worker(&data).await?;
                data::scatter(data, kept::real(blocks).await?).await
            })?;
            for (i, task) in (0u32..).zip(tasks) {
                if let Some(found) = found.get_mut(task.index()) {
                    *found = Some(TaskRef { job: record.job, task: TaskId(i) });
                }
            }
            kept = Some(record.job);
        }
        let prepared = Prepared::new(graph, &found, fuse)?;
        let record = shared.new_job()?;
        for (task, source) in prepared.distinct() {
            record.add(task, source);
        }
        let Prepared { graph, links, outputs, keys, .. } = prepared;
        let mut futures: Vec<Future<swath_block::Block>> = Vec::with_capacity(outputs.len());
        for (n, task) in outputs.iter().enumerate() {
            // The first future takes over the reference that was counted with the output.
            if outputs.iter().take(n).any(|earlier| earlier == task) {
                record.retain(*task);
            }
            futures.push(Future::new(record.clone(), *task));
        }
        let job = record.job;
        shared.flush();
        let submission =
            Submission { job, graph, links, priority: 0, fail_fast: false, stepwise: true, deliver: false };
        shared.send(&[FromClient::Submit(Box::new(submission))])?;
        if let Some(kept) = kept {
            // The new job keeps what it imports until it is over.
            shared.forget(kept);
        }
        let keys: Vec<(Key, u32)> = keys.into_iter().flatten().collect();
        let names = keys.iter().copied().zip(futures.iter().map(Future::key));
        self.persisted().add(names, spread);
        Ok(Persisted { client: self.clone(), futures, keys })
    }

    pub(crate) fn persisted(&self) -> &PersistedKeys {
        &self.shared().persisted
    }
}

impl Persisted {
    /// Waits until all blocks exist.
    ///
    /// # Errors
    /// The error of the task that failed first.
    pub fn wait(&self) -> Result<()> {
        self.futures.iter().try_for_each(Future::wait)
    }

    /// The blocks, in order.
    pub fn futures(&self) -> &[Future<swath_block::Block>] {
        &self.futures
    }
}

impl Drop for Persisted {
    fn drop(&mut self) {
        let results = self.keys.iter().copied().zip(self.futures.iter().map(Future::key));
        self.client.persisted().remove(results);
    }
}

/// What a task is: the key and index of its last step.
pub(crate) fn key_of(graph: &TaskGraph, task: TaskId) -> Option<(Key, u32)> {
    let step = graph.last_step(task)?;
    Some((graph.layers().get(step.layer.index())?.key, step.index))
}

/// The names of results that import tasks stand for.
pub(crate) fn import_sources(graph: &TaskGraph, links: &[TaskRef]) -> BTreeMap<TaskId, TaskRef> {
    if links.is_empty() {
        return BTreeMap::new();
    }
    let outputs = graph.outputs().iter().filter(|t| graph.is_import(**t));
    outputs.filter_map(|t| Some((*t, *links.get(graph.last_step(*t)?.index as usize)?))).collect()
}

impl PersistedKeys {
    fn add(&self, results: impl Iterator<Item = ((Key, u32), TaskRef)>, spread: Option<Spread>) {
        self.known.lock().extend(results);
        let mut kept = self.spread.lock();
        *kept = kept.or(spread);
    }

    fn remove(&self, results: impl Iterator<Item = ((Key, u32), TaskRef)>) {
        let mut known = self.known.lock();
        for (key, result) in results {
            if known.get(&key) == Some(&result) {
                known.remove(&key);
            }
        }
        if known.is_empty() {
            *self.spread.lock() = None;
        }
    }

    /// What graphs are spread over: as when the first of what is kept was made, else what `now` says.
    pub fn spread_or(&self, now: impl FnOnce() -> Spread) -> Spread {
        let kept = *self.spread.lock();
        kept.unwrap_or_else(now)
    }

    /// For each task of the graph the result that is kept of it.
    pub fn find(&self, graph: &TaskGraph) -> Vec<Option<TaskRef>> {
        let known = self.known.lock();
        let kept = |task| known.get(&key_of(graph, TaskId(task))?).copied();
        (0..graph.len() as u32).map(|task| if known.is_empty() { None } else { kept(task) }).collect()
    }
}

/// Replaces the found tasks by imports and drops what nobody needs then; gives what the imports stand for.
pub(crate) fn import_found(graph: TaskGraph, found: &[Option<TaskRef>]) -> Result<(TaskGraph, Vec<TaskRef>)> {
    if found.iter().all(Option::is_none) {
        return Ok((graph, Vec::new()));
    }
    let n = graph.len();
    let mut wanted = vec![false; n];
    graph.outputs().iter().for_each(|o| mark(&mut wanted, *o));
    for task in (0..n as u32).rev().map(TaskId) {
        let needed = wanted.get(task.index()).copied().unwrap_or(false);
        if needed && found.get(task.index()).is_some_and(Option::is_none) {
            graph.deps(task).iter().for_each(|d| mark(&mut wanted, *d));
        }
    }
    let mut columns = Columns { dep_offsets: vec![0], step_offsets: vec![0], ..Columns::default() };
    let mut links = Vec::new();
    let mut renamed = vec![TaskId(u32::MAX); n];
    let import_layer = LayerId(graph.layers().len() as u32);
    for task in (0..n as u32).map(TaskId).filter(|t| wanted.get(t.index()) == Some(&true)) {
        if let Some(name) = renamed.get_mut(task.index()) {
            *name = TaskId(columns.step_offsets.len() as u32 - 1);
        }
        if let Some(source) = found.get(task.index()).copied().flatten() {
            columns.steps.push(Step { layer: import_layer, index: links.len() as u32 });
            links.push(source);
        } else {
            let deps = graph.deps(task).iter().filter_map(|d| renamed.get(d.index()).copied());
            columns.deps.extend(deps);
            columns.steps.extend_from_slice(graph.steps(task));
        }
        columns.dep_offsets.push(columns.deps.len() as u32);
        columns.step_offsets.push(columns.steps.len() as u32);
    }
    let outputs = graph.outputs().iter().filter_map(|o| renamed.get(o.index()).copied()).collect();
    let mut layers = used_layers(graph.into_columns().layers, &mut columns.steps, import_layer);
    layers.push(Layer {
        key: Key::unique("persisted"),
        name: "persisted".into(),
        payload: Payload::Import,
        annotations: Annotations { fusible: false, ..Annotations::default() },
    });
    let Columns { dep_offsets, deps, step_offsets, steps, .. } = columns;
    let graph = TaskGraph::from_columns(layers, dep_offsets, deps, step_offsets, steps, outputs)
        .map_err(|e| Error::internal(format!("persisted results do not fit a graph: {}", e.message())))?;
    Ok((graph, links))
}

/// Drops layers of which no task is left, which may hold data, and numbers the steps' layers anew. The layer of the imports
/// comes last.
fn used_layers(layers: Vec<Layer>, steps: &mut [Step], import_layer: LayerId) -> Vec<Layer> {
    let mut numbers = vec![None; layers.len()];
    for step in steps.iter() {
        if let Some(number) = numbers.get_mut(step.layer.index()) {
            *number = Some(LayerId(0));
        }
    }
    (0u32..).zip(numbers.iter_mut().flatten()).for_each(|(n, number)| *number = LayerId(n));
    let count = numbers.iter().flatten().count() as u32;
    for step in steps {
        let number = numbers.get(step.layer.index()).copied().flatten();
        step.layer = if step.layer == import_layer { LayerId(count) } else { number.unwrap_or(step.layer) };
    }
    layers.into_iter().zip(numbers).filter_map(|(layer, number)| number.map(|_| layer)).collect()
}

fn mark(wanted: &mut [bool], task: TaskId) {
    if let Some(w) = wanted.get_mut(task.index()) {
        *w = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_graph::GraphBuilder;
    use swath_scheduler::JobId;

    fn layer(name: &str) -> Layer {
        Layer {
            key: Key::of(name).finish(),
            name: name.into(),
            payload: Payload::Encoded(name.as_bytes().into()),
            annotations: Annotations::default(),
        }
    }

    #[test]
    fn what_is_persisted_is_imported_and_what_fed_it_falls_away() {
        let mut b = GraphBuilder::new();
        let read = b.add(layer("read"), 3, |_, _| {}).unwrap();
        let inc = b.add(layer("inc"), 3, |i, d| d.push(read.get(i))).unwrap();
        let sum = b.add(layer("sum"), 1, |_, d| d.extend(inc.iter())).unwrap();
        let graph = b.finish(&[sum.get(0), inc.get(2)]).unwrap();
        let source = |i: u32| TaskRef { job: JobId(9), task: TaskId(i) };
        let keys = PersistedKeys::default();
        let nothing = keys.find(&graph);
        assert_eq!(import_found(graph.clone(), &nothing).unwrap().0.len(), 7);
        keys.known.lock().extend([((layer("inc").key, 0), source(5)), ((layer("inc").key, 2), source(7))]);
        let found = keys.find(&graph);
        let (graph, links) = import_found(graph, &found).unwrap();
        assert_eq!((graph.len(), links), (5, vec![source(5), source(7)]));
        let sum = graph.outputs()[0];
        let imports: Vec<bool> = graph.deps(sum).iter().map(|d| graph.is_import(*d)).collect();
        assert_eq!(imports, [true, false, true]);
        let sources = import_sources(&graph, &[source(5), source(7)]);
        assert_eq!(sources.get(&graph.outputs()[1]), Some(&source(7)));
        // One task of `inc` and of `read` is left.
        assert_eq!(graph.layers().len(), 4);
    }

    #[test]
    fn layers_without_tasks_fall_away() {
        let mut b = GraphBuilder::new();
        let held = b.add(layer("held"), 2, |_, _| {}).unwrap();
        let inc = b.add(layer("inc"), 2, |i, d| d.push(held.get(i))).unwrap();
        let graph = b.finish(&[inc.get(0), inc.get(1)]).unwrap();
        let source = |i: u32| TaskRef { job: JobId(9), task: TaskId(i) };
        let (graph, _) = import_found(graph, &[Some(source(0)), Some(source(1)), None, None]).unwrap();
        let names: Vec<&str> = graph.layers().iter().map(|l| &*l.name).collect();
        assert_eq!(names, ["inc", "persisted"]);
        for output in graph.outputs() {
            assert!(graph.name(*output).starts_with("inc-"));
            assert!(graph.deps(*output).iter().all(|d| graph.is_import(*d)));
        }
    }
}
