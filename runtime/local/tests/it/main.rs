//! The local runtime as collections use it: graphs in, blocks out.

#![allow(clippy::unwrap_used, clippy::panic)]

mod apart;
mod fetches;
mod graphs;
mod helpers;
mod nested;
mod panics;
mod runs;
#[cfg(unix)]
mod signals;
mod spilling;
