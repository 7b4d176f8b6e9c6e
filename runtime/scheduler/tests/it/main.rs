//! The scheduler against a naive reference: random graphs, workers and misfortunes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cluster;
mod links;
mod model;
mod reference;
mod scenarios;
mod world;
