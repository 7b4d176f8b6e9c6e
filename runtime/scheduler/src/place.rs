//! Where a task is best run: the worker on which it is expected to start first.
//!
//! Looked at are the workers that hold its inputs, the one where its siblings are and a few of the least busy; never all.
//! A task starts when a slot is free and the inputs that the worker lacks have been fetched. A task whose siblings (what
//! else its first reader reads) are elsewhere costs a fetch later on. While there is more to do than there are slots,
//! waiting costs nothing: a worker that is passed over finds other work, and queues are short.

use smallvec::SmallVec;
use swath_graph::TaskId;

use crate::ids::{TaskRef, WorkerId};
use crate::job::{Job, Replica};
use crate::scheduler::Scheduler;
use crate::worker::Worker;

/// Workers with room looked at for one task, besides those that hold its inputs.
const CANDIDATES: usize = 8;

/// Inputs whose holders are looked at.
const HOLDERS: usize = 8;

/// Inputs whose bytes are counted.
const INPUTS: usize = 64;

/// A reader of more than so many results is not worth gathering them for.
const SIBLINGS: usize = 16;

impl Scheduler {
    /// How many inputs are looked at to find a place for a task.
    pub(crate) fn looked_at(&self, task: TaskRef) -> usize {
        self.jobs.get(&task.job).map_or(0, |job| job.graph.deps(task.task).len().min(INPUTS))
    }
}

/// A task and where its inputs are.
pub(crate) struct Site<'a> {
    scheduler: &'a Scheduler,
    job: &'a Job,
    task: TaskId,
    inputs: SmallVec<[Place<'a>; 4]>,
}

/// An input: the job and task that made it, and its copies, looked up once.
#[derive(Clone, Copy)]
struct Place<'a> {
    job: &'a Job,
    task: TaskId,
    copies: &'a [Replica],
}

impl<'a> Place<'a> {
    fn new(job: &'a Job, task: TaskId) -> Self {
        let copies = if job.replicas.is_empty() { None } else { job.replicas.get(&task.0) };
        Self { job, task, copies: copies.map(SmallVec::as_slice).unwrap_or_default() }
    }

    fn is_at(self, worker: WorkerId) -> bool {
        self.job.place[self.task.index()] == worker.0
            || self.copies.binary_search_by_key(&worker, |copy| copy.worker).is_ok()
    }

    /// A few workers that have it.
    fn holders(self) -> impl Iterator<Item = WorkerId> {
        let first = WorkerId(self.job.place[self.task.index()]);
        let copies = self.copies.iter().take(INPUTS).filter(|copy| copy.there).map(|copy| copy.worker);
        std::iter::once(first).chain(copies.take(2))
    }
}

impl<'a> Site<'a> {
    pub fn new(scheduler: &'a Scheduler, task: TaskRef) -> Option<Self> {
        let job: &Job = scheduler.jobs.get(&task.job)?;
        let place = |dep: &TaskId| match job.link(*dep) {
            None => Some(Place::new(job, *dep)),
            Some(source) => Some(Place::new(scheduler.jobs.get(&source.job)?, source.task)),
        };
        let inputs = job.graph.deps(task.task).iter().take(INPUTS).filter_map(place).collect();
        Some(Self { scheduler, job, task: task.task, inputs })
    }

    /// Blocks and bytes of the task's inputs that a worker lacks.
    fn lacks(&self, worker: WorkerId) -> (usize, u64) {
        let lacking = self.inputs.iter().filter(|place| !place.is_at(worker));
        lacking.fold((0, 0), |(n, bytes), place| (n + 1, bytes + place.job.bytes[place.task.index()]))
    }

    /// How long it takes a worker to fetch what it lacks, in microseconds.
    pub fn transfer(&self, worker: WorkerId) -> u64 {
        let (blocks, bytes) = self.lacks(worker);
        self.scheduler.estimates.fetch(blocks, bytes)
    }

    /// Where another input of the task's first reader is, or is made.
    fn mate(&self) -> Option<WorkerId> {
        let reader = self.job.consumer(self.job.consumers(self.task).next()?);
        let siblings = self.job.graph.deps(reader);
        if siblings.len() > SIBLINGS {
            return None;
        }
        let others = siblings.iter().filter(|sibling| **sibling != self.task);
        others.map(|s| self.job.place[s.index()]).find(|place| *place != WorkerId::NONE).map(WorkerId)
    }

    /// The best worker for a task of one slot, among those that take it.
    pub fn best(&self, takes: impl Fn(WorkerId, &Worker) -> bool) -> Option<WorkerId> {
        let workers = &self.scheduler.workers;
        if workers.len() == 1 {
            return workers.open().find(|(id, w)| takes(*id, w)).map(|(id, _)| id);
        }
        let mate = self.mate();
        let apart = self.scheduler.estimates.fetch(1, self.job.expected_bytes(self.task).unwrap_or(0));
        let plenty = self.job.ready_count() as u64 > 2 * workers.slots;
        let holders = self.inputs.iter().take(HOLDERS).flat_map(|place| place.holders());
        let near = holders.chain(mate).filter_map(|id| workers.open_one(id));
        let near = near.filter(|(id, w)| takes(*id, w));
        let others = workers.open().filter(|(id, w)| takes(*id, w)).take(CANDIDATES);
        let cost = |(id, worker): &(WorkerId, &Worker)| {
            let (blocks, bytes) = self.lacks(*id);
            let wait = if plenty { 0 } else { worker.wait() };
            let later = if mate.is_some_and(|mate| mate != *id) { apart } else { 0 };
            let start = wait + self.scheduler.estimates.fetch(blocks, bytes) + later;
            (start, bytes, worker.load * 256 / worker.spec.slots, *id)
        };
        near.chain(others).min_by_key(cost).map(|(id, _)| id)
    }
}
