//! What a driver may ask: names, sizes and places, without changing anything.

use std::sync::Arc;

use swath_graph::TaskGraph;

use crate::effects::{Input, Priority};
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

/// Copies named in an order, and looked at for them.
const COPIES: usize = 7;
const LOOKED_AT: usize = 64;

impl Scheduler {
    /// The graph of a job.
    pub fn graph(&self, job: JobId) -> Option<&Arc<TaskGraph>> {
        self.jobs.get(&job).map(|job| &job.graph)
    }

    /// How a job is run.
    pub fn options(&self, job: JobId) -> Option<&crate::JobOptions> {
        self.jobs.get(&job).map(|job| &job.options)
    }

    /// The workers that hold a result: first the one that answers for it, then those with copies. Empty when it does
    /// not exist.
    pub fn holders(&self, task: TaskRef) -> Vec<WorkerId> {
        let source = self.source(task);
        let Some(first) = self.holder(source) else { return Vec::new() };
        let copies = self.jobs.get(&source.job).into_iter().flat_map(|job| job.copies(source.task));
        std::iter::once(first).chain(copies).collect()
    }

    /// The worker that answers for a result, and a few that have copies: others for each `reader`, so that not all ask the
    /// same ones.
    fn some_holders(&self, source: TaskRef, reader: u32) -> Vec<WorkerId> {
        let Some(first) = self.holder(source) else { return Vec::new() };
        let copies = self.jobs.get(&source.job).and_then(|job| job.replicas.get(&source.task.0));
        let copies = copies.map(smallvec::SmallVec::as_slice).unwrap_or_default();
        let (before, after) = copies.split_at(reader as usize % copies.len().max(1));
        let there = after.iter().chain(before).take(LOOKED_AT).filter(|r| r.there).map(|r| r.worker);
        std::iter::once(first).chain(there.take(COPIES)).collect()
    }

    /// The worker that answers for a task's result, while it exists: never for an import, but for what it stands for.
    pub fn holder(&self, task: TaskRef) -> Option<WorkerId> {
        let job = self.jobs.get(&task.job)?;
        let at = task.task.index();
        let held = job.state.get(at) == Some(&TaskState::Done) && job.place[at] != WorkerId::NONE;
        held.then(|| WorkerId(job.place[at]))
    }

    /// Results that a worker holds: those it answers for and its copies.
    pub fn has_what(&self, worker: WorkerId) -> Vec<TaskRef> {
        let copies = self.workers.get(worker).into_iter().flat_map(|w| w.copies.iter().copied());
        let there = |task: &TaskRef| {
            self.jobs.get(&task.job).and_then(|j| j.replica(task.task, worker)).is_some_and(|r| r.there)
        };
        self.tasks_on(worker, |state| state == TaskState::Done)
            .into_iter()
            .chain(copies.filter(there))
            .collect()
    }

    /// Tasks that a worker runs or has queued.
    pub fn processing(&self, worker: WorkerId) -> Vec<TaskRef> {
        self.tasks_on(worker, TaskState::is_active)
    }

    /// A worker's tasks in such states.
    pub(crate) fn tasks_on(&self, worker: WorkerId, which: impl Fn(TaskState) -> bool) -> Vec<TaskRef> {
        let mut found = Vec::new();
        for (id, job) in &self.jobs {
            let tasks = job.tasks_on(worker).filter(|t| which(job.state[t.index()]));
            found.extend(tasks.map(|task| TaskRef { job: *id, task }));
        }
        found.sort_unstable();
        found
    }

    /// The workers that are there.
    pub fn workers(&self) -> Vec<WorkerId> {
        self.workers.iter().map(|(id, _)| id).collect()
    }

    /// The size of a result, once known.
    pub fn bytes(&self, task: TaskRef) -> Option<u64> {
        let source = self.source(task);
        let job = self.jobs.get(&source.job)?;
        let done = job.state.get(source.task.index()) == Some(&TaskState::Done);
        done.then(|| job.bytes[source.task.index()])
    }

    /// What the task of an order reads, in argument order.
    pub fn inputs(&self, task: TaskRef) -> impl Iterator<Item = Input> {
        self.inputs_from(task, 0)
    }

    /// The same from this input on.
    pub fn inputs_from(&self, task: TaskRef, from: usize) -> impl Iterator<Item = Input> {
        let job = self.jobs.get(&task.job);
        let deps = job.map(|job| job.graph.deps(task.task)).unwrap_or_default();
        deps.get(from..).unwrap_or_default().iter().map(move |dep| {
            let source = self.source(TaskRef { task: *dep, ..task });
            let uses = self.jobs.get(&source.job).and_then(|job| job.uses.get(source.task.index()));
            Input {
                task: source,
                bytes: self.bytes(source).unwrap_or(0),
                holders: self.some_holders(source, task.task.0),
                keep: uses.is_some_and(|uses| *uses > 1),
            }
        })
    }

    /// How urgent a task is on its worker.
    pub fn priority(&self, task: TaskRef) -> Priority {
        let of = |job: &Job| Priority { job: job.options.priority, task: job.class(task.task).priority };
        self.jobs.get(&task.job).map(|job| of(job)).unwrap_or_default()
    }

    /// Whether somebody waits for this very result.
    pub fn is_output(&self, task: TaskRef) -> bool {
        self.jobs.get(&task.job).is_some_and(|job| job.outputs.contains(task.task.0))
    }
}
