//! The control plane: what schedulers, workers and clients say to each other, how it is framed, and how two builds
//! make sure that they understand each other.
//!
//! In: messages. Out: the same messages at the other end of a connection, in order and in batches. Place in the flow:
//! between the scheduler's events and the sockets. It never carries a result: blocks travel over Arrow Flight.
#![forbid(unsafe_code)]

mod actor;
mod blob;
mod client;
mod connection;
mod frame;
mod graph;
mod greeting;
mod outbox;
mod query;
mod socket;
mod tls;
mod worker;

pub use actor::ToActor;
pub use blob::Blob;
pub use client::{FromClient, Submission, ToClient};
pub use connection::{Connection, Incoming, Stream};
pub use frame::{MAX_FRAME, MAX_GREETING, decode, encode};
pub use graph::{WireGraph, WireLayer};
pub use greeting::{
    Build, Greeting, Obituary, PROTOCOL, Renewal, Role, Welcome, WorkerOffer, greet, receive, refuse, welcome,
};
pub use outbox::Outbox;
pub use query::{Answer, Called, Coordination, Dataset, Query, WorkerInfo};
pub use socket::{Dialer, Identity, Socket, listen};
pub use worker::{Done, FromWorker, Metrics, Peer, RunOrder, ToWorker, WorkerCall};
