//! A function of the user's over the batches of a frame.
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
use swath_block::Table;
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Key;
use swath_relational::{PlanTable, SourceTable, TableKind};
use swath_tasks::{Argument, TaskFunction, task_by_type, task_named};

use super::{DataFrame, Frame};

/// The user's function.
#[derive(Clone)]
struct Function {
    run: Arc<dyn Fn(RecordBatch) -> Result<RecordBatch> + Send + Sync>,
    /// The registered function that does the same in another process, or why there is none.
    task: Result<TaskFunction>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Function")
    }
}

impl Function {
    fn new<F: Fn(RecordBatch) -> Result<RecordBatch> + Send + Sync + 'static>(function: F) -> Self {
        Self { run: Arc::new(function), task: task_by_type::<F>() }
    }

    /// The registered function, whose parameter is a record batch and whose result is one too.
    fn named(task: TaskFunction) -> Self {
        let run = move |batch: RecordBatch| {
            let table = Table::new(batch.schema(), vec![batch])?;
            let argument = Argument::Block(table.into());
            task.call([argument].into_iter().collect())?.into_table()?.to_batch()
        };
        Self { run: Arc::new(run), task: Ok(task) }
    }

    /// The function's batch for `batch`, checked against the declared schema.
    fn call(&self, batch: RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, DataFusionError> {
        let out = (self.run)(batch).map_err(|e| DataFusionError::External(Box::new(e)))?;
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
    /// Batches are runs of rows of any length, handed to the function on several threads. On a cluster it is a function
    /// with `#[swath::task]`.
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
            let table = MapTable { input: frame.plan.clone(), schema, function: Function::new(function) };
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

inventory::submit! {
    TableKind { name: "map_partitions", decode: |bytes, schema, context| Ok(Arc::new(MapTable::read(bytes, schema, context)?)) }
}

impl MapTable {
    fn read(bytes: &[u8], schema: SchemaRef, context: &TaskContext) -> Result<Self> {
        let (name, plan): (String, Vec<u8>) = postcard::from_bytes(bytes)
            .map_err(|e| Error::data(format!("a mapped table cannot be decoded: {e}")).with_source(e))?;
        let input = swath_relational::decode_plan(&plan, context)?;
        Ok(Self { input, schema, function: Function::named(task_named(&name)?) })
    }
}

impl PlanTable for MapTable {
    fn kind(&self) -> &'static str {
        "map_partitions"
    }

    fn travel(&self) -> Result<Vec<u8>> {
        let name = self.function.task.clone()?.name();
        let plan = swath_relational::encode_plan(&self.input)?;
        postcard::to_stdvec(&(name, plan))
            .map_err(|e| Error::internal(format!("a mapped table cannot be encoded: {e}")).with_source(e))
    }

    fn input(&self) -> Option<&LogicalPlan> {
        Some(&self.input)
    }

    fn over(&self, input: LogicalPlan) -> Result<Arc<dyn PlanTable>, DataFusionError> {
        let (schema, function) = (Arc::clone(&self.schema), self.function.clone());
        Ok(Arc::new(Self { input, schema, function }))
    }
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
