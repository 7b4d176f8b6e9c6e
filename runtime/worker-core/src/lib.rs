//! The worker's decisions: a state machine that turns the scheduler's orders into fetches and starts.
//!
//! In: [`Event`]s, from the scheduler, from the data plane and from compute threads. Out: [`Effects`]: what to fetch, start
//! and drop, and reports to the scheduler. Place in the flow: between the worker's shell, which owns sockets, threads and
//! blocks, and the scheduler's core, whose events the reports are. It never sees a block, a clock or a socket.
#![forbid(unsafe_code)]

mod blocks;
mod check;
mod event;
mod fetch;
mod inputs;
mod worker;

pub use event::{Assignment, Effects, Event, FetchOrder, Limits, Start};
pub use worker::WorkerCore;
