//! The worker: runs the scheduler's orders, fetches inputs from other workers and keeps results.
//!
//! In: orders over the control plane, blocks over the data plane. Out: results in the store, reports to the scheduler.
//! Place in the flow: below the scheduler's process, above the store and the data plane. What to do next is decided by
//! the [core], which sees neither sockets nor threads nor blocks; everything else here carries that out. It never
//! decides where a task runs.
#![forbid(unsafe_code)]

pub use swath_worker_core as core;

mod actors;
mod compute;
mod deliveries;
mod departure;
mod desk;
mod fetch;
mod jobs;
mod memory;
mod net;
mod options;
mod reports;
mod run;
mod serve;
mod session;
mod worker;

pub use net::runtime;
pub use options::{
    LEAST_MEMORY, MOST_THREADS, WorkerOptions, check_memory_limit, check_resource, check_threads,
};
pub use run::{Running, running};
pub use session::flight_options;
pub use worker::Worker;
