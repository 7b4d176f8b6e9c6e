//! Delayed values on the local runtime.

// Helpers beside the test functions may fail as loudly as those.
#![allow(clippy::unwrap_used)]

use swath_local as _;

mod arguments;
mod collections;
mod failures;
mod large;
mod operators;
mod results;
mod sharing;
