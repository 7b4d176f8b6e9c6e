//! What the scheduler and a client say to each other.

use serde::{Deserialize, Serialize};
use swath_error::Error;
use swath_graph::TaskId;
use swath_scheduler::{JobId, TaskRef, WorkerId};

use crate::{Answer, Peer, Query, WireGraph};

/// A graph to run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Submission {
    /// Its number, out of those the client was given in [`crate::Welcome::Client`].
    pub job: JobId,
    /// The graph.
    pub graph: WireGraph,
    /// What the tasks of its import layer stand for, by their index.
    pub links: Vec<TaskRef>,
    /// Higher jobs first.
    pub priority: i32,
    /// The first failure ends the job. Otherwise only what depends on the failed task is given up.
    pub fail_fast: bool,
    /// Outputs are reported one by one as they are done; otherwise all together at the end.
    pub stepwise: bool,
    /// Somebody waits for these few results: workers deliver small ones to the client as soon as they exist.
    pub deliver: bool,
}

/// From a client to the scheduler.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum FromClient {
    /// A graph to run.
    Submit(Box<Submission>),
    /// Results that the client has put on workers: task `i` is at the worker, and has so many bytes.
    Hold(JobId, Vec<(WorkerId, u64)>),
    /// Stop a job.
    Cancel(JobId),
    /// Tasks whose results are not wanted, and that need not be run when nobody else wants them.
    CancelOutputs(Vec<TaskRef>),
    /// Erred tasks to be run again, with what they depend on.
    Retry(Vec<TaskRef>),
    /// Results that the client does not refer to any more.
    Release(Vec<TaskRef>),
    /// Results to be kept until their jobs are over even though nobody refers to them.
    Detach(Vec<TaskRef>),
    /// Nothing of the job is wanted any more.
    Forget(JobId),
    /// A result was said to be at this worker and could not be had there; whether the worker said that it does not have
    /// it.
    Unreachable(TaskRef, WorkerId, bool),
    /// A question or a request; answered by [`ToClient::Answer`] with the same number.
    Ask(u64, Query),
    /// The client leaves in good order.
    Bye,
}

/// From the scheduler to a client.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum ToClient {
    /// Workers that are there from now on.
    Peers(Vec<Peer>),
    /// Workers that are gone.
    Gone(Vec<WorkerId>),
    /// Outputs of a job that are done: the task, who holds the result, its bytes. May come again for a result that was
    /// lost and made once more.
    Finished(JobId, Vec<(TaskId, WorkerId, u64)>),
    /// Outputs that will not be done, and why.
    Erred(JobId, Vec<TaskId>, #[serde(with = "swath_error::travel")] Error),
    /// The job is over.
    Ended(JobId, #[serde(with = "swath_error::travel::result")] Result<(), Error>),
    /// The answer to a question.
    Answer(u64, #[serde(with = "swath_error::travel::result")] Result<Answer, Error>),
    /// Nothing of what the client has submitted or put onto workers exists any more.
    Cancelled(#[serde(with = "swath_error::travel")] Error),
    /// Something the user should know.
    Warning(String),
    /// The scheduler ends the connection, and why.
    Bye(#[serde(with = "swath_error::travel")] Error),
}
