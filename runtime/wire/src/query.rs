//! Questions and requests that are answered one by one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use swath_scheduler::{TaskRef, WorkerId};

use crate::{Blob, Metrics, WorkerCall};

/// What a client (or a task, through its worker's client) asks the scheduler.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Query {
    /// What the workers are and do; answered by [`Answer::Workers`].
    Workers,
    /// Who holds these results (all results for an empty list); answered by [`Answer::Holders`].
    WhoHas(Vec<TaskRef>),
    /// Which tasks each worker has; answered by [`Answer::Tasks`].
    Processing,
    /// Call this on these workers (on all for an empty list); answered by [`Answer::Called`].
    Run(Vec<WorkerId>, WorkerCall),
    /// Move the results of these workers elsewhere and end them; answered by [`Answer::Done`] when they are gone.
    Retire(Vec<WorkerId>),
    /// Stop all work, forget all results and begin with new workers; answered by [`Answer::Done`] when the old ones are gone.
    Restart,
    /// Have this many copies of each result; answered by [`Answer::Done`] at once.
    Replicate(Vec<TaskRef>, u32),
    /// Move results from those of these workers (all for an empty list) that hold much to those that hold little; answered
    /// by [`Answer::Done`] at once.
    Rebalance(Vec<WorkerId>),
    /// Keep results under a name for other clients: the outputs of a collection and its description.
    Publish(String, Dataset),
    /// The dataset of a name; answered by [`Answer::Dataset`]. The client then refers to its results.
    Dataset(String),
    /// The names; answered by [`Answer::Names`].
    Datasets,
    /// Let a dataset go; answered by [`Answer::Done`].
    Unpublish(String),
    /// A lock, semaphore, event, queue or variable; see [`Coordination`].
    Coordinate(String, Coordination),
    /// End the scheduler and its workers.
    Shutdown,
}

/// A request about a named lock, semaphore, event, queue or variable. What a client holds is freed when it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Coordination {
    /// One of `limit` leases of a semaphore (a lock has one); waits. Answered by [`Answer::Lease`].
    Acquire {
        /// Leases in all; must be the same at every use.
        limit: u32,
        /// How long to wait at most, in microseconds; none waits for ever.
        patience: Option<u64>,
    },
    /// Give a lease back.
    Release(u64),
    /// Set an event.
    Set,
    /// Unset an event.
    Clear,
    /// Whether an event is set; answered by [`Answer::Flag`].
    IsSet,
    /// Wait until an event is set; answered by [`Answer::Flag`].
    WaitSet(Option<u64>),
    /// Put an encoded value into a queue; waits while it holds `limit` items (0: no limit).
    Put(u32, Blob),
    /// Take out of a queue; waits. Answered by [`Answer::Item`].
    Take(Option<u64>),
    /// How many items a queue holds; answered by [`Answer::Count`].
    Len,
    /// Set a variable to an encoded value.
    Write(Blob),
    /// Read a variable; waits until it is set. Answered by [`Answer::Item`].
    Read(Option<u64>),
    /// Forget a variable, a queue's items or an event.
    Delete,
}

/// A published dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dataset {
    /// The results it consists of.
    pub tasks: Vec<TaskRef>,
    /// What the collection or future says about itself: its kind, its schema.
    pub description: Blob,
}

/// A worker, as `swath status` and `Client::workers` show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerInfo {
    /// Its number.
    pub id: WorkerId,
    /// Its name.
    pub name: String,
    /// Where it answers Arrow Flight.
    pub address: String,
    /// Its process.
    pub pid: u32,
    /// Compute threads.
    pub slots: u32,
    /// Bytes its results may take in memory.
    pub memory_limit: u64,
    /// Named amounts of abstract resources.
    pub resources: BTreeMap<String, u64>,
    /// It hands its results over and ends.
    pub retiring: bool,
    /// What it last said about itself.
    pub metrics: Metrics,
    /// Milliseconds since then.
    pub silent_millis: u64,
}

/// What a function called on a worker gave.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Called {
    /// Which worker.
    pub worker: WorkerId,
    /// An encoded value.
    #[serde(with = "swath_error::travel::result")]
    pub result: Result<Blob, swath_error::Error>,
}

/// Answers to queries.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// It is done.
    Done,
    /// The workers, the number of clients and that of tasks that are not over.
    Workers(Vec<WorkerInfo>, u32, u64),
    /// Holders of each result asked about; none for those that do not exist.
    Holders(Vec<(TaskRef, Vec<WorkerId>)>),
    /// Tasks by worker, with their names.
    Tasks(Vec<(WorkerId, Vec<(TaskRef, String)>)>),
    /// What each worker gave.
    Called(Vec<Called>),
    /// A dataset.
    Dataset(Dataset),
    /// Names of datasets.
    Names(Vec<String>),
    /// A lease, unless patience ended.
    Lease(Option<u64>),
    /// Yes or no.
    Flag(bool),
    /// An encoded value, unless patience ended.
    Item(Option<Blob>),
    /// A number.
    Count(u64),
}
