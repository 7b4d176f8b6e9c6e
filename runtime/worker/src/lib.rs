//! A worker: runs tasks, keeps their results, fetches what they read.
#![forbid(unsafe_code)]
