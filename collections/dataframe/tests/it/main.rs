//! The DataFrame against the answers of pandas and `DuckDB`, on the local runtime.
// Tests may compare by position.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, missing_docs)]

use swath_local as _;

mod arrays;
mod errors;
mod formulas;
mod group_bys;
mod memory;
mod oracle;
mod order;
mod pandas;
mod sql;
