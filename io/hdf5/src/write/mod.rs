//! HDF5 files written chunk by chunk, by any number of threads and processes at once.
//!
//! In: chunks of arrays, in any order. Out: one file with a dataset for each array, readable by HDF5 1.8 and later. Place in
//! the flow: the sink that arrays are stored to. Elements go straight to their places, compressed by the threads that
//! computed them; the format's headers and indices are written when everything else is. Nothing is visible under the final
//! name before.

mod attributes;
mod encode;
mod metadata;
mod options;
mod part;
mod sink;
mod space;
mod tree;

pub use options::{Hdf5Options, NewDataset};
pub use sink::Hdf5Sink;
