//! A worker: runs tasks, keeps their results, fetches what they read.
#![forbid(unsafe_code)]

pub use swath_worker_core as core;
