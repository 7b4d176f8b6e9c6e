//! Stands in a plan for the results of other tasks, until the plan is run.

use std::fmt;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::EquivalenceProperties;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};

use crate::exec_parts::leaf_plan;
use crate::memory_exec::MemoryExec;
use crate::memory_table::contiguous;

/// The rows of the inputs of a task, in at most so many partitions.
#[derive(Debug)]
pub(crate) struct InputsExec {
    /// The tables' columns, and which of them are read.
    table: SchemaRef,
    columns: Vec<usize>,
    partitions: usize,
    /// Where the tables are among a plan's inputs, and how many.
    inputs: (usize, usize),
    properties: Arc<PlanProperties>,
}

impl InputsExec {
    /// All columns of all inputs.
    pub(crate) fn new(table: SchemaRef, partitions: usize) -> Self {
        let columns = (0..table.fields().len()).collect();
        Self::with(Arc::clone(&table), table, columns, partitions, (0, 0))
    }

    /// Some columns of the `count` inputs of a plan from `slot` on.
    pub(crate) fn of_table(
        table: &SchemaRef,
        projection: Option<&Vec<usize>>,
        slot: usize,
        count: usize,
    ) -> Result<Self, DataFusionError> {
        let columns = projection.cloned().unwrap_or_else(|| (0..table.fields().len()).collect());
        let schema = Arc::new(table.project(&columns)?);
        Ok(Self::with(schema, Arc::clone(table), columns, count, (slot, count)))
    }

    fn with(
        schema: SchemaRef,
        table: SchemaRef,
        columns: Vec<usize>,
        partitions: usize,
        inputs: (usize, usize),
    ) -> Self {
        let partitions = partitions.max(1);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self { table, columns, partitions, inputs, properties: Arc::new(properties) }
    }

    /// The same columns of whatever inputs a task has.
    pub(crate) fn of_task(&self, partitions: usize) -> Self {
        Self::with(self.schema(), Arc::clone(&self.table), self.columns.clone(), partitions, (0, 0))
    }

    /// The tables' columns, which of them are read, in how many partitions.
    pub(crate) fn parts(&self) -> (&SchemaRef, &[usize], usize) {
        (&self.table, &self.columns, self.partitions)
    }

    /// Where the tables are among a plan's inputs, and how many.
    pub(crate) fn inputs(&self) -> (usize, usize) {
        self.inputs
    }

    /// The scan of the rows themselves.
    pub(crate) fn filled(&self, rows: &[RecordBatch]) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let parts = contiguous(rows, self.partitions);
        Ok(Arc::new(MemoryExec::new(parts, &self.table, self.columns.clone())?))
    }
}

impl DisplayAs for InputsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.schema();
        let names: Vec<&str> = schema.fields().iter().map(|c| c.name().as_str()).collect();
        write!(f, "InputsExec: partitions={}, columns=[{}]", self.partitions, names.join(", "))
    }
}

impl ExecutionPlan for InputsExec {
    fn name(&self) -> &'static str {
        "InputsExec"
    }

    leaf_plan!();

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream, DataFusionError> {
        Err(DataFusionError::Internal("the inputs of a task were not put into its plan".into()))
    }
}
