//! What the scheduler is told: plain data, so that a run can be recorded, replayed and asserted on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swath_error::Error;
use swath_graph::TaskId;

use crate::ids::{JobId, TaskRef, WorkerId};
use crate::plan::JobPlan;

/// An attempt at a task on a worker: a later attempt has a larger number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attempt {
    /// Where.
    pub worker: WorkerId,
    /// What.
    pub task: TaskRef,
    /// Which try; reports about another try than the live one are ignored.
    pub attempt: u16,
}

/// What a worker offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerSpec {
    /// Shown in errors; none for the process itself.
    pub name: Option<String>,
    /// Compute threads. At least one.
    pub slots: u32,
    /// Tasks of one slot it may hold beyond its slots, so that it need not ask after each: deep for very short tasks.
    pub depth: u32,
    /// The scheduler adapts `depth` to how long the worker's tasks take, and may take queued tasks back for a worker
    /// that has nothing to do.
    pub adaptive: bool,
    /// Attempts that may wait without a slot before producers are kept waiting: fetches at the same time.
    pub fetches: u32,
    /// Bytes of results it may hold before producers are kept waiting.
    pub budget: u64,
    /// Bytes that the inputs of one task may take together on it: a task that reads more than any worker has errs.
    pub memory: u64,
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
            adaptive: false,
            fetches: 32,
            budget: u64::MAX,
            memory: u64::MAX,
            resources: BTreeMap::new(),
            unrestricted: true,
        }
    }

    /// A worker in another process: a queue of one task per slot to begin with, as deep as its tasks are short later.
    pub fn remote(name: impl Into<String>, slots: u32) -> Self {
        let slots = slots.max(1);
        let name = Some(name.into());
        Self { name, depth: slots, adaptive: true, unrestricted: false, ..Self::local(slots) }
    }
}

/// A block that exists before its job does: the unit of [`Event::Hold`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBlock {
    /// Its size.
    pub bytes: u64,
    /// The workers that have it, at least one.
    pub holders: Vec<WorkerId>,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A worker is there and may be given tasks. Numbers are dense: the scheduler keeps a table of them.
    WorkerJoined(WorkerId, WorkerSpec),
    /// A worker is about to be told of as lost, for this reason: for the errors of tasks that workers do not survive.
    Dying(WorkerId, String),
    /// A worker is gone with all it held and ran.
    WorkerLost(WorkerId),
    /// A worker's queue may be deeper or shallower from now on.
    Depth(WorkerId, u32),
    /// A worker is short of memory and takes no more tasks (`true`), or takes tasks again (`false`). What it has queued
    /// it gives back with [`Event::Returned`].
    Halted(WorkerId, bool),
    /// A worker is to go: it is given nothing more, blocks that only it holds are copied to others
    /// ([`crate::Effects::copy`]), and when it has nothing left [`crate::Effects::leave`] names it.
    Retire(WorkerId),
    /// A graph to run.
    Submit(JobId, JobPlan),
    /// A job whose task `i` is a block that exists already, such as data a client has put onto workers. When the last
    /// holder is lost the task errs: nothing can make it again.
    Hold(JobId, Vec<HeldBlock>),
    /// Stop a job; it ends with this error.
    Cancel(JobId, Error),
    /// Nobody waits for these outputs of a job any more. What only they needed is dropped, or not run at all.
    ReleaseOutputs(JobId, Vec<TaskId>),
    /// Run these erred tasks, and the erred ones they depend on, once more.
    Retry(JobId, Vec<TaskId>),
    /// The results of a job are not needed any more. A job that is not over is cancelled, unless another job imports
    /// from it: then it goes on as far as that one needs it.
    Forget(JobId),
    /// Keep a result on so many workers at least, as far as there are so many.
    Replicate(TaskRef, u32),
    /// Move results from those of these workers (all for none) that hold much to those that hold little.
    Rebalance(Vec<WorkerId>),
    /// An attempt gave a result of so many bytes, and ran for so many microseconds (0: not measured).
    Done(Attempt, u64, u64),
    /// An attempt ended in an error.
    Failed(Attempt, Error),
    /// An attempt could not begin and is over: its worker could fetch this input from none of these holders.
    Missing(Attempt, TaskRef, Vec<WorkerId>),
    /// An attempt had not begun and is over: its worker gave it back, asked by [`crate::Effects::recall`] or not.
    Returned(Attempt),
    /// The worker keeps an attempt that it was asked to give back: it has begun.
    Kept(Attempt),
    /// An attempt waits for something outside, or for tasks it submitted, and gives its slots back.
    Paused(Attempt),
    /// What a paused attempt waited for is there, and it goes on at once, even past the worker's slots.
    Resumed(Attempt),
    /// What a paused attempt waited for is there, and it wants a slot to go on.
    Fetched(Attempt),
    /// A worker has fetched this result and keeps the copy until it is told to release it.
    Copied(WorkerId, TaskRef),
    /// A worker does not have, or could not get, a copy of this result.
    Dropped(WorkerId, TaskRef),
    /// A worker fetched so many bytes in so many microseconds: for the estimate of the bandwidth.
    Moved(WorkerId, u64, u64),
    /// Time has passed.
    Tick,
}
