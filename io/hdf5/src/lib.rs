//! Arrays in HDF5 files.
//!
//! In: files as h5py and the HDF5 library write them, in any version of the format. Out: chunks of arrays, read in parallel
//! and piece by piece; files again. Place in the flow: a source and a sink of `swath-array-io`. It never reads a chunk that a
//! region does not touch, and a damaged file gives an error, not a panic or more memory than the file can fill.
//!
//! Metadata is parsed by `hdf5-reader`, which checks every length against the file's; elements are read here, with
//! positioned reads and without a lock.
#![forbid(unsafe_code)]

mod attributes;
mod element;
mod failure;
mod file;
mod filters;
mod index;
mod layout;
mod links;
mod lzf;
mod shuffle;
mod source;
mod write;

pub use file::Hdf5File;
pub use source::{Hdf5Source, Reads};
pub use write::{Hdf5Options, Hdf5Sink, NewDataset};
