//! What the scheduler is told ([`Event`]) and what it answers ([`Effects`]): plain data, so that a run can be recorded,
//! replayed and asserted on.

use std::collections::BTreeMap;

use swath_error::Error;

use crate::ids::{JobId, TaskRef, Time, WorkerId};
use crate::job::JobPlan;

/// An attempt at a task on a worker: a later attempt has a larger number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where.
    pub worker: WorkerId,
    /// What.
    pub task: TaskRef,
    /// Which try; reports about another try than the live one are ignored.
    pub attempt: u16,
}

/// What a worker offers.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerSpec {
    /// Shown in errors; none for the process itself.
    pub name: Option<String>,
    /// Compute threads. At least one.
    pub slots: u32,
    /// Tasks of one slot it may hold beyond its slots, so that it need not ask after each: deep for very short tasks.
    pub depth: u32,
    /// Attempts that may wait without a slot before producers are kept waiting: fetches at the same time.
    pub fetches: u32,
    /// Bytes of results it may hold before producers are kept waiting.
    pub budget: u64,
    /// Named amounts of abstract resources.
    pub resources: BTreeMap<String, u64>,
    /// It takes any task whatever worker names and resources that one asks for: the local runtime.
    pub unrestricted: bool,
}

impl WorkerSpec {
    /// A worker of `slots` threads without names, limits or restrictions; 32 fetches at a time.
    pub fn local(slots: u32) -> Self {
        Self {
            name: None,
            slots: slots.max(1),
            depth: 0,
            fetches: 32,
            budget: u64::MAX,
            resources: BTreeMap::new(),
            unrestricted: true,
        }
    }
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A worker is there and may be given tasks.
    WorkerJoined(WorkerId, WorkerSpec),
    /// A worker is gone with all it held; its name's reason is shown when that ends a job.
    WorkerLost(WorkerId),
    /// A worker's queue may be deeper or shallower from now on.
    Depth(WorkerId, u32),
    /// A graph to run.
    Submit(JobId, JobPlan),
    /// Stop a job; it ends with this error.
    Cancel(JobId, Error),
    /// The results of a job are not needed any more; a job that is not over is cancelled.
    Forget(JobId),
    /// An attempt gave a result of so many bytes.
    Done(Attempt, u64),
    /// An attempt ended in an error.
    Failed(Attempt, Error),
    /// An attempt waits for something outside, or for tasks it submitted, and gives its slots back.
    Paused(Attempt),
    /// What a paused attempt waited for is there, and it goes on at once, even past the worker's slots.
    Resumed(Attempt),
    /// What a paused attempt waited for is there, and it wants a slot to go on.
    Fetched(Attempt),
    /// Time has passed.
    Tick,
}

/// An order to a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which attempt to begin, or to go on with after [`Event::Fetched`].
    pub attempt: Attempt,
    /// Threads it may use.
    pub slots: u16,
}

/// The end of a job.
#[derive(Debug)]
pub struct JobEnd {
    /// Which.
    pub job: JobId,
    /// All outputs are done, or why not: the error of the root task, or the reason of the cancellation.
    pub result: Result<(), Error>,
}

/// What is to be done, in the order of the fields. The driver empties it after each step.
#[derive(Debug, Default)]
pub struct Effects {
    /// Begin these, best first.
    pub run: Vec<Order>,
    /// Drop these results.
    pub release: Vec<(WorkerId, TaskRef)>,
    /// Tell running tasks of these jobs to stop.
    pub abort: Vec<JobId>,
    /// Report these jobs' ends.
    pub ended: Vec<JobEnd>,
    /// Jobs that are gone: large, so drop them where it holds nobody up.
    pub retired: Vec<Retired>,
    /// Send [`Event::Tick`] at this moment, unless another step comes before.
    pub wake_at: Option<Time>,
}

/// What is left of a forgotten job.
#[derive(Debug)]
pub struct Retired {
    /// Which.
    pub job: JobId,
    pub(crate) _columns: Box<crate::job::Job>,
}

impl Effects {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.run.is_empty()
            && self.release.is_empty()
            && self.abort.is_empty()
            && self.ended.is_empty()
            && self.retired.is_empty()
    }

    pub(crate) fn wake_by(&mut self, time: Time) {
        self.wake_at = Some(self.wake_at.map_or(time, |at| at.min(time)));
    }
}
