//! Sinks: a plan's rows as CSV, JSON lines or Parquet files.
//!
//! In: a plan and where its rows go. Out: one task that streams them into files written aside, which appear together
//! when all are complete. It never holds the whole result, and leaves nothing behind when it fails or is cancelled.

mod encode;
mod folders;
mod options;
mod target;
mod write;

pub use options::{CsvWrite, JsonWrite, ParquetCompression, ParquetWrite, Sink};
pub use write::{Written, lower_write};
