//! One submitted graph as columns: a few bytes per task, indexed by the task's number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smallvec::SmallVec;
use swath_error::Error;
use swath_graph::{TaskGraph, TaskId};

use crate::bitset::ReadySet;
use crate::class::{Class, Classes};
use crate::estimate::Average;
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::plan::JobOptions;
use crate::shares::{Link, Share};

/// Where a task stands. Each task is in exactly one of these states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TaskState {
    /// Some input does not exist yet.
    Waiting,
    /// All inputs exist; not given to a worker.
    Ready,
    /// A worker has it and a slot is taken.
    Running,
    /// A worker has it, but it waits for something outside and holds no slot.
    Away,
    /// Its result exists.
    Done,
    /// Nobody needs its result (any more): it has been released, or was never made.
    Released,
    /// It, or something it depends on, failed.
    Erred,
    /// The job ended before it was run.
    Cancelled,
}

impl TaskState {
    /// Whether nothing more is to happen to it.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Released | Self::Erred)
    }

    /// Whether a worker has it.
    pub(crate) fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Away)
    }

    /// Whether it has not been given to a worker.
    pub(crate) fn is_idle(self) -> bool {
        matches!(self, Self::Waiting | Self::Ready)
    }
}

/// What went wrong with a task so far; only tasks with trouble have one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    /// Attempts that ended in an error.
    pub failures: u32,
    /// Workers that were lost while they ran it.
    pub deaths: u32,
    /// A worker was lost that had it, and perhaps had not begun it: it is given to a worker with a free slot from now on, so
    /// that it is known whether it runs.
    pub suspect: bool,
    /// Attempts that could not get an input.
    pub missing: u32,
    /// Attempts that were told to stop.
    pub stops: u32,
}

/// A copy of a result besides the one at [`Job::place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replica {
    pub worker: WorkerId,
    /// The worker has said so; otherwise it is about to get one.
    pub there: bool,
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they come in any combination"
)]
pub(crate) struct Job {
    pub graph: Arc<TaskGraph>,
    pub options: JobOptions,
    pub classes: Classes,
    /// Which estimate each layer's tasks share.
    pub kinds: Vec<u32>,
    consumer_offsets: Vec<u32>,
    consumers: Vec<TaskId>,
    pub state: Vec<TaskState>,
    /// Inputs (edges) that do not exist yet; one for an import whose result does not exist.
    pub unmet: Vec<u32>,
    /// Consumers (edges) that are not over yet, one more when the result is wanted as an output, and one for each import
    /// of it.
    pub uses: Vec<u32>,
    /// Number of the last attempt; results of earlier ones are stale.
    pub attempt: Vec<u16>,
    /// Size of the result, once known.
    pub bytes: Vec<u64>,
    /// The worker that runs the task or answers for its result; none for imports.
    pub place: Vec<u32>,
    /// How long a running task was expected to take, in microseconds.
    pub micros: Vec<u32>,
    /// Chains the tasks of each worker.
    pub chain: Vec<Link>,
    /// What of the job is on each worker.
    pub shares: BTreeMap<WorkerId, Share>,
    /// Copies of results, for those that have any, by worker.
    pub replicas: BTreeMap<u32, SmallVec<[Replica; 2]>>,
    /// Per class.
    pub ready: Vec<ReadySet>,
    /// Average size of the results of each class so far.
    pub average: Vec<Average>,
    /// Tasks whose results somebody waits for.
    pub outputs: ReadySet,
    /// Tasks in [`TaskState::Running`] and [`TaskState::Away`].
    pub active: u32,
    /// Tasks in [`TaskState::Running`].
    pub running: u32,
    /// Tasks that are done, released or erred.
    pub over_count: u32,
    /// Distinct outputs that are neither done nor erred.
    pub missing_outputs: u32,
    /// Bytes of results held (copies not counted), and expected of producers that are running.
    pub held: u64,
    /// What import tasks stand for, by task.
    pub links: Vec<(TaskId, TaskRef)>,
    /// The imports of each task's result that are not over.
    pub importers: BTreeMap<u32, Vec<TaskRef>>,
    /// Jobs that import from this one: it stays as long as they do, to make results again.
    pub linked_by: BTreeSet<JobId>,
    /// Its tasks are blocks that were made elsewhere: they cannot be made again.
    pub scattered: bool,
    pub trouble: BTreeMap<u32, Trouble>,
    /// Why erred tasks erred: the root task's error.
    pub errors: BTreeMap<u32, Error>,
    /// Classes that no worker may run, and when their tasks err.
    pub stuck: BTreeMap<usize, Time>,
    /// Where the scheduler's queue of jobs has it.
    pub queued: Option<(i32, u32)>,
    /// Set when the job is stopped for good: it ends when nothing of it is running any more.
    pub ending: Option<Error>,
    /// Its outputs are all there and what is left of it has been told to stop.
    pub winding_down: bool,
    /// What ran of it has been told to stop once.
    pub told_to_stop: bool,
    /// When an ending job stops waiting for tasks that do not notice.
    pub give_up_at: Option<Time>,
    /// Its end has been reported.
    pub over: bool,
    /// Its results are not wanted any more: it goes when nothing of it is running and nobody imports from it.
    pub forgotten: bool,
}

