//! The whole system, as its users see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cli;
mod cluster;
mod examples;
mod frames;
mod interrupt;
mod layering;
mod loopback;
mod numpy;
mod operations;
mod runtimes;
mod split;
mod travelling;
