//! The scheduler against a naive reference: random graphs, workers and misfortunes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cluster;
mod copies;
mod limits;
mod links;
mod model;
mod reference;
mod scenarios;
mod slices;
mod world;
