//! The state, and which transition each event leads to.

use std::collections::BTreeMap;

use swath_error::Error;
use swath_graph::TaskId;

use crate::effects::Effects;
use crate::event::{Attempt, Event};
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::worker::{Worker, Workers};

/// The state machine. One per runtime; several jobs and workers at once.
#[derive(Debug, Default)]
pub struct Scheduler {
    pub(crate) jobs: BTreeMap<JobId, Box<Job>>,
    pub(crate) workers: Workers,
    /// Attempts on all workers that were fetched and want a slot.
    pub(crate) resumable: usize,
}

impl Scheduler {
    /// Takes one event in. Call [`Self::flush`] once after the last of several.
    pub fn step(&mut self, now: Time, event: Event, effects: &mut Effects) {
        match event {
            Event::WorkerJoined(id, spec) => {
                self.workers.insert(id, Worker::new(spec));
            }
            Event::WorkerLost(id) => self.lost(now, id, effects),
            Event::Depth(id, depth) => {
                if let Some(worker) = self.workers.get_mut(id) {
                    worker.spec.depth = depth;
                }
                self.workers.note(id);
            }
            Event::Submit(id, plan) => self.submit(id, plan.job, effects),
            Event::Cancel(id, reason) => self.end(now, id, Err(reason), effects),
            Event::Forget(id) => self.forget(now, id, effects),
            Event::Done(attempt, bytes, _micros) => self.done(attempt, bytes, effects),
            Event::Failed(attempt, error) => self.failed(now, attempt, error, effects),
            Event::Paused(attempt) => self.paused(attempt),
            Event::Resumed(attempt) => self.resumed(attempt),
            Event::Fetched(attempt) => self.fetched(attempt),
            Event::Tick => self.tick(now, effects),
            _ => {}
        }
    }

    fn submit(&mut self, id: JobId, job: Box<Job>, effects: &mut Effects) {
        let nothing_to_do = job.missing_outputs == 0;
        self.jobs.entry(id).or_insert(job);
        if nothing_to_do {
            self.end(Time::default(), id, Ok(()), effects);
        }
    }

    /// Where a task stands; none when the job or the task is not known.
    pub fn state(&self, task: TaskRef) -> Option<TaskState> {
        let job = self.jobs.get(&task.job)?;
        let state = *job.state.get(task.task.index())?;
        let idle = matches!(state, TaskState::Waiting | TaskState::Ready);
        Some(if idle && job.ending.is_some() { TaskState::Cancelled } else { state })
    }

    /// The worker that holds a task's result, while it exists.
    pub fn holder(&self, task: TaskRef) -> Option<WorkerId> {
        let job = self.jobs.get(&task.job)?;
        let held = job.state.get(task.task.index()) == Some(&TaskState::Done);
        held.then(|| WorkerId(job.place[task.task.index()]))
    }

    /// Why a task is [`TaskState::Erred`]: the error of the root task.
    pub fn error(&self, task: TaskRef) -> Option<&Error> {
        self.jobs.get(&task.job)?.errors.get(&task.task.0)
    }

    /// How many of a job's tasks are over, and of how many.
    pub fn progress(&self, job: JobId) -> Option<(usize, usize)> {
        self.jobs.get(&job).map(|j| (j.over_count as usize, j.graph.len()))
    }

    /// The job of a report, when the report is about the live attempt.
    pub(crate) fn current(&mut self, attempt: Attempt) -> Option<(&mut Job, &mut Worker, TaskId)> {
        let TaskRef { job, task } = attempt.task;
        let job = self.jobs.get_mut(&job)?;
        let worker = self.workers.get_mut(attempt.worker)?;
        let live = job.is_current(task, attempt.attempt) && job.place[task.index()] == attempt.worker.0;
        live.then_some((job, worker, task))
    }
}
