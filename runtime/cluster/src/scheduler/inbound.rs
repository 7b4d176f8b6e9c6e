//! What the sockets' threads hand over to the hub.

use std::net::IpAddr;

use swath_error::{Error, Result};
use swath_graph::TaskId;
use swath_scheduler::{JobId, JobPlan, TaskRef, WorkerId};
use swath_wire::{FromClient, FromWorker, Greeting, Outbox, Welcome};
use tokio::sync::oneshot;

/// Number of a client; the upper half of its jobs' numbers.
pub(crate) type ClientId = u32;

/// Something a peer did.
pub(crate) enum Inbound {
    /// Somebody introduced themselves, from this host.
    Hello(Box<Greeting>, IpAddr, oneshot::Sender<Result<Welcome>>),
    /// A worker that was taken in is connected.
    WorkerJoined(WorkerId, Outbox),
    WorkerSaid(WorkerId, Vec<FromWorker>),
    /// It hung up, or the connection broke.
    WorkerLeft(WorkerId, Option<Error>),
    ClientJoined(ClientId, Outbox),
    ClientSaid(ClientId, Vec<ClientMessage>),
    ClientLeft(ClientId, Option<Error>),
    /// The owner wants the scheduler to end.
    Stop,
}

/// What a client said, with graphs prepared off the hub's thread.
pub(crate) enum ClientMessage {
    Submit(Box<Prepared>),
    Other(FromClient),
}

/// A submitted graph.
pub(crate) struct Prepared {
    pub job: JobId,
    /// What is wrong with it otherwise.
    pub plan: Result<JobPlan>,
    /// What its import tasks stand for.
    pub links: Vec<(TaskId, TaskRef)>,
    /// Names of its operations and functions, each once.
    pub needs: Vec<String>,
    /// Small results are delivered to the client at once.
    pub deliver: bool,
}
