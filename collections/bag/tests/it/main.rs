//! The bag on the real local runtime.

// Helpers beside the test functions may fail as loudly as those.
#![allow(clippy::unwrap_used, clippy::panic)]

use swath_local as _;

mod errors;
mod files;
mod oracle;
mod plans;
mod recipes;
mod support;
