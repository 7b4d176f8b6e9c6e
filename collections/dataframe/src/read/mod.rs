//! Where frames come from.

mod csv;
mod json;
mod memory;
mod parquet;
mod reader;

pub use csv::{CsvReader, read_csv, read_table};
pub use json::{JsonReader, read_json};
#[cfg(feature = "polars")]
pub use memory::from_polars;
pub use memory::{IntoColumn, from_batches, from_columns, from_table};
pub use parquet::{ParquetReader, read_parquet};
pub use reader::Reader;
