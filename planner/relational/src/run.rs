//! A plan as one task: optimised, made physical for the slots granted, run, and collected.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::Transformed;
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::execution::TaskContext as EngineContext;
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream_partitioned};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Inputs, OpHandle, Operation, Table, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId, TaskRange};

use crate::error::from_datafusion;
use crate::memory_table::{InputTable, MemoryTable};
use crate::travel::{TravellingPlan, settle};
use crate::{Session, SourceTable, physical, plan_key, threads};

/// Runs a plan, unsplit, with as many partitions as it is granted slots; gives one [`Block::Table`].
#[derive(Debug, Serialize, Deserialize)]
pub struct RunPlan {
    plan: TravellingPlan,
}

register_operation!(RunPlan, "relational.run");

impl RunPlan {
    /// The operation that runs `plan`.
    pub fn new(plan: LogicalPlan) -> Self {
        Self { plan: TravellingPlan::new(plan) }
    }
}

impl Operation for RunPlan {
    fn name(&self) -> &'static str {
        "relational.run"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let session = Session::for_task(ctx)?;
        let plan = with_inputs(self.plan.get(&session)?, inputs)?;
        let memory = ctx.env.memory.clone();
        let reads = Arc::clone(session.reads());
        let context = session.context().clone();
        let table = threads::drive(ctx, &reads, async move {
            let physical = physical::plan(&context.state(), &plan, &memory).await?;
            collect(physical, context.task_ctx()).await
        })?;
        Ok(table.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&self.plan.encoded()?)
    }
}

/// Adds the task that runs `plan`; its block is a [`Block::Table`]. The same plan over the same inputs is one task.
///
/// # Errors
/// As [`GraphBuilder::add`].
pub fn lower(plan: &LogicalPlan, builder: &mut GraphBuilder) -> Result<TaskRange> {
    lower_with(plan, &[], builder)
}

/// As [`lower`], for a plan that reads the tables of other tasks ([`crate::from_input`]): input `i` is `inputs[i]`'s.
///
/// # Errors
/// As [`GraphBuilder::add`].
pub fn lower_with(plan: &LogicalPlan, inputs: &[TaskId], builder: &mut GraphBuilder) -> Result<TaskRange> {
    let key = Key::of("relational.run").key(plan_key(plan)?).finish();
    if let Some(known) = builder.find(key) {
        return Ok(known);
    }
    let (settled, inputs) = settle(plan, inputs, builder)?;
    let payload = OpHandle::payload(RunPlan::new(settled));
    add_layer(builder, key, &layer_name(plan), payload, &inputs)
}

/// A layer of one task that takes all slots it can get.
pub(crate) fn add_layer(
    builder: &mut GraphBuilder,
    key: Key,
    name: &str,
    payload: swath_graph::Payload,
    inputs: &[TaskId],
) -> Result<TaskRange> {
    let annotations = Annotations {
        slots: u16::MAX,
        producer: inputs.is_empty(),
        fusible: false,
        ..Annotations::default()
    };
    builder.add(Layer { key, name: name.into(), payload, annotations }, 1, |_, deps| deps.extend(inputs))
}

/// What the task is called: the plan's outermost step that says something.
pub(crate) fn layer_name(plan: &LogicalPlan) -> String {
    let name = match plan {
        LogicalPlan::Projection(_) | LogicalPlan::SubqueryAlias(_) => {
            return plan.inputs().first().map_or("query".into(), |input| layer_name(input));
        }
        LogicalPlan::Aggregate(_) => "aggregate",
        LogicalPlan::Sort(_) => "sort",
        LogicalPlan::Limit(_) => "limit",
        LogicalPlan::Join(_) => "join",
        LogicalPlan::Filter(_) => "filter",
        LogicalPlan::Window(_) => "window",
        LogicalPlan::Distinct(_) => "distinct",
        LogicalPlan::Union(_) => "union",
        LogicalPlan::TableScan(_) => "scan",
        _ => "query",
    };
    name.into()
}

/// The plan with the inputs' rows in place of the tables that stood for them.
pub(crate) fn with_inputs(plan: &LogicalPlan, inputs: Inputs) -> Result<LogicalPlan> {
    if inputs.is_empty() {
        return Ok(plan.clone());
    }
    let tables = inputs.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
    let swapped = plan.clone().transform_down_with_subqueries(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        let provider = source_as_provider(&scan.source)?;
        let wanted =
            provider.downcast_ref::<SourceTable>().and_then(|s| s.provider().downcast_ref::<InputTable>());
        let Some((input, table)) = wanted.and_then(|w| tables.get(w.slot).map(|t| (w, t))) else {
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        };
        let rows = MemoryTable { schema: Arc::clone(&input.schema), batches: table.batches().to_vec() };
        scan.source = provider_as_source(Arc::new(rows));
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    swapped.map(|t| t.data).map_err(from_datafusion)
}

/// Runs a physical plan and holds its rows, partition after partition.
async fn collect(plan: Arc<dyn ExecutionPlan>, context: Arc<EngineContext>) -> Result<Table> {
    let schema: SchemaRef = plan.schema();
    let pool = Arc::clone(context.memory_pool());
    let streams = execute_stream_partitioned(plan, context).map_err(from_datafusion)?;
    let mut parts = tokio::task::JoinSet::new();
    for (i, mut stream) in streams.into_iter().enumerate() {
        let held = MemoryConsumer::new("the collected result").register(&pool);
        parts.spawn(async move {
            let mut batches: Vec<RecordBatch> = Vec::new();
            while let Some(batch) = stream.try_next().await? {
                if batch.num_rows() > 0 {
                    let batch = crate::compact::compact(batch)?;
                    held.try_grow(batch.get_array_memory_size())?;
                    batches.push(batch);
                }
            }
            Ok::<_, datafusion::common::DataFusionError>((i, batches, held))
        });
    }
    let mut done = Vec::new();
    while let Some(part) = parts.join_next().await {
        let part = part.map_err(|e| Error::internal(format!("a thread of the query engine panicked: {e}")));
        match part.and_then(|p| p.map_err(from_datafusion)) {
            Ok(part) => done.push(part),
            Err(error) => {
                // The others let go of their memory before the task is over.
                parts.shutdown().await;
                return Err(error);
            }
        }
    }
    done.sort_by_key(|(i, ..)| *i);
    Table::new(schema, done.into_iter().flat_map(|(_, batches, _)| batches).collect())
}
