//! What the scheduler and a worker say to each other.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swath_error::Error;
use swath_graph::{LayerId, Step};
use swath_scheduler::{Attempt, Input, JobId, Left, Priority, TaskRef, WorkerId};

use crate::Blob;

/// A task to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOrder {
    /// Which attempt.
    pub attempt: Attempt,
    /// Threads it may use, "up to".
    pub slots: u16,
    /// Larger first; among equals the smaller task of the older job.
    pub priority: Priority,
    /// What it runs, one step after another.
    pub steps: SmallVec<[Step; 1]>,
    /// What the first step reads, in argument order.
    pub inputs: Vec<Input>,
    /// The number of the client that a small result is delivered to at once; 0 for none.
    pub deliver: u32,
}

/// A worker as other workers and clients know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its number.
    pub id: WorkerId,
    /// Its name.
    pub name: String,
    /// Where it answers Arrow Flight: `host:port`.
    pub address: String,
    /// Compute threads.
    pub slots: u32,
    /// Bytes it may hold in memory.
    pub memory_limit: u64,
}

/// A function to be called on a worker by itself, not as a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerCall {
    /// An encoded operation; it is run with index 0 and no inputs.
    pub operation: Blob,
}

/// From the scheduler to a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToWorker {
    /// Workers that are there from now on; this one is among them.
    Peers(Vec<Peer>),
    /// Workers that are gone.
    Gone(Vec<WorkerId>),
    /// Encoded operations of a job's layers, before the first task of each.
    Layers(JobId, Vec<(LayerId, Blob)>),
    /// Tasks to run, best first. An attempt that is known already and reported [`FromWorker::Fetched`] goes on.
    Run(Vec<RunOrder>),
    /// The first inputs of an attempt with very many of them, in several messages; the order itself has the last ones.
    Inputs(Attempt, Vec<Input>),
    /// Tasks to give back when they have not begun; answered by [`FromWorker::Returned`] or
    /// [`FromWorker::Kept`].
    Recall(Vec<Attempt>),
    /// Results to drop.
    Release(Vec<TaskRef>),
    /// Running tasks of the job are to stop, waiting ones are dropped and reported as failed with
    /// [`swath_error::ErrorKind::Cancelled`].
    Abort(JobId),
    /// Nothing of the job will be asked for again: its operations and what is left of its results may go.
    Forget(JobId),
    /// Results to fetch and keep.
    Copy(Vec<Input>),
    /// A function to call; answered by [`FromWorker::Answer`] with the same number.
    Call(u64, WorkerCall),
    /// Take no more tasks: the scheduler is moving this worker's results away.
    Retire,
    /// What keeps this worker, which is to go; said whenever that changes.
    Left(Left),
    /// End and begin anew, with nothing: [`crate::Renewal`] says how.
    Restart,
    /// End, for this reason.
    Stop(String),
}

/// A finished attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Which.
    pub attempt: Attempt,
    /// Size of its result.
    pub bytes: u64,
    /// How long it computed.
    pub micros: u64,
}

/// How a worker is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metrics {
    /// Bytes of results held in memory.
    pub stored: u64,
    /// Bytes of results spilled to files.
    pub spilled: u64,
    /// Bytes the process holds in memory, without those that files back.
    pub resident: u64,
    /// Tasks running.
    pub running: u32,
    /// Tasks waiting for inputs or for a slot.
    pub waiting: u32,
    /// Bytes received from other workers so far.
    pub received: u64,
    /// Actors it keeps.
    pub actors: u32,
}

/// From a worker to the scheduler.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromWorker {
    /// Attempts that gave results, which this worker holds.
    Done(Vec<Done>),
    /// An attempt that ended in an error.
    Failed(Attempt, #[serde(with = "swath_error::travel")] Error),
    /// An attempt that waits for something outside, or for tasks it submitted, and gives its slots back.
    Paused(Attempt),
    /// What it waited for is there, and it goes on at once.
    Resumed(Attempt),
    /// What it waited for is there, and it wants a slot to go on.
    Fetched(Attempt),
    /// An attempt that had not begun and is over: the worker gives it back, asked by [`ToWorker::Recall`] or not.
    Returned(Attempt),
    /// A recalled attempt that had begun already; it goes on.
    Kept(Attempt),
    /// The worker is short of memory and takes no more tasks (`true`), or takes tasks again (`false`).
    Halted(bool),
    /// So many bytes were fetched from other workers in so many microseconds.
    Moved(u64, u64),
    /// An attempt that cannot run: its input was at none of these workers.
    Missing(Attempt, TaskRef, Vec<WorkerId>),
    /// A result this worker holds from now on: a copy, or what a client has put there.
    Copied(TaskRef),
    /// A result that this worker does not hold, or could not get a copy of.
    Dropped(TaskRef),
    /// How it is doing.
    Heartbeat(Metrics),
    /// The answer to a call: an encoded value.
    Answer(u64, #[serde(with = "swath_error::travel::result")] Result<Blob, Error>),
    /// It wants to end: its results are to be moved elsewhere ([`ToWorker::Retire`]).
    Leaving,
    /// It ends, for this reason: none means in good order.
    Bye(#[serde(with = "swath_error::travel::option")] Option<Error>),
}
