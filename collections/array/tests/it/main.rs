//! Arrays on the real local runtime.
#![allow(clippy::unwrap_used, clippy::panic)]

use swath_local as _;

mod bands;
mod basics;
mod blocks;
mod cases;
mod chunkings;
mod contractions;
mod errors;
mod explain;
mod fft;
mod files;
mod functions;
mod linalg;
mod oracle;
mod overlap;
mod pieces;
mod properties;
mod random;
mod refusals;
mod sent;
mod shaping;
mod show;
mod sinks;
mod stores;
mod times;
mod ufuncs;
mod users;
