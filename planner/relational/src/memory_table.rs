//! Tables held in memory, and the results of other tasks as tables.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use swath_block::Table;
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;

use crate::SourceTable;
use crate::exec_parts::base_table;
use crate::inputs_exec::InputsExec;
use crate::memory_exec::MemoryExec;

/// A plan over record batches in memory, which keep their order. The batches may differ from `schema` in field
/// metadata only.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for a list without a batch (its columns are unknown; use [`from_table`]);
/// [`ErrorKind::SchemaMismatch`] naming the batch whose columns differ from the first one's.
pub fn from_batches(batches: Vec<RecordBatch>) -> Result<LogicalPlan> {
    let Some(first) = batches.first() else {
        return Err(Error::argument("a table needs at least one batch to know its columns"));
    };
    let schema = first.schema();
    for (i, batch) in batches.iter().enumerate() {
        let here = batch.schema();
        let columns = here.fields().iter().map(|f| (f.name(), f.data_type()));
        if !columns.eq(schema.fields().iter().map(|f| (f.name(), f.data_type()))) {
            return Err(Error::new(
                ErrorKind::SchemaMismatch,
                format!("batch {i} has the columns {here:?} where batch 0 has {schema:?}"),
            ));
        }
    }
    scan(MemoryTable { schema, batches }, Key::unique("memory"))
}

/// A plan over a table in memory: a result, or a persisted one.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] when two columns have the same name.
pub fn from_table(table: &Table) -> Result<LogicalPlan> {
    from_table_keyed(table, Key::unique("memory"))
}

/// A plan over a table in memory whose contents `key` identifies.
///
/// # Errors
/// As [`from_table`].
pub fn from_table_keyed(table: &Table, key: Key) -> Result<LogicalPlan> {
    scan(MemoryTable { schema: Arc::clone(table.schema()), batches: table.batches().to_vec() }, key)
}

fn scan(table: MemoryTable, key: Key) -> Result<LogicalPlan> {
    let label = format!("memory: {} rows", table.batches.iter().map(RecordBatch::num_rows).sum::<usize>());
    SourceTable::new(Arc::new(table), key, Vec::new(), label).into_plan()
}

/// A plan over the table that another task will give: input `slot` of the task that runs the plan. `key` identifies
/// that task's result.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] when two columns have the same name.
pub fn from_input(slot: usize, schema: SchemaRef, key: Key) -> Result<LogicalPlan> {
    from_inputs(slot, 1, schema, key)
}

/// As [`from_input`], over the tables of `count` tasks one after another: inputs `slot`, `slot + 1` and so on.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] when two columns have the same name.
pub fn from_inputs(slot: usize, count: usize, schema: SchemaRef, key: Key) -> Result<LogicalPlan> {
    let table = InputTable { slot, count, schema };
    SourceTable::new(Arc::new(table), key, Vec::new(), format!("input {slot}")).into_plan()
}

/// Rows in memory, handed out in contiguous runs.
#[derive(Debug)]
pub(crate) struct MemoryTable {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl MemoryTable {
    /// The rows as contiguous partitions, at most `n`, of about equal size.
    fn partitions(&self, n: usize) -> Vec<Vec<RecordBatch>> {
        contiguous(&self.batches, n)
    }
}

/// Rows as contiguous partitions, at least one and at most `n`, of about equal size.
pub(crate) fn contiguous(batches: &[RecordBatch], n: usize) -> Vec<Vec<RecordBatch>> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let share = rows.div_ceil(n.max(1)).max(1);
    let mut parts: Vec<Vec<RecordBatch>> = vec![Vec::new()];
    let mut room = share;
    for batch in batches {
        let mut offset = 0;
        while offset < batch.num_rows() {
            if room == 0 {
                parts.push(Vec::new());
                room = share;
            }
            let take = room.min(batch.num_rows() - offset);
            if let Some(part) = parts.last_mut() {
                part.push(batch.slice(offset, take));
            }
            offset += take;
            room -= take;
        }
    }
    parts
}

#[async_trait]
impl TableProvider for MemoryTable {
    base_table!();

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let parts = self.partitions(state.config().target_partitions());
        let columns = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        Ok(Arc::new(MemoryExec::new(parts, &self.schema, columns)?))
    }
}

/// Stands for the table that another task gives, until the plan is run.
#[derive(Debug)]
pub(crate) struct InputTable {
    pub(crate) slot: usize,
    /// How many tables, one after another.
    pub(crate) count: usize,
    pub(crate) schema: SchemaRef,
}

#[async_trait]
impl TableProvider for InputTable {
    base_table!();

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        // For explain() and to cut a plan: when the plan is run, the inputs have taken this table's place.
        Ok(Arc::new(InputsExec::of_table(&self.schema, projection, self.slot, self.count)?))
    }
}
