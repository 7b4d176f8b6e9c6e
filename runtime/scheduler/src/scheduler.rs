//! The state, and which transition each event leads to.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use smallvec::SmallVec;
use swath_error::Error;
use swath_graph::TaskId;

use crate::chores::{Chore, Slice};
use crate::effects::Effects;
use crate::estimate::Estimates;
use crate::event::{Attempt, Event};
use crate::hot::Policy;
use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::{Job, TaskState};
use crate::plan::JobPlan;
use crate::worker::Worker;
use crate::workers::Workers;

/// The state machine. One per runtime; several jobs and workers at once.
#[derive(Debug, Default)]
pub struct Scheduler {
    pub(crate) jobs: BTreeMap<JobId, Box<Job>>,
    pub(crate) workers: Workers,
    pub(crate) estimates: Estimates,
    /// Jobs with ready tasks, in the order in which they are given workers.
    pub(crate) queue: BTreeSet<(Reverse<i32>, u32, JobId)>,
    /// Jobs whose place in the queue may have changed.
    dirty: SmallVec<[JobId; 4]>,
    /// Jobs that wait for a moment.
    pub(crate) timed: BTreeSet<JobId>,
    /// Workers with fetched attempts that want a slot.
    pub(crate) resumable: BTreeSet<WorkerId>,
    /// Attempts that were asked back, by task, and the worker that is to have the task.
    pub(crate) recalled: BTreeMap<TaskRef, (Attempt, Option<WorkerId>)>,
    /// Copies that were ordered and not answered: their worker, and how often one was ordered in vain.
    pub(crate) ordered: BTreeMap<(TaskRef, WorkerId), u32>,
    /// Where the search for a worker that takes a copy goes on.
    pub(crate) cursor: u32,
    pub(crate) now: Time,
    /// What is left of transitions that concern many tasks, oldest first.
    pub(crate) chores: VecDeque<Chore>,
    pub(crate) slice: Slice,
    /// Results that tasks of several workers read, or that somebody wants on this many.
    pub(crate) watched: BTreeMap<TaskRef, u32>,
    pub(crate) policy: Policy,
    /// Copies that are to take the place of results.
    pub(crate) moves: BTreeMap<TaskRef, WorkerId>,
    /// How many more tasks and edges this call may look at.
    pub(crate) room: usize,
    /// The last flush ended before everything was given out.
    pub(crate) more: bool,
}

impl Scheduler {
    /// Takes one event in. Call [`Self::flush`] once after the last of several.
    pub fn step(&mut self, now: Time, event: Event, effects: &mut Effects) {
        self.now = now;
        self.room = self.slice.0;
        match event {
            Event::Done(attempt, bytes, micros) => self.done(attempt, bytes, micros, effects),
            Event::Failed(attempt, error) => self.failed(attempt, error, effects),
            Event::Missing(attempt, input, holders) => self.missing(attempt, input, &holders, effects),
            Event::Returned(attempt) => self.returned(attempt, effects),
            Event::Kept(attempt) => self.kept(attempt),
            Event::Paused(attempt) => self.paused(attempt),
            Event::Resumed(attempt) => self.resumed(attempt),
            Event::Fetched(attempt) => self.fetched(attempt),
            Event::Copied(worker, task) => self.copied(worker, task, effects),
            Event::Dropped(worker, task) => self.dropped(worker, task, effects),
            Event::Moved(_, bytes, micros) => self.estimates.moved(bytes, micros),
            Event::Submit(id, plan) => self.submit(id, plan, effects),
            Event::Hold(id, blocks) => self.hold(id, &blocks, effects),
            Event::Cancel(id, reason) => self.end(id, reason, effects),
            Event::ReleaseOutputs(id, tasks) => self.release_outputs(id, tasks, effects),
            Event::Retry(id, tasks) => self.retry(id, &tasks, effects),
            Event::Forget(id) => self.forget(id, effects),
            Event::Replicate(task, copies) => self.replicate(task, copies, effects),
            Event::Rebalance(among) => self.rebalance(&among, effects),
            Event::WorkerJoined(id, spec) => self.joined(id, Worker::new(spec), effects),
            Event::Dying(id, cause) => self.change_worker(id, |worker| worker.cause = Some(cause)),
            Event::WorkerLost(id) => self.lost(id, effects),
            Event::Retire(id) => self.retire_worker(id, effects),
            Event::Halted(id, halted) => self.change_worker(id, |worker| worker.halted = halted),
            Event::Depth(id, depth) => self.change_worker(id, |worker| worker.spec.depth = depth),
            Event::Tick => self.tick(effects),
        }
        self.requeue();
    }

