//! Submitted calls on their way into one job.
//!
//! In: calls, one after another. Out: a graph whose tasks are the calls in the order they came, with one layer for every
//! few hundred calls of one function; results of earlier jobs are imported. A loop of submissions makes few jobs.

use std::collections::HashMap;
use std::sync::Arc;

use swath_block::Operation as _;
use swath_error::Result;
use swath_graph::{Annotations, Key, TaskId};
use swath_scheduler::TaskRef;
use swath_tasks::{ArgumentWriter, CallsBuilder, TaskFunction};
use swath_wire::{Submission, WireGraph, WireLayer};

use super::jobs::JobRecord;
use super::known::key_of_call;
use super::shared::Shared;

/// Calls in one job.
const CALLS: usize = 10_000;

/// Calls in one layer: what a worker is sent when it is to make any of them.
const LAYER_CALLS: usize = 256;

/// Bytes of arguments in one layer.
const LAYER_BYTES: usize = 64 << 10;

/// Bytes of arguments in one job.
const BYTES: usize = 64 << 20;

/// Jobs of more calls are not waited for one by one: their results are fetched many at once.
const DELIVERED: usize = 16;

/// Calls that have not been sent.
#[derive(Default)]
pub(crate) struct Batch {
    open: Option<Open>,
    /// The call that is being added.
    writer: ArgumentWriter,
    written: Vec<u8>,
    reads: Reads,
}

struct Open {
    record: Arc<JobRecord>,
    graph: WireGraph,
    layers: Vec<OpenLayer>,
    /// Layers that take more calls.
    growing: Vec<usize>,
    imports: Vec<TaskRef>,
    imported: HashMap<TaskRef, TaskId>,
    import_layer: Option<u32>,
    bytes: usize,
    priority: i32,
}

/// A layer to be: calls of a function, or the imports.
struct OpenLayer {
    function: Option<TaskFunction>,
    annotations: Annotations,
    calls: Option<CallsBuilder>,
}

/// A call on its way into a layer.
struct Call<'a> {
    /// How many arguments.
    given: usize,
    written: &'a [u8],
    reads: &'a Reads,
}

/// Results that a call reads, in the order in which they appear in its arguments.
pub(crate) type Reads = Vec<TaskRef>;

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.open.is_none()
    }

    pub fn is_full(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.graph.outputs.len() >= CALLS || open.bytes >= BYTES)
    }

    /// Adds a call; gives its job and task, to which one more future refers: an earlier one's when the call is pure and
    /// the same as one that this client has a future of.
    pub fn add(
        &mut self,
        shared: &Arc<Shared>,
        function: TaskFunction,
        annotations: &Annotations,
        pure: bool,
        write: impl FnOnce(&mut ArgumentWriter, &mut Reads) -> Result<()>,
    ) -> Result<(Arc<JobRecord>, TaskId)> {
        self.writer.clear();
        self.reads.clear();
        self.written.clear();
        write(&mut self.writer, &mut self.reads)?;
        self.written = self.writer.append_to(std::mem::take(&mut self.written))?;
        let key = pure.then(|| key_of_call(function, annotations, &self.written, &self.reads));
        if let Some(known) = key.and_then(|key| shared.known.find(key)) {
            return Ok(known);
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Open::new(shared.new_job()?)),
        };
        let call = Call { given: self.writer.count(), written: &self.written, reads: &self.reads };
        let task = open.add(function, annotations, &call)?;
        open.record.add(task, None);
        if let Some(key) = key {
            shared.known.insert(key, &open.record, task);
        }
        Ok((open.record.clone(), task))
    }

    /// Takes what there is, ready to be sent.
    pub fn take(&mut self) -> Option<(Arc<JobRecord>, Result<Submission>)> {
        let open = self.open.take()?;
        let record = open.record.clone();
        Some((record, open.finish()))
    }
}

