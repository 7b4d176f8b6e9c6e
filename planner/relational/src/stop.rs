//! Cancellation inside plans: steps that make rows look whether the run is to stop before every batch.
//!
//! Aborting a plan from outside only works where it waits; a join of millions of pairs may not for minutes.

use std::fmt;
use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;
use swath_block::CancelToken;
use swath_error::{Error, Result};

use crate::error::{from_datafusion, to_datafusion};
use crate::exec_parts::no_expressions;

/// Adds the check above sources and above steps that can give many batches for one of their input's.
pub(crate) fn stoppable(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let changed = plan.transform_up(|node| {
        Ok(if makes_rows(&node) {
            Transformed::yes(Arc::new(StopExec { input: node }) as Arc<dyn ExecutionPlan>)
        } else {
            Transformed::no(node)
        })
    });
    changed.map(|t| t.data).map_err(from_datafusion)
}

fn makes_rows(node: &Arc<dyn ExecutionPlan>) -> bool {
    let source = node.is::<CooperativeExec>() && node.children().iter().all(|c| c.children().is_empty());
    source
        || node.is::<CrossJoinExec>()
        || node.is::<NestedLoopJoinExec>()
        || node.is::<HashJoinExec>()
        || node.is::<SortMergeJoinExec>()
        || node.is::<UnnestExec>()
}

/// Passes rows on until the run is to stop.
#[derive(Debug)]
struct StopExec {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for StopExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StopExec")
    }
}

impl ExecutionPlan for StopExec {
    fn name(&self) -> &'static str {
        "StopExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    no_expressions!();

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        match children.into_iter().next() {
            Some(input) => Ok(Arc::new(Self { input })),
            None => Err(DataFusionError::Internal("StopExec needs one input".into())),
        }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let token = context.session_config().get_extension::<CancelToken>();
        let rows = self.input.execute(partition, context)?;
        let Some(token) = token else { return Ok(rows) };
        let checked = rows.map(move |batch| {
            if token.is_cancelled() {
                return Err(to_datafusion(Error::cancelled("the run was cancelled")));
            }
            batch
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), checked)))
    }
}
