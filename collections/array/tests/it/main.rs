//! Arrays on the real local runtime.
#![allow(clippy::unwrap_used, clippy::panic)]

use swath_local as _;

mod basics;
mod cases;
mod chunkings;
mod errors;
mod explain;
mod files;
mod functions;
mod oracle;
mod properties;
mod refusals;
mod sent;
mod shaping;
mod show;
mod stores;
mod times;
mod ufuncs;
mod users;
