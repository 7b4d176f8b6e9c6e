//! Clusters of this process: schedulers, workers and clients on 127.0.0.1.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod actors;
mod adaptive;
mod arguments;
mod coordination;
mod equal;
mod failures;
mod functions;
mod futures;
mod graphs;
mod handshake;
mod hostile;
mod leaving;
mod membership;
mod processes;
mod restart;
mod security;
mod ssh;
mod wishes;
