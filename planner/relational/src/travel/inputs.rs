//! Large tables in memory as inputs of the task that reads them.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::common::tree_node::Transformed;
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::LogicalPlan;
use swath_block::{Block, HandOut, OpHandle, Table};
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Layer, TaskId};

use super::INLINE;
use crate::SourceTable;
use crate::error::from_datafusion;
use crate::memory_table::{InputTable, MemoryTable};

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
    let settled = plan.clone().transform_down_with_subqueries(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        let provider = source_as_provider(&scan.source)?;
        let Some((source, memory)) = provider.downcast_ref::<SourceTable>().and_then(in_memory) else {
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        };
        let known = large.iter().position(|(key, _)| *key == source.key());
        let slot = first + known.unwrap_or(large.len());
        if known.is_none() {
            let table = Table::new(Arc::clone(&memory.schema), memory.batches.clone());
            let table = table.map_err(|e| datafusion::common::DataFusionError::External(Box::new(e)))?;
            large.push((source.key(), table));
        }
        let input = InputTable { slot, schema: Arc::clone(&memory.schema) };
        let stands_for = SourceTable::new(Arc::new(input), source.key(), Vec::new(), source.label());
        scan.source = provider_as_source(Arc::new(stands_for));
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    let settled = settled.map_err(from_datafusion)?.data;
    for (key, table) in large {
        inputs.push(hand_out(key, table, builder)?);
    }
    Ok((settled, inputs))
}

/// The source and its rows, when they are in memory and too many to stand in a plan.
fn in_memory(source: &SourceTable) -> Option<(&SourceTable, &MemoryTable)> {
    let memory = source.provider().downcast_ref::<MemoryTable>()?;
    let bytes: usize = memory.batches.iter().map(RecordBatch::get_array_memory_size).sum();
    (bytes as u64 > INLINE).then_some((source, memory))
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
