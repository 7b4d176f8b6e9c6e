//! The scheduler's process: sockets around the scheduler's core.
//!
//! In: connections of workers and clients. Out: orders, news and answers. Place in the flow: the state machine of
//! `swath-scheduler` runs on a thread of its own ([`hub`]); connections are read on the threads for sockets, which hand
//! whole batches over ([`mailbox`]); after each round of events every peer gets at most one frame. No result ever passes
//! through here.

mod census;
mod clients;
mod coordination;
mod datasets;
mod deaths;
mod doorman;
mod hub;
mod inbound;
mod links;
mod long_orders;
mod mailbox;
mod options;
mod outgoing;
mod queries;
mod restart;
mod server;
mod workers;

pub use options::{DEFAULT_PORT, SchedulerOptions, check_exposure};
pub use server::SchedulerServer;
