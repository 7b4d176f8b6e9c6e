//! A function of the user's over the batches of a frame, in this process.
//!
//! In: a frame, a schema and a closure. Out: a frame that runs the closure on every batch, in parallel, in order within
//! a partition. It never runs the closure before the frame is computed.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, TableType};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
};
use futures::StreamExt;
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;
use swath_relational::SourceTable;

use super::{DataFrame, Frame};

/// The user's function; all that is known of it is that it is one.
#[derive(Clone)]
struct Function(Arc<dyn Fn(RecordBatch) -> Result<RecordBatch> + Send + Sync>);

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Function")
    }
}

impl Function {
    /// The function's batch for `batch`, checked against the declared schema.
    fn call(&self, batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, DataFusionError> {
        let out = (self.0)(batch).map_err(|e| DataFusionError::External(Box::new(e)))?;
        RecordBatch::try_new(Arc::clone(schema), out.columns().to_vec()).map_err(|e| {
            let error = Error::new(
                ErrorKind::SchemaMismatch,
                format!("the function of map_partitions gave other columns than it declared: {e}"),
            );
            DataFusionError::External(Box::new(error))
        })
    }
}

impl DataFrame {
    /// Every batch of rows through a function. `schema` says what the function gives: its columns' names and types.
    /// Batches are runs of rows of any length, handed to the function on several threads.
    ///
    /// ```
    /// # use swath_local as _;
    /// use arrow::datatypes::SchemaRef;
    /// use swath_dataframe::{from_columns, Collection};
    /// let df = from_columns([("x", vec![1, 2, 3])]);
    /// let firsts = df.map_partitions(df.schema()?, |batch| Ok(batch.slice(0, 1)));
    /// assert_eq!(firsts.compute()?.values::<i64>("x")?[0], 1);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn map_partitions(
        &self,
        schema: SchemaRef,
        function: impl Fn(RecordBatch) -> Result<RecordBatch> + Send + Sync + 'static,
    ) -> Self {
        self.step(Location::caller(), |frame| {
            let table =
                MapTable { input: frame.plan.clone(), schema, function: Function(Arc::new(function)) };
            // A closure has no name that another process would know: every call is work of its own.
            let key = Key::unique("dataframe.map-partitions");
            let files = swath_relational::plan_files(&frame.plan)?;
            let plan = SourceTable::new(Arc::new(table), key, files, "map_partitions").into_plan()?;
            Ok(Frame { plan, in_order: frame.in_order })
        })
    }
}

/// The frame's plan and the function, as a table.
#[derive(Debug)]
struct MapTable {
    input: LogicalPlan,
    schema: SchemaRef,
    function: Function,
}

#[async_trait::async_trait]
impl TableProvider for MapTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[DfExpr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let input = state.create_physical_plan(&self.input).await?;
        let map: Arc<dyn ExecutionPlan> =
            Arc::new(MapExec::new(input, Arc::clone(&self.schema), self.function.clone()));
        let Some(columns) = projection else { return Ok(map) };
        let exprs = columns.iter().filter_map(|i| self.schema.fields().get(*i).map(|f| (*i, f.name())));
        let exprs = exprs.map(|(i, name)| {
            let column = datafusion::physical_expr::expressions::Column::new(name, i);
            (Arc::new(column) as Arc<dyn PhysicalExpr>, name.clone())
        });
        Ok(Arc::new(ProjectionExec::try_new(exprs.collect::<Vec<_>>(), map)?))
    }
}

/// Runs the function on the batches of every partition.
#[derive(Debug)]
struct MapExec {
    input: Arc<dyn ExecutionPlan>,
    function: Function,
    properties: Arc<PlanProperties>,
}

impl MapExec {
    fn new(input: Arc<dyn ExecutionPlan>, schema: SchemaRef, function: Function) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            datafusion::physical_expr::Partitioning::UnknownPartitioning(
                input.output_partitioning().partition_count(),
            ),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Self { input, function, properties: Arc::new(properties) }
    }
}

impl DisplayAs for MapExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MapExec")
    }
}

impl ExecutionPlan for MapExec {
    fn name(&self) -> &'static str {
        "MapExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        match children.into_iter().next() {
            Some(input) => Ok(Arc::new(Self::new(input, self.schema(), self.function.clone()))),
            None => Err(DataFusionError::Internal("MapExec needs one input".into())),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let schema = self.schema();
        let (function, output) = (self.function.clone(), Arc::clone(&schema));
        let batches =
            self.input.execute(partition, context)?.map(move |batch| function.call(batch?, &output));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, batches)))
    }
}
