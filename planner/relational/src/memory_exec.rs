//! The scan of rows in memory: small batches that own what they show.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Statistics};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};

use crate::compact::compact;
use crate::exec_parts::leaf_plan;

/// Rows in memory, in contiguous partitions.
///
/// Large batches are handed out in small copies: sorts and joins charge every batch for the buffers it holds on to, and a
/// slice holds on to all of them.
#[derive(Debug)]
pub(crate) struct MemoryExec {
    partitions: Arc<Vec<Vec<RecordBatch>>>,
    columns: Vec<usize>,
    properties: Arc<PlanProperties>,
}

impl MemoryExec {
    pub(crate) fn new(
        partitions: Vec<Vec<RecordBatch>>,
        schema: &SchemaRef,
        columns: Vec<usize>,
    ) -> Result<Self, DataFusionError> {
        let projected: SchemaRef = Arc::new(schema.project(&columns)?);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(projected),
            Partitioning::UnknownPartitioning(partitions.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { partitions: Arc::new(partitions), columns, properties: Arc::new(properties) })
    }

    fn rows(&self, partition: Option<usize>) -> usize {
        let chosen = |i: &usize| partition.is_none_or(|p| p == *i);
        let parts = self.partitions.iter().enumerate().filter(|(i, _)| chosen(i));
        parts.flat_map(|(_, part)| part).map(RecordBatch::num_rows).sum()
    }
}

impl DisplayAs for MemoryExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.schema();
        let names: Vec<&str> = schema.fields().iter().map(|c| c.name().as_str()).collect();
        write!(f, "MemoryExec: rows={}, columns=[{}]", self.rows(None), names.join(", "))
    }
}

impl ExecutionPlan for MemoryExec {
    fn name(&self) -> &'static str {
        "MemoryExec"
    }

    leaf_plan!();

    fn partition_statistics(&self, partition: Option<usize>) -> Result<Arc<Statistics>, DataFusionError> {
        let mut statistics = Statistics::new_unknown(&self.schema());
        statistics.num_rows = Precision::Exact(self.rows(partition));
        Ok(Arc::new(statistics))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let batch_size = context.session_config().batch_size();
        let (partitions, columns) = (Arc::clone(&self.partitions), self.columns.clone());
        let (mut index, mut offset) = (0, 0);
        let next = move || -> Option<Result<RecordBatch, DataFusionError>> {
            loop {
                let batch = partitions.get(partition)?.get(index)?;
                if offset >= batch.num_rows() {
                    (index, offset) = (index + 1, 0);
                    continue;
                }
                let take = batch_size.min(batch.num_rows() - offset);
                let slice = batch.project(&columns).map(|b| b.slice(offset, take));
                offset += take;
                return Some(slice.map_err(DataFusionError::from).and_then(compact));
            }
        };
        let batches = futures::stream::iter(std::iter::from_fn(next));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), batches)))
    }
}
