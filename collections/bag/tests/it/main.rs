//! The bag on the real local runtime.

use swath_local as _;

mod errors;
mod files;
mod oracle;
mod plans;
mod support;
