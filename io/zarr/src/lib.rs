//! Arrays in Zarr stores on this machine's file systems.
//!
//! In: folders as zarr-python and others write them, versions 2 and 3, sharded or not. Out: chunks of arrays, read in
//! parallel and piece by piece; folders again. Place in the flow: a source and a sink of `swath-array-io`. It never reads a
//! chunk that a region does not touch, nor starts a thread.
//!
//! Codecs are those of `zarrs`, but for blosc; files are read and written here.
#![forbid(unsafe_code)]

mod blosc;
mod element;
mod failure;
mod folder;
mod metadata;
mod options;
mod sink;
mod source;

pub use metadata::list;
pub use options::ZarrOptions;
pub use sink::ZarrSink;
pub use source::{Reads, ZarrSource};