impl Open {
    fn new(record: Arc<JobRecord>) -> Self {
        Self {
            record,
            graph: WireGraph::default(),
            layers: Vec::new(),
            growing: Vec::new(),
            imports: Vec::new(),
            imported: HashMap::new(),
            import_layer: None,
            bytes: 0,
            priority: 0,
        }
    }

    fn add(&mut self, function: TaskFunction, annotations: &Annotations, call: &Call<'_>) -> Result<TaskId> {
        let layer = self.layer(function, annotations);
        let Some(calls) = self.layers.get_mut(layer).and_then(|l| l.calls.as_mut()) else {
            return Err(swath_error::Error::internal("a call has no layer"));
        };
        let (index, before) = (calls.len(), calls.bytes());
        calls.push_written(function, call.given, call.written)?;
        let (bytes, full) = (calls.bytes(), calls.len() >= LAYER_CALLS || calls.bytes() >= LAYER_BYTES);
        self.bytes += bytes - before;
        if full {
            self.growing.retain(|l| *l != layer);
        }
        let sources: Vec<TaskId> = call.reads.iter().map(|source| self.task_of(*source)).collect();
        let task = self.task(layer as u32, index as u32, &sources);
        self.graph.outputs.push(task);
        Ok(task)
    }

    /// A layer that takes another call of the function.
    fn layer(&mut self, function: TaskFunction, annotations: &Annotations) -> usize {
        let fits = |l: &&usize| {
            self.layers.get(**l).is_some_and(|layer| {
                layer.function.is_some_and(|f| std::ptr::eq(f, function)) && layer.annotations == *annotations
            })
        };
        if let Some(layer) = self.growing.iter().find(fits) {
            return *layer;
        }
        self.layers.push(OpenLayer {
            function: Some(function),
            annotations: annotations.clone(),
            calls: Some(CallsBuilder::default()),
        });
        self.growing.push(self.layers.len() - 1);
        self.layers.len() - 1
    }

    /// The task that stands for a result here: the one that makes it, or an import.
    fn task_of(&mut self, source: TaskRef) -> TaskId {
        if source.job == self.record.job {
            return source.task;
        }
        if let Some(task) = self.imported.get(&source) {
            return *task;
        }
        let layer = *self.import_layer.get_or_insert_with(|| {
            let annotations = Annotations { fusible: false, ..Annotations::default() };
            self.layers.push(OpenLayer { function: None, annotations, calls: None });
            self.layers.len() as u32 - 1
        });
        let index = self.imports.len() as u32;
        self.imports.push(source);
        let task = self.task(layer, index, &[]);
        self.imported.insert(source, task);
        task
    }

    fn task(&mut self, layer: u32, index: u32, sources: &[TaskId]) -> TaskId {
        let task = TaskId(self.graph.dep_counts.len() as u32);
        self.graph.dep_counts.push(sources.len() as u32);
        self.graph.deps.extend(sources.iter().map(|s| task.0.wrapping_sub(s.0)));
        self.graph.step_layers.push(layer);
        self.graph.step_indices.push(index);
        task
    }

    fn finish(mut self) -> Result<Submission> {
        for layer in self.layers {
            let name = layer.function.map_or("import", |f| short_name(f.name()));
            let operation = match layer.calls {
                None => None,
                Some(calls) => {
                    let calls = calls.build();
                    Some(crate::encode::named(calls.name(), &calls.encode()?)?)
                }
            };
            let (key, annotations) = (Key::unique(name), layer.annotations);
            self.graph.layers.push(WireLayer { key, name: name.into(), operation, annotations });
        }
        let deliver = self.graph.outputs.len() <= DELIVERED;
        Ok(Submission {
            deliver,
            job: self.record.job,
            graph: self.graph,
            links: self.imports,
            priority: self.priority,
            fail_fast: false,
            stepwise: true,
        })
    }
}

/// A function's own name, without its path.
fn short_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}
