//! Where frames come from.

mod memory;

pub use memory::{IntoColumn, from_batches, from_columns, from_table};
