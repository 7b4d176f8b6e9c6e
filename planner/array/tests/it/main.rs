//! Metadata, rewriting and lowering, without running anything.
#![allow(clippy::unwrap_used, clippy::panic)]

mod chunks;
mod graphs;
mod rechunks;
