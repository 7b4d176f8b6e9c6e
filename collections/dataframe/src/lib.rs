//! The DataFrame, SQL and column expressions.
//!
//! In: files, record batches and SQL text. Out: lazy frames whose expression is a DataFusion logical plan with pandas'
//! meaning, computed to a [`Table`]. Place in the flow: on top of the relational planner; users call it `dd`. It never
//! runs anything itself: a frame becomes one task that the runtime in force runs.
//!
//! ```
//! # use swath_local as _;
//! use swath_dataframe as dd;
//! use dd::{col, Collection};
//! let df = dd::from_columns([("user_id", vec![1, 2, 1]), ("value", vec![10, 20, 31])]);
//! let table = df.filter(col("value").gt(10)).groupby("user_id").mean("value").compute()?;
//! assert_eq!(table.values::<f64>("value")?, [31.0, 20.0]);
//! # Ok::<(), swath_dataframe::Error>(())
//! ```
#![forbid(unsafe_code)]

mod arrays;
mod engine;
mod expr;
mod formats;
mod formulas;
mod frame;
mod functions;
mod read;
mod sql;
mod types;

pub use arrays::{ArrayColumns, ArrayOptions, ToDataFrame, from_array};
pub use expr::{
    Dates, Expr, IntoExprs, IntoNames, IntoOperand, IntoSortKeys, SortKey, Strings, Then, When, col,
    count_rows, lit, when,
};
pub use frame::{DataFrame, DropNa, GroupBy, How, Keep, Merge, ToFiles, concat};
#[cfg(feature = "polars")]
pub use read::from_polars;
pub use read::{
    CsvReader, IntoColumn, JsonReader, ParquetReader, Reader, from_batches, from_columns, from_table,
    read_csv, read_json, read_parquet, read_table,
};
pub use sql::{Answer, SqlContext, Statement, sql, sql_with};
pub use types::IntoType;

pub use swath_block::{Table, TableValue};
pub use swath_error::{Error, ErrorKind, Result};
pub use swath_execute::{Collection, RunOptions};
pub use swath_files::{Compression, Paths};
pub use swath_relational::{CsvWrite, JsonWrite, OnError, ParquetCompression, ParquetWrite, Sink, Written};
