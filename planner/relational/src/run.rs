//! A plan as one task: optimised, made physical for the slots granted, run, and collected.

use std::sync::Arc;

use arrow::array::RecordBatch;
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
use swath_graph::{Annotations, GraphBuilder, Key, Layer, Spread, TaskId, TaskRange};

use crate::error::from_datafusion;
use crate::memory_table::{InputTable, MemoryTable};
use crate::split::{self, SplitLimits, Way, way};
use crate::travel::{TravellingPlan, settle, settle_kept};
use crate::{Session, physical, plan_key, scans, threads};

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
        let plan = with_inputs(self.plan.get(&session).map_err(|e| self.plan.explained(e))?, inputs)?;
        let memory = ctx.env.memory.clone();
        let reads = Arc::clone(session.reads());
        let context = session.context().clone();
        let table = threads::drive(ctx, &reads, async move {
            let physical = physical::plan(&context.state(), &plan, &memory).await?;
            let schema = physical.schema();
            let parts = collect(physical, context.task_ctx()).await?;
            Table::new(schema, parts.into_iter().flatten().collect())
        })
        .map_err(|e| self.plan.explained(e))?;
        Ok(table.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(&self.plan.encoded()?)
    }
}

/// Adds the task that runs `plan`; its block is a [`Block::Table`]. The same plan over the same inputs is one task. Where
/// several workers run the graph, plans that can be are run in parts ([`how`]); there may then be several tables,
/// whose rows one after another are the answer ([`crate::join_parts`]).
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
    let (plan, inputs) = settle_kept(plan, inputs, builder)?;
    if let Way::Split(split) = way(&plan, spread(builder, &inputs), *builder.notes::<SplitLimits>()) {
        return split::lower(*split, key, &layer_name(&plan), &inputs, builder);
    }
    let (settled, inputs) = settle(&plan, &inputs, builder)?;
    let name = layer_name(&settled);
    add_layer(builder, key, &name, OpHandle::payload(RunPlan::new(settled)), &inputs)
}

/// Adds the task that runs `plan` with one thread, for an answer that depends on the order of its sources' rows.
///
/// # Errors
/// As [`GraphBuilder::add`].
pub fn lower_in_order(plan: &LogicalPlan, builder: &mut GraphBuilder) -> Result<TaskRange> {
    let key = Key::of("relational.in-order").key(plan_key(plan)?).finish();
    if let Some(known) = builder.find(key) {
        return Ok(known);
    }
    let (plan, inputs) = settle_kept(plan, &[], builder)?;
    let (settled, inputs) = settle(&plan, &inputs, builder)?;
    let layer = Layer {
        key,
        name: "in-order".into(),
        payload: OpHandle::payload(RunPlan::new(settled)),
        annotations: Annotations { producer: inputs.is_empty(), fusible: false, ..Annotations::default() },
    };
    builder.add(layer, 1, |_, deps| deps.extend(&inputs))
}

/// How [`lower`] has the plan run in the graph that `builder` makes, and why, for people.
///
/// # Errors
/// As [`lower`].
pub fn how(plan: &LogicalPlan, builder: &mut GraphBuilder) -> Result<String> {
    let (plan, inputs) = settle_kept(plan, &[], builder)?;
    Ok(way(&plan, spread(builder, &inputs), *builder.notes::<SplitLimits>()).to_string())
}

/// What a plan that reads these results is spread over. Where nothing says so, many results are read one by one all the
/// same: together they may be larger than memory.
fn spread(builder: &GraphBuilder, inputs: &[TaskId]) -> Option<Spread> {
    let one_process = || {
        let threads = std::thread::available_parallelism().map_or(1, Into::into);
        (inputs.len() > 1).then(|| Spread::new(2, threads))
    };
    builder.spread().or_else(one_process)
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
    split::check(&tables)?;
    let filled = scans::change(plan, &mut |source| {
        let input = source.provider().downcast_ref::<InputTable>();
        let read = input.and_then(|i| Some((i, tables.get(i.slot..i.slot.checked_add(i.count)?)?)));
        let Some((input, read)) = read else { return Ok(None) };
        let batches = read.iter().flat_map(|t| t.batches()).cloned().collect();
        Ok(Some(Arc::new(MemoryTable { schema: Arc::clone(&input.schema), batches })))
    });
    filled.map_err(from_datafusion)
}

/// Runs a physical plan and holds its rows, partition after partition.
pub(crate) async fn collect(
    plan: Arc<dyn ExecutionPlan>,
    context: Arc<EngineContext>,
) -> Result<Vec<Vec<RecordBatch>>> {
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
    Ok(done.into_iter().map(|(_, batches, _)| batches).collect())
}