impl Job {
    pub fn new(graph: Arc<TaskGraph>, options: JobOptions) -> Self {
        let n = graph.len();
        let tasks = || (0..n as u32).map(TaskId);
        let classes = Classes::of(&graph);
        let (consumer_offsets, consumers) = transpose(&graph);
        let mut uses: Vec<u32> = consumer_offsets.windows(2).map(|w| w[1] - w[0]).collect();
        let mut missing_outputs = 0;
        let mut outputs = ReadySet::new(n);
        for output in graph.outputs() {
            let new = outputs.insert(output.0);
            missing_outputs += u32::from(new);
            uses[output.index()] += u32::from(new);
        }
        let mut ready: Vec<ReadySet> = classes.all.iter().map(|_| ReadySet::new(n)).collect();
        let mut state = vec![TaskState::Waiting; n];
        let has_imports =
            graph.layers().iter().any(|layer| matches!(layer.payload, swath_graph::Payload::Import));
        let import = |t: TaskId| u32::from(has_imports && graph.is_import(t));
        let unmet: Vec<u32> = tasks().map(|t| graph.deps(t).len() as u32 + import(t)).collect();
        for task in tasks().filter(|t| unmet[t.index()] == 0) {
            state[task.index()] = TaskState::Ready;
            ready[classes.index(task)].insert(task.0);
        }
        Self {
            average: vec![Average::default(); classes.all.len()],
            kinds: Vec::new(),
            attempt: vec![0; n],
            bytes: vec![0; n],
            place: vec![WorkerId::NONE; n],
            micros: vec![0; n],
            chain: vec![Link::default(); n],
            shares: BTreeMap::new(),
            replicas: BTreeMap::new(),
            graph,
            options,
            classes,
            consumer_offsets,
            consumers,
            state,
            unmet,
            uses,
            ready,
            outputs,
            active: 0,
            running: 0,
            over_count: 0,
            missing_outputs,
            held: 0,
            links: Vec::new(),
            importers: BTreeMap::new(),
            linked_by: BTreeSet::new(),
            scattered: false,
            trouble: BTreeMap::new(),
            errors: BTreeMap::new(),
            stuck: BTreeMap::new(),
            queued: None,
            ending: None,
            winding_down: false,
            told_to_stop: false,
            give_up_at: None,
            over: false,
            forgotten: false,
        }
    }

    pub fn class(&self, task: TaskId) -> &Class {
        self.classes.get(task)
    }

    /// The tasks that read `task`'s result; one appears once for each time it reads it.
    pub fn consumers(&self, task: TaskId) -> std::ops::Range<usize> {
        self.consumer_offsets[task.index()] as usize..self.consumer_offsets[task.index() + 1] as usize
    }

    /// The consumer at a position given by [`Self::consumers`].
    pub fn consumer(&self, at: usize) -> TaskId {
        self.consumers[at]
    }

    /// How many tasks are ready.
    pub fn ready_count(&self) -> usize {
        self.ready.iter().map(ReadySet::len).sum()
    }

    /// What an import task stands for; none for other tasks.
    pub fn link(&self, task: TaskId) -> Option<TaskRef> {
        if self.links.is_empty() {
            return None;
        }
        let at = self.links.binary_search_by_key(&task, |(t, _)| *t).ok()?;
        Some(self.links[at].1)
    }

    /// Which estimate the task shares.
    pub fn kind(&self, task: TaskId) -> u32 {
        let layer = self.graph.last_step(task).map_or(0, |step| step.layer.index());
        self.kinds.get(layer).copied().unwrap_or(0)
    }

    /// Whether the task must not wait in a worker's queue.
    pub fn is_suspect(&self, task: TaskId) -> bool {
        !self.trouble.is_empty() && self.trouble.get(&task.0).is_some_and(|trouble| trouble.suspect)
    }

