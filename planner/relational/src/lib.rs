//! DataFusion as the engine of tables: sessions, scans, pandas' rules as functions, plans as tasks.
//!
//! In: files, batches and logical plans built by the DataFrame or by SQL. Out: one task per plan whose block is a table,
//! or several where other processes run them, and sinks that write one. Place in the flow: between the table collections and the task graph. It never decides a
//! plan's meaning: pandas' rules are expressions that callers ask for, SQL keeps its own.
#![forbid(unsafe_code)]

mod compact;
mod csv;
mod error;
mod exec_parts;
mod explain;
mod hive;
mod inputs_exec;
mod json;
mod kept;
mod key;
mod lines;
mod memory;
mod memory_exec;
mod memory_table;
mod order;
mod parquet;
mod physical;
mod run;
mod scans;
mod session;
mod sink;
mod source;
mod split;
mod stop;
mod store;
mod threads;
mod travel;

/// DataFusion, in the version that plans and functions here are made for.
pub use datafusion;

pub use csv::{CsvOptions, OnError, read_csv};
pub use error::from_datafusion;
pub use explain::{logical_text, optimized_text, physical_text};
pub use json::{JsonOptions, read_json};
pub use kept::{TableTasks, from_blocks, from_tasks};
pub use key::{plan_files, plan_key};
pub use memory_table::{from_batches, from_input, from_inputs, from_table, from_table_keyed};
pub use parquet::{ParquetOptions, read_parquet};
pub use run::{RunPlan, how, lower, lower_in_order, lower_with};
pub use session::Session;
pub use sink::{CsvWrite, JsonWrite, ParquetCompression, ParquetWrite, Sink, Written, lower_write};
pub use source::SourceTable;
pub use split::{Parts, SplitLimits, join_parts};
pub use travel::{DecodeTable, FunctionKind, PlanTable, TableKind, decode_plan, encode_plan};
