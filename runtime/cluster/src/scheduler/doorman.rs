//! One connection: the handshake, then reading until it ends.
//!
//! In: an accepted socket. Out: entries in the hub's mailbox. It never decides who is taken in.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use swath_error::{Error, ErrorKind, Result};
use swath_graph::{Payload, TaskGraph, TaskId};
use swath_scheduler::{JobOptions, JobPlan};
use swath_wire::{
    Build, Connection, Dialer, FromClient, FromWorker, Incoming, Outbox, Socket, Submission, ToClient,
    ToWorker, Welcome, receive, refuse, welcome,
};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::inbound::{ClientId, ClientMessage, Inbound, Prepared};
use super::mailbox::Mailbox;

/// Graphs with more tasks are prepared on a thread of their own.
const LARGE: usize = 20_000;

/// What all connections share.
pub(crate) struct Doorman {
    pub mailbox: Arc<Mailbox>,
    pub dialer: Dialer,
    pub build: Build,
    pub ttl: Duration,
    pub patience: Duration,
    /// Workers that may be lost with a task.
    pub allowed_failures: u32,
}

impl Doorman {
    /// Serves a connection until it ends.
    pub async fn serve(self: Arc<Self>, stream: TcpStream, from: IpAddr) {
        // Whoever has no certificate is not worth an answer.
        let Ok(mut socket) = self.dialer.accept(stream).await else { return };
        match self.introduce(&mut socket, from).await {
            Ok(Welcome::Worker { id, .. }) => {
                let (mut incoming, outbox) = Connection::open(socket, self.ttl);
                self.mailbox.put(Inbound::WorkerJoined(id, outbox.clone())).await;
                let reason = self.read(&mut incoming, |batch| Inbound::WorkerSaid(id, batch)).await;
                if let Some(reason) = &reason {
                    say(&outbox, &[ToWorker::Stop(reason.to_string())]);
                }
                self.mailbox.put_now(Inbound::WorkerLeft(id, reason));
            }
            Ok(Welcome::Client { first_job, .. }) => {
                let client = (first_job.0 >> 32) as ClientId;
                let (mut incoming, outbox) = Connection::open(socket, self.ttl);
                self.mailbox.put(Inbound::ClientJoined(client, outbox.clone())).await;
                let reason = self.read_client(client, &mut incoming).await;
                if let Some(reason) = &reason {
                    say(&outbox, &[ToClient::Bye(reason.clone())]);
                }
                self.mailbox.put_now(Inbound::ClientLeft(client, reason));
            }
            // Everything is said.
            Ok(Welcome::Noted) => {}
            Err(reason) => refuse(&mut socket, &self.build, &reason).await,
        }
    }

    /// The handshake; the hub decides.
    async fn introduce(&self, socket: &mut Socket, from: IpAddr) -> Result<Welcome> {
        let greeting = receive(socket, &self.build).await?;
        let (reply, verdict) = oneshot::channel();
        self.mailbox.put(Inbound::Hello(Box::new(greeting), from, reply)).await;
        let verdict =
            verdict.await.map_err(|_| Error::new(ErrorKind::Cluster, "the scheduler is ending"))??;
        if let Err(gone) = welcome(socket, &self.build, &verdict).await {
            // The hub has made room for somebody who never came.
            match &verdict {
                Welcome::Worker { id, .. } => self.mailbox.put_now(Inbound::WorkerLeft(*id, None)),
                Welcome::Client { first_job, .. } => {
                    self.mailbox.put_now(Inbound::ClientLeft((first_job.0 >> 32) as ClientId, None));
                }
                Welcome::Noted => {}
            }
            return Err(gone);
        }
        Ok(verdict)
    }

    async fn read(
        &self,
        incoming: &mut Incoming<Socket, FromWorker>,
        wrap: impl Fn(Vec<FromWorker>) -> Inbound,
    ) -> Option<Error> {
        loop {
            match incoming.next().await {
                Ok(Some(batch)) => self.mailbox.put(wrap(batch)).await,
                Ok(None) => return None,
                Err(error) => return Some(error),
            }
        }
    }

    async fn read_client(
        &self,
        client: ClientId,
        incoming: &mut Incoming<Socket, FromClient>,
    ) -> Option<Error> {
        loop {
            let batch = match incoming.next().await {
                Ok(Some(batch)) => batch,
                Ok(None) => return None,
                Err(error) => return Some(error),
            };
            let mut messages = Vec::with_capacity(batch.len());
            for message in batch {
                messages.push(match message {
                    FromClient::Submit(submission) => self.prepared(*submission).await,
                    other => ClientMessage::Other(other),
                });
            }
            self.mailbox.put(Inbound::ClientSaid(client, messages)).await;
        }
    }

    /// Makes a submitted graph ready for the scheduler: time in proportion to its size.
    async fn prepared(&self, submission: Submission) -> ClientMessage {
        let job = submission.job;
        let (patience, failures) = (self.patience, self.allowed_failures);
        let prepared = if submission.graph.dep_counts.len() > LARGE {
            tokio::task::spawn_blocking(move || prepare(submission, patience, failures)).await
        } else {
            Ok(prepare(submission, patience, failures))
        };
        let prepared = prepared.unwrap_or_else(|e| Prepared {
            job,
            plan: Err(Error::internal(format!("a graph could not be prepared: {e}"))),
            links: Vec::new(),
            needs: Vec::new(),
            deliver: false,
        });
        ClientMessage::Submit(Box::new(prepared))
    }
}

/// The peer may be gone already.
fn say<T: serde::Serialize>(outbox: &Outbox, messages: &[T]) {
    let _ = outbox.send(messages);
}

fn prepare(submission: Submission, patience: Duration, allowed_deaths: u32) -> Prepared {
    let Submission { job, graph, links, priority, fail_fast, stepwise: notify, deliver } = submission;
    let options = JobOptions {
        priority,
        fail_fast,
        notify,
        allowed_deaths,
        patience: u64::try_from(patience.as_micros()).unwrap_or(u64::MAX),
        ..JobOptions::default()
    };
    match graph.into_graph() {
        Ok(graph) => {
            let needs = needs(&graph);
            let links = imports(&graph, &links);
            Prepared { job, plan: Ok(JobPlan::new(Arc::new(graph), options)), links, needs, deliver }
        }
        Err(error) => Prepared { job, plan: Err(error), links: Vec::new(), needs: Vec::new(), deliver },
    }
}

/// Each import task with what its index stands for.
fn imports(graph: &TaskGraph, links: &[swath_scheduler::TaskRef]) -> Vec<(TaskId, swath_scheduler::TaskRef)> {
    if links.is_empty() {
        return Vec::new();
    }
    let tasks = (0..graph.len() as u32).map(TaskId).filter(|t| graph.is_import(*t));
    let linked = tasks.filter_map(|t| Some((t, *links.get(graph.last_step(t)?.index as usize)?)));
    linked.collect()
}

/// Names of the operations and functions a graph needs.
fn needs(graph: &TaskGraph) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for layer in graph.layers() {
        if let Payload::Encoded(bytes) = &layer.payload
            && let Some(found) = crate::encode::names_of(bytes)
        {
            names.extend(found);
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}
