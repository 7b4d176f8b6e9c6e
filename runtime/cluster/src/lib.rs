//! The distributed runtime: a scheduler, workers and clients, as processes or within one.
//!
//! In: calls of functions and graphs of collections, on a [`Client`]. Out: futures and results. Place in the flow: the top
//! of the runtimes. The scheduler decides ([`SchedulerServer`]), workers compute and keep results (`swath-worker`),
//! clients and workers fetch them from each other (`swath-flight`). Results never pass through the scheduler.
#![forbid(unsafe_code)]

mod client;
mod encode;
mod local;
pub mod processes;
mod scheduler;
mod scheduler_file;
mod ssh;
mod supervisor;
mod tls;

pub use client::*;
pub use encode::{build, operations};
pub use local::{Adaptive, LocalCluster, LocalClusterBuilder};
pub use scheduler::{DEFAULT_PORT, SchedulerOptions, SchedulerServer, check_exposure};
pub use scheduler_file::read_scheduler_file;
pub use ssh::{SshCluster, SshClusterBuilder};
pub use supervisor::{GAVE_UP, RENEWED, Supervisor, SupervisorOptions, obey_supervisor};
pub use swath_wire::{Identity, Metrics, WorkerInfo};
pub use swath_worker::{LEAST_MEMORY, MOST_THREADS, Worker, WorkerOptions};
pub use tls::{tls_identity, tls_init};
