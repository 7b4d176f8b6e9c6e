//! Large tables in memory, and kept ones, as inputs of the tasks that read them.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::logical_expr::LogicalPlan;
use swath_block::{Block, HandOut, OpHandle, Table};
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Layer, TaskId};

use super::INLINE;
use crate::error::{from_datafusion, to_datafusion};
use crate::kept::lower_kept;
use crate::memory_table::{InputTable, MemoryTable};
use crate::{SourceTable, scans};

/// The plan with inputs in place of the kept tables that it reads, and those inputs' tasks after `inputs`.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the plan cannot be walked; as [`GraphBuilder::add`].
pub(crate) fn settle_kept(
    plan: &LogicalPlan,
    inputs: &[TaskId],
    builder: &mut GraphBuilder,
) -> Result<(LogicalPlan, Vec<TaskId>)> {
    let mut inputs = inputs.to_vec();
    let kept = lower_kept(plan, builder)?;
    if kept.is_empty() {
        return Ok((plan.clone(), inputs));
    }
    let mut places = Vec::new();
    for (key, tasks) in kept {
        places.push((key, inputs.len(), tasks.len()));
        inputs.extend(tasks);
    }
    let settled = scans::change(plan, &mut |source| {
        let place = places.iter().find(|(key, ..)| *key == source.key());
        Ok(place.map(|(_, slot, count)| input(source, *slot, *count)))
    });
    Ok((settled.map_err(from_datafusion)?, inputs))
}

/// What stands for a table that `count` tasks give.
fn input(source: &SourceTable, slot: usize, count: usize) -> Arc<dyn TableProvider> {
    let table = InputTable { slot, count, schema: source.schema() };
    Arc::new(SourceTable::new(Arc::new(table), source.key(), Vec::new(), source.label()))
}

/// The plan for a graph that `builder` makes, and the tasks it reads. When other processes run the graph, a table in
/// memory above 1 MiB is handed out by a task of its own, so that it is sent once; the plan reads that task's result.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the plan cannot be walked; as [`GraphBuilder::add`].
pub fn settle(
    plan: &LogicalPlan,
    inputs: &[TaskId],
    builder: &mut GraphBuilder,
) -> Result<(LogicalPlan, Vec<TaskId>)> {
    let mut inputs = inputs.to_vec();
    if !builder.travels() {
        return Ok((plan.clone(), inputs));
    }
    let mut large: Vec<(swath_graph::Key, Table)> = Vec::new();
    let first = inputs.len();
    let settled = scans::change(plan, &mut |source| {
        let Some(memory) = in_memory(source) else { return Ok(None) };
        let known = large.iter().position(|(key, _)| *key == source.key());
        let slot = first + known.unwrap_or(large.len());
        if known.is_none() {
            let table = Table::new(Arc::clone(&memory.schema), memory.batches.clone());
            large.push((source.key(), table.map_err(to_datafusion)?));
        }
        Ok(Some(input(source, slot, 1)))
    });
    let settled = settled.map_err(from_datafusion)?;
    for (key, table) in large {
        inputs.push(hand_out(key, table, builder)?);
    }
    Ok((settled, inputs))
}

/// The rows of a table in memory that are too many to stand in a plan.
fn in_memory(source: &SourceTable) -> Option<&MemoryTable> {
    let memory = source.provider().downcast_ref::<MemoryTable>()?;
    let bytes: usize = memory.batches.iter().map(RecordBatch::get_array_memory_size).sum();
    (bytes as u64 > INLINE).then_some(memory)
}

fn hand_out(key: swath_graph::Key, table: Table, builder: &mut GraphBuilder) -> Result<TaskId> {
    let layer = Layer {
        key: swath_graph::Key::of("relational.held").key(key).finish(),
        name: "table".into(),
        payload: OpHandle::payload(HandOut::new(Arc::from([Block::from(table)]))),
        annotations: Annotations::default(),
    };
    Ok(builder.add(layer, 1, |_, _| {})?.get(0))
}