    fn change_worker(&mut self, id: WorkerId, change: impl FnOnce(&mut Worker)) {
        if let Some(worker) = self.workers.get_mut(id) {
            change(worker);
        }
        self.workers.note(id);
    }

    fn submit(&mut self, id: JobId, plan: JobPlan, effects: &mut Effects) {
        if self.jobs.contains_key(&id) {
            return;
        }
        let JobPlan { mut job, names } = plan;
        let numbers: Vec<u32> = names.distinct.iter().map(|name| self.estimates.name(name)).collect();
        job.kinds = names.of_layer;
        job.kinds.iter_mut().for_each(|kind| *kind = numbers.get(*kind as usize).copied().unwrap_or(0));
        self.jobs.insert(id, job);
        self.touch(id);
        self.attach_all(id, effects);
        self.finish_if_complete(id, effects);
    }

    /// Notes that a job's ready or running tasks have changed.
    pub(crate) fn touch(&mut self, id: JobId) {
        if self.dirty.last() != Some(&id) {
            self.dirty.push(id);
        }
    }

    /// Puts the jobs that have changed where they belong in the queue.
    pub(crate) fn requeue(&mut self) {
        while let Some(id) = self.dirty.pop() {
            self.note_job(id);
        }
    }

    /// Puts a job where it belongs in the queue.
    pub(crate) fn note_job(&mut self, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let place = job.queue_place();
        if place == job.queued {
            return;
        }
        if let Some((priority, running)) = job.queued {
            self.queue.remove(&(Reverse(priority), running, id));
        }
        if let Some((priority, running)) = place {
            self.queue.insert((Reverse(priority), running, id));
        }
        job.queued = place;
    }

    /// The job of a report, when the report is about the live attempt.
    pub(crate) fn current(&mut self, attempt: Attempt) -> Option<(&mut Job, &mut Worker, TaskId)> {
        let TaskRef { job, task } = attempt.task;
        let job = self.jobs.get_mut(&job)?;
        let worker = self.workers.get_mut(attempt.worker)?;
        let live = job.is_current(task, attempt.attempt) && job.place[task.index()] == attempt.worker.0;
        live.then_some((job, worker, task))
    }

    /// Where a task stands; none when the job or the task is not known.
    pub fn state(&self, task: TaskRef) -> Option<TaskState> {
        let job = self.jobs.get(&task.job)?;
        let state = *job.state.get(task.task.index())?;
        Some(if state.is_idle() && job.ending.is_some() { TaskState::Cancelled } else { state })
    }

    /// Why a task is [`TaskState::Erred`]: the error of the root task.
    pub fn error(&self, task: TaskRef) -> Option<&Error> {
        self.jobs.get(&task.job)?.errors.get(&task.task.0)
    }

    /// How many of a job's tasks are over, and of how many.
    pub fn progress(&self, job: JobId) -> Option<(usize, usize)> {
        self.jobs.get(&job).map(|j| (j.over_count as usize, j.graph.len()))
    }
}

impl Job {
    /// Where the job belongs in the queue: by priority and running tasks; none while it has nothing ready.
    pub(crate) fn queue_place(&self) -> Option<(i32, u32)> {
        let waits = self.ending.is_none() && self.ready_count() > 0;
        waits.then_some((self.options.priority, self.running))
    }
}
