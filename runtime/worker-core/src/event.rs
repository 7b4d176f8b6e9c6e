//! What the worker's core is told ([`Event`]) and what it answers ([`Effects`]).

use swath_error::Error;
use swath_scheduler::{Attempt, Input, JobId, Priority, TaskRef, WorkerId};

/// An order of the scheduler with all that a worker needs to know to decide; what to run stays with the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Which attempt.
    pub attempt: Attempt,
    /// Threads it may use.
    pub slots: u16,
    /// Larger first.
    pub priority: Priority,
    /// What it reads, in argument order.
    pub inputs: Vec<Input>,
}

/// What a worker may do at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Compute threads.
    pub slots: u32,
    /// Peers it fetches from at the same time. One stream per peer.
    pub streams: usize,
    /// Bytes asked for in one stream. A larger block comes alone.
    pub message: u64,
    /// Bytes on their way in at the same time. A larger block comes alone.
    pub inbound: u64,
}

impl Limits {
    /// Limits of a worker with so many threads and so many bytes of memory: 50 MB per stream, a tenth of the memory on
    /// the way in.
    pub fn new(slots: u32, memory: u64) -> Self {
        Self { slots: slots.max(1), streams: 16, message: 50_000_000, inbound: (memory / 10).max(1_000_000) }
    }
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The scheduler: run this.
    Run(Assignment),
    /// The scheduler: give this back, if it has not begun.
    Recall(Attempt),
    /// The scheduler: get a copy of this and keep it.
    Copy(Input),
    /// The scheduler: nobody needs this result or copy any more.
    Release(TaskRef),
    /// The scheduler: this job is ending; running tasks are to stop, the others are not begun.
    Abort(JobId),
    /// The scheduler: this job is gone with all its results.
    Forget(JobId),
    /// A client or another worker has put a block into the store.
    Put(TaskRef, u64),
    /// The data plane: a block that was asked for is in the store, with its size.
    Arrived(TaskRef, u64),
    /// As [`Self::Arrived`], of a block that an earlier order has dropped from the store since it arrived. A shell whose
    /// store is filled by other threads looks before each [`Self::Arrived`] whether the block is there.
    Vanished(TaskRef),
    /// The data plane: this peer does not have the block, or cannot be reached.
    FetchFailed(TaskRef, WorkerId),
    /// The data plane: the stream from this peer is over. Whatever it was asked for and has not been reported by
    /// [`Self::Arrived`] or [`Self::FetchFailed`] counts as failed.
    StreamEnded(WorkerId),
    /// A compute thread: the attempt gave a result of so many bytes, which is in the store, and ran for so many
    /// microseconds.
    Done(Attempt, u64, u64),
    /// A compute thread: the attempt ended in an error.
    Failed(Attempt, Error),
    /// The attempt waits for something outside, or for tasks it submitted: it holds no slot.
    Paused(Attempt),
    /// A paused attempt's thread goes on at once, whether or not there is a slot.
    Resumed(Attempt),
    /// What a paused attempt waited for is there: it wants a slot, and is started once more.
    Ready(Attempt),
    /// Memory is short (`true`): begin nothing, fetch nothing, give queued tasks back; or it is not (`false`).
    Halted(bool),
}

/// Blocks to ask one peer for, in this order, in one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchOrder {
    /// Whom.
    pub from: WorkerId,
    /// For what.
    pub tasks: Vec<TaskRef>,
    /// Their size together, as the scheduler knows it.
    pub bytes: u64,
}

/// An attempt to begin, or to go on with after [`Event::Ready`]. Its inputs are in the store and stay there at least
/// until the shell has taken them, which it does before it tells the next event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// Which.
    pub attempt: Attempt,
    /// Threads it may use.
    pub slots: u16,
    /// It was paused and goes on.
    pub again: bool,
}

/// What is to be done, in the order of the fields. The shell empties it after each step.
#[derive(Debug, Default)]
pub struct Effects {
    /// Begin these on compute threads.
    pub start: Vec<Start>,
    /// Ask peers for these.
    pub fetch: Vec<FetchOrder>,
    /// Drop these blocks from the store.
    pub drop: Vec<TaskRef>,
    /// Drop whatever the store has of these jobs, and what else is kept for them.
    pub forget: Vec<JobId>,
    /// Tell these running attempts to stop.
    pub stop: Vec<Attempt>,
    /// Attempts that are over without having run: forget what was kept for them.
    pub discard: Vec<Attempt>,
    /// Tell the scheduler.
    pub report: Vec<swath_scheduler::Event>,
}
