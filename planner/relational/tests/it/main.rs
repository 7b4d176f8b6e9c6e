//! Plans run as tasks, over files made here; answers by hand or from pandas (`tests/oracle`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod csv;
mod files;
mod plans;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use swath_block::{MemoryLedger, Operation, RunEnv, Table, TaskContext};
use swath_error::Result;
use swath_relational::RunPlan;
use swath_relational::datafusion::logical_expr::LogicalPlan;

/// Runs a plan as a task would, with `slots` slots and `limit` bytes.
fn run_with(plan: &LogicalPlan, slots: usize, limit: u64) -> Result<Arc<Table>> {
    let env = RunEnv::new(slots, MemoryLedger::new(limit));
    let ctx = TaskContext { index: 0, slots, env: &env };
    let table = RunPlan::new(plan.clone()).run(smallvec::smallvec![], &ctx)?.into_table()?;
    assert_eq!(env.memory.used(), 0, "memory was not given back");
    Ok(table)
}

fn run(plan: &LogicalPlan) -> Result<Arc<Table>> {
    run_with(plan, 2, 1 << 30)
}

/// A table as text, cell by cell, `-` for missing.
fn cells(table: &Table) -> Vec<Vec<String>> {
    let batch = table.to_batch().unwrap();
    let options = arrow::util::display::FormatOptions::default().with_null("-");
    let formats: Vec<_> = batch
        .columns()
        .iter()
        .map(|c| arrow::util::display::ArrayFormatter::try_new(c.as_ref(), &options).unwrap())
        .collect();
    (0..batch.num_rows()).map(|row| formats.iter().map(|f| f.value(row).to_string()).collect()).collect()
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap()
}

fn ints(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

fn texts(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}
