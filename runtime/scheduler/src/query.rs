//! What a driver may ask: names, sizes and places, without changing anything.

use std::sync::Arc;

use swath_graph::TaskGraph;

use crate::effects::{Input, Priority};
use crate::ids::{JobId, TaskRef, WorkerId};
use crate::job::{Job, TaskState};
use crate::scheduler::Scheduler;

impl Scheduler {
    /// The graph of a job.
    pub fn graph(&self, job: JobId) -> Option<&Arc<TaskGraph>> {
        self.jobs.get(&job).map(|job| &job.graph)
    }

    /// How a job is run.
    pub fn options(&self, job: JobId) -> Option<&crate::JobOptions> {
        self.jobs.get(&job).map(|job| &job.options)
    }

    /// The name under which workers know a result: for an import the task it stands for, otherwise the task itself.
    pub fn source(&self, task: TaskRef) -> TaskRef {
        let links = self.jobs.get(&task.job).map(|job| job.links.as_slice()).unwrap_or_default();
        links.iter().find(|(t, _)| *t == task.task).map_or(task, |(_, source)| *source)
    }

    /// The workers that hold a result: first the one that answers for it, then those with copies. Empty when it does
    /// not exist.
    pub fn holders(&self, task: TaskRef) -> Vec<WorkerId> {
        self.holder(self.source(task)).into_iter().collect()
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
        let job = self.jobs.get(&task.job);
        let deps = job.map(|job| job.graph.deps(task.task)).unwrap_or_default();
        deps.iter().map(move |dep| {
            let source = self.source(TaskRef { task: *dep, ..task });
            let uses = self.jobs.get(&source.job).and_then(|job| job.uses.get(source.task.index()));
            Input {
                task: source,
                bytes: self.bytes(source).unwrap_or(0),
                holders: self.holders(source),
                keep: uses.is_some_and(|uses| *uses > 1),
            }
        })
    }

    /// How urgent a task is on its worker.
    pub fn priority(&self, task: TaskRef) -> Priority {
        let of = |job: &Box<Job>| Priority { job: job.options.priority, task: job.class(task.task).priority };
        self.jobs.get(&task.job).map(of).unwrap_or_default()
    }

    /// Whether somebody waits for this very result.
    pub fn is_output(&self, task: TaskRef) -> bool {
        self.jobs.get(&task.job).is_some_and(|job| job.outputs.contains(task.task.0))
    }
}
