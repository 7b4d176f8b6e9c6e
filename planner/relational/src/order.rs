//! Rows in the order of their files: `head(n)` is the first rows of the first file.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::limit::LocalLimitExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::replace_children_if_necessary;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
};
use futures::{StreamExt, TryStreamExt};
use swath_error::Result;

use crate::error::from_datafusion;
use crate::exec_parts::no_expressions;
use crate::lines::LinesExec;

/// Lets scans below steps that lose the order of rows hand out their blocks as threads become free.
fn free_order(
    plan: Arc<dyn ExecutionPlan>,
    matters: bool,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    if let Some(scan) = plan.downcast_ref::<LinesExec>() {
        return Ok(if matters { plan } else { Arc::new(scan.in_any_order()) });
    }
    let matters = matters && !loses_order(&plan);
    let children: Vec<_> = plan.children().into_iter().cloned().collect();
    if children.is_empty() {
        return Ok(plan);
    }
    let freed = children.iter().map(|c| free_order(Arc::clone(c), matters)).collect::<Result<Vec<_>, _>>()?;
    if children.iter().zip(&freed).all(|(a, b)| Arc::ptr_eq(a, b)) {
        return Ok(plan);
    }
    replace_children_if_necessary(plan, freed)
}

/// Whether a step's answer does not depend on the order of its input's rows, or has none of its own.
fn loses_order(plan: &Arc<dyn ExecutionPlan>) -> bool {
    match plan.downcast_ref::<AggregateExec>() {
        Some(aggregate) => aggregate
            .aggr_expr()
            .iter()
            .all(|f| f.order_sensitivity() == AggregateOrderSensitivity::Insensitive),
        None => plan.is::<HashJoinExec>() || plan.is::<RepartitionExec>(),
    }
}

/// Where a limit cuts off rows that still have the order of their source, reads the partitions one after another in
/// place of whichever comes first; everywhere when `one_thread` runs the plan, as for answers that depend on the order.
pub(crate) fn keep_order(plan: Arc<dyn ExecutionPlan>, one_thread: bool) -> Result<Arc<dyn ExecutionPlan>> {
    let changed = plan.transform_down(|node| {
        let Some(coalesce) = node.downcast_ref::<CoalescePartitionsExec>() else {
            return Ok(Transformed::no(node));
        };
        let wanted = if one_thread { coalesce.fetch().or(Some(usize::MAX)) } else { coalesce.fetch() };
        match wanted {
            Some(fetch) if one_thread || in_source_order(coalesce.input()) => {
                let concat = InOrderExec::new(Arc::clone(coalesce.input()), fetch);
                Ok(Transformed::yes(Arc::new(concat) as Arc<dyn ExecutionPlan>))
            }
            _ => Ok(Transformed::no(node)),
        }
    });
    changed.and_then(|t| free_order(t.data, true)).map_err(from_datafusion)
}

/// Whether the rows come straight from a source, in its order.
fn in_source_order(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let passes = plan.is::<FilterExec>() || plan.is::<ProjectionExec>() || plan.is::<LocalLimitExec>();
    match plan.children().as_slice() {
        [] => true,
        [only] if passes || plan.name() == "CooperativeExec" || plan.name() == "CoalesceBatchesExec" => {
            in_source_order(only)
        }
        _ => false,
    }
}

/// The first `fetch` rows of the input's partitions, read one partition after another.
#[derive(Debug)]
struct InOrderExec {
    input: Arc<dyn ExecutionPlan>,
    fetch: usize,
    properties: Arc<PlanProperties>,
}

impl InOrderExec {
    fn new(input: Arc<dyn ExecutionPlan>, fetch: usize) -> Self {
        let properties = PlanProperties::new(
            input.equivalence_properties().clone(),
            Partitioning::UnknownPartitioning(1),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        Self { input, fetch, properties: Arc::new(properties) }
    }
}

impl DisplayAs for InOrderExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InOrderExec: fetch={}", self.fetch)
    }
}

impl ExecutionPlan for InOrderExec {
    fn name(&self) -> &'static str {
        "InOrderExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    no_expressions!();

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        match children.into_iter().next() {
            Some(input) => Ok(Arc::new(Self::new(input, self.fetch))),
            None => Err(DataFusionError::Internal("InOrderExec needs one input".into())),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        if partition != 0 {
            return Err(DataFusionError::Internal(format!("InOrderExec has no partition {partition}")));
        }
        let schema: SchemaRef = self.schema();
        let (input, fetch) = (Arc::clone(&self.input), self.fetch);
        let parts = input.output_partitioning().partition_count();
        let rows = futures::stream::iter(0..parts)
            .map(move |i| input.execute(i, Arc::clone(&context)))
            .try_flatten()
            .scan(fetch, |left, batch| {
                let next = (*left > 0).then(|| {
                    batch.map(|b| {
                        let kept = b.slice(0, b.num_rows().min(*left));
                        *left -= kept.num_rows();
                        kept
                    })
                });
                futures::future::ready(next)
            });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }
}
