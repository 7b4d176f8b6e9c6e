//! One submitted graph as columns: a few bytes per task, indexed by the task's number.
//!
//! A [`JobPlan`] is prepared by whoever submits (it costs time in proportion to the graph); the scheduler takes it over
//! in one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use swath_error::Error;
use swath_graph::{TaskGraph, TaskId};

use crate::bitset::ReadySet;
use crate::class::{Class, Classes};
use crate::ids::{TaskRef, Time, WorkerId};

/// How a job wants to be run as a whole.
#[derive(Clone, Debug)]
pub struct JobOptions {
    /// Higher jobs first; among equals, the one with the fewest running tasks. Default 0.
    pub priority: i32,
    /// The first failure ends the job. Otherwise only what depends on the failed task is given up. Default true.
    pub fail_fast: bool,
    /// Bytes of results the job may hold before producers are kept waiting. Default: no limit of its own.
    pub budget: u64,
    /// Report each output as it is done or errs ([`crate::Effects::outputs`]). Default false.
    pub notify: bool,
    /// Workers that may be lost while they run a task before the task is taken to be the reason. Default 3.
    pub allowed_deaths: u32,
    /// How long a task waits for a worker that may run it before it errs, in microseconds. Default five minutes.
    pub patience: u64,
}

impl Default for JobOptions {
    fn default() -> Self {
        Self {
            priority: 0,
            fail_fast: true,
            budget: u64::MAX,
            notify: false,
            allowed_deaths: 3,
            patience: 300_000_000,
        }
    }
}

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
    /// Its result existed and has been released: nobody needs it any more.
    Released,
    /// It, or something it depends on, failed.
    Erred,
    /// The job ended before it was run.
    Cancelled,
}

/// A graph made ready for the scheduler.
#[derive(Debug)]
pub struct JobPlan {
    pub(crate) job: Box<Job>,
}

impl JobPlan {
    /// Prepares a graph: time and memory in proportion to its tasks and edges.
    pub fn new(graph: Arc<TaskGraph>, options: JobOptions) -> Self {
        Self { job: Box::new(Job::new(graph, options)) }
    }

    /// Names the result that each import task ([`swath_graph::Payload::Import`]) of the graph stands for. An import
    /// without a name errs when the job is submitted, and so does one whose result is not known any more.
    #[must_use]
    pub fn links(mut self, links: Vec<(TaskId, TaskRef)>) -> Self {
        self.job.links = links;
        self
    }
}

/// What went wrong with a task so far; only tasks with trouble have one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trouble {
    /// Attempts that ended in an error.
    pub failures: u32,
    /// Workers that were lost while they ran it.
    pub deaths: u32,
}

#[derive(Debug)]
pub(crate) struct Job {
    pub graph: Arc<TaskGraph>,
    pub options: JobOptions,
    pub classes: Classes,
    consumer_offsets: Vec<u32>,
    consumers: Vec<TaskId>,
    pub state: Vec<TaskState>,
    /// Inputs (edges) that do not exist yet.
    pub unmet: Vec<u32>,
    /// Consumers (edges) that are not over yet, and one for each time the result is wanted as an output.
    pub uses: Vec<u32>,
    /// Number of the last attempt; results of earlier ones are stale.
    pub attempt: Vec<u16>,
    /// Size of the result, once known.
    pub bytes: Vec<u64>,
    /// The worker that runs the task or holds its result.
    pub place: Vec<u32>,
    /// Per class.
    pub ready: Vec<ReadySet>,
    /// Average size of the results of each class so far.
    pub average: Vec<Average>,
    /// Tasks whose results the job was submitted for.
    pub outputs: ReadySet,
    /// Tasks in [`TaskState::Running`] and [`TaskState::Away`].
    pub active: u32,
    /// Tasks in [`TaskState::Running`].
    pub running: u32,
    /// Tasks that are done, released or erred.
    pub over_count: u32,
    /// Distinct outputs that are neither done nor erred.
    pub missing_outputs: u32,
    /// Bytes of results held, and expected of producers that are running.
    pub held: u64,
    /// What import tasks stand for.
    pub links: Vec<(TaskId, TaskRef)>,
    pub trouble: BTreeMap<u32, Trouble>,
    /// Why erred tasks erred: the root task's error.
    pub errors: BTreeMap<u32, Error>,
    /// Set when the job is to end: it does so when nothing of it is running any more.
    pub ending: Option<Result<(), Error>>,
    /// When an ending job stops waiting for tasks that do not notice.
    pub give_up_at: Option<Time>,
    /// Its end has been reported.
    pub over: bool,
    /// Its results are not wanted any more: it goes when nothing of it is running.
    pub forgotten: bool,
}

/// A running average: half old, half new.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Average {
    known: bool,
    value: u64,
}

impl Average {
    pub fn add(&mut self, sample: u64) {
        self.value = if self.known { self.value.midpoint(sample) } else { sample };
        self.known = true;
    }

    pub fn get(self) -> Option<u64> {
        self.known.then_some(self.value)
    }
}

impl Job {
    fn new(graph: Arc<TaskGraph>, options: JobOptions) -> Self {
        let n = graph.len();
        let tasks = || (0..n as u32).map(TaskId);
        let classes = Classes::of(&graph);
        let (consumer_offsets, consumers) = transpose(&graph);
        let mut uses: Vec<u32> = consumer_offsets.windows(2).map(|w| w[1] - w[0]).collect();
        let mut missing_outputs = 0;
        let mut outputs = ReadySet::new(n);
        for output in graph.outputs() {
            uses[output.index()] += 1;
            missing_outputs += u32::from(outputs.insert(output.0));
        }
        let mut ready: Vec<ReadySet> = classes.all.iter().map(|_| ReadySet::new(n)).collect();
        let mut state = vec![TaskState::Waiting; n];
        let unmet: Vec<u32> = tasks().map(|t| graph.deps(t).len() as u32).collect();
        for task in tasks().filter(|t| unmet[t.index()] == 0) {
            state[task.index()] = TaskState::Ready;
            ready[classes.index(task)].insert(task.0);
        }
        Self {
            average: vec![Average::default(); classes.all.len()],
            attempt: vec![0; n],
            bytes: vec![0; n],
            place: vec![WorkerId::NONE; n],
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
            trouble: BTreeMap::new(),
            errors: BTreeMap::new(),
            ending: None,
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

    pub fn has_ready(&self) -> bool {
        self.ready.iter().any(|set| set.len() > 0)
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

    /// Whether the task exists and `attempt` is its live one.
    pub fn is_current(&self, task: TaskId, attempt: u16) -> bool {
        let active =
            self.state.get(task.index()).is_some_and(|s| matches!(s, TaskState::Running | TaskState::Away));
        active && self.attempt[task.index()] == attempt
    }

    /// What the result of a task is expected to take, if anything is known.
    pub fn expected_bytes(&self, task: TaskId) -> Option<u64> {
        let told = self.graph.annotations(task).and_then(|a| a.output_bytes);
        self.average[self.classes.index(task)].get().or(told)
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
        let graph = crate::testing::graph(&[&[], &[0], &[0, 0, 1], &[2]], &[3]);
        let job = Job::new(graph, JobOptions::default());
        let of = |t: u32| job.consumers(TaskId(t)).map(|at| job.consumer(at).0).collect::<Vec<_>>();
        assert_eq!([of(0), of(1), of(2), of(3)], [vec![1, 2, 2], vec![2], vec![3], vec![]]);
        assert_eq!(job.uses, [3, 1, 1, 1]);
    }
}
