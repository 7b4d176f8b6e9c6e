//! From a logical plan to the physical one that is run.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::HashJoinExec;
use swath_block::MemoryLedger;
use swath_error::Result;

use crate::error::from_datafusion;
use crate::plan_files;

/// Rows in memory take several times the bytes of the files they come from.
const EXPANSION: u64 = 4;

/// The physical plan: hash joins when what is read can be held, else sort-merge joins, which spill.
pub(crate) async fn plan(
    state: &SessionState,
    logical: &LogicalPlan,
    memory: &MemoryLedger,
) -> Result<Arc<dyn ExecutionPlan>> {
    let physical = state.create_physical_plan(logical).await.map_err(from_datafusion)?;
    let physical = if has_hash_join(&physical)? && !fits(logical, memory)? {
        let mut state = state.clone();
        state.config_mut().options_mut().optimizer.prefer_hash_join = false;
        state.create_physical_plan(logical).await.map_err(from_datafusion)?
    } else {
        physical
    };
    let one_thread = state.config().target_partitions() == 1;
    crate::stop::stoppable(crate::order::keep_order(physical, one_thread)?)
}

/// Whether everything the plan reads fits into half of the memory limit.
fn fits(logical: &LogicalPlan, memory: &MemoryLedger) -> Result<bool> {
    let bytes: u64 = plan_files(logical)?.iter().map(|f| f.size).sum();
    Ok(bytes.saturating_mul(EXPANSION) <= memory.limit() / 2)
}

fn has_hash_join(plan: &Arc<dyn ExecutionPlan>) -> Result<bool> {
    let mut found = false;
    plan.apply(|node| {
        found |= node.is::<HashJoinExec>();
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })
    .map_err(from_datafusion)?;
    Ok(found)
}