    /// Marks a task ready.
    pub fn make_ready(&mut self, task: TaskId) {
        self.state[task.index()] = TaskState::Ready;
        self.ready[self.classes.index(task)].insert(task.0);
    }

    /// A task is to be run once more, when its inputs exist.
    pub fn begin_again(&mut self, task: TaskId) {
        self.state[task.index()] = TaskState::Waiting;
        if self.unmet[task.index()] == 0 && self.ending.is_none() {
            self.make_ready(task);
        }
    }

    /// One input of the consumer at a position exists now.
    pub fn input_exists(&mut self, at: usize) {
        let consumer = self.consumer(at);
        let unmet = &mut self.unmet[consumer.index()];
        *unmet -= 1;
        if *unmet == 0 && self.state[consumer.index()] == TaskState::Waiting && self.ending.is_none() {
            self.make_ready(consumer);
        }
    }

    /// A result that existed does not any more: its readers wait again.
    pub fn inputs_vanish(&mut self, task: TaskId) {
        for at in self.consumers(task) {
            let consumer = self.consumer(at);
            self.unmet[consumer.index()] += 1;
            if self.state[consumer.index()] == TaskState::Ready {
                self.ready[self.classes.index(consumer)].remove(consumer.0);
                self.state[consumer.index()] = TaskState::Waiting;
            }
        }
    }

    /// Whether the task exists and `attempt` is its live one.
    pub fn is_current(&self, task: TaskId, attempt: u16) -> bool {
        self.state.get(task.index()).is_some_and(|s| s.is_active()) && self.attempt[task.index()] == attempt
    }

    /// What the result of a task is expected to take, if anything is known.
    pub fn expected_bytes(&self, task: TaskId) -> Option<u64> {
        let told = self.graph.annotations(task).and_then(|a| a.output_bytes);
        self.average[self.classes.index(task)].get().or(told)
    }

    /// Whether a worker has a copy of the task's result, or is about to get one; the worker at [`Self::place`] aside.
    pub fn replica(&self, task: TaskId, worker: WorkerId) -> Option<Replica> {
        if self.replicas.is_empty() {
            return None;
        }
        let replicas = self.replicas.get(&task.0)?;
        let at = replicas.binary_search_by_key(&worker, |r| r.worker).ok()?;
        Some(replicas[at])
    }

    /// Notes a copy, or that one is there; whether it was not known to be.
    pub fn add_replica(&mut self, task: TaskId, new: Replica) -> bool {
        let replicas = self.replicas.entry(task.0).or_default();
        match replicas.binary_search_by_key(&new.worker, |r| r.worker) {
            Ok(at) => {
                let before = replicas[at].there;
                replicas[at].there |= new.there;
                new.there && !before
            }
            Err(at) => {
                replicas.insert(at, new);
                true
            }
        }
    }

    /// Workers that have said that they have a copy.
    pub fn copies(&self, task: TaskId) -> impl Iterator<Item = WorkerId> {
        let all = if self.replicas.is_empty() { None } else { self.replicas.get(&task.0) };
        all.into_iter().flatten().filter(|r| r.there).map(|r| r.worker)
    }
}

/// The graph's edges the other way round, in compressed sparse rows.
fn transpose(graph: &TaskGraph) -> (Vec<u32>, Vec<TaskId>) {
    let n = graph.len();
    let tasks = || (0..n as u32).map(TaskId);
    let mut offsets = vec![0u32; n + 1];
    for task in tasks() {
        graph.deps(task).iter().for_each(|d| offsets[d.index()] += 1);
    }
    // Each offset becomes the end of its row; filling from the back leaves it at the start.
    let mut total = 0;
    for offset in &mut offsets {
        total += *offset;
        *offset = total;
    }
    let mut consumers = vec![TaskId(0); graph.edges()];
    for task in tasks().rev() {
        for dep in graph.deps(task).iter().rev() {
            let at = &mut offsets[dep.index()];
            *at -= 1;
            consumers[*at as usize] = task;
        }
    }
    (offsets, consumers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consumers_come_in_order() {
        let graph = crate::testing::graph(&[&[], &[0], &[0, 0, 1], &[2]], &[3, 3]);
        let job = Job::new(graph, JobOptions::default());
        let of = |t: u32| job.consumers(TaskId(t)).map(|at| job.consumer(at).0).collect::<Vec<_>>();
        assert_eq!([of(0), of(1), of(2), of(3)], [vec![1, 2, 2], vec![2], vec![3], vec![]]);
        assert_eq!(job.uses, [3, 1, 1, 1]);
    }
}
