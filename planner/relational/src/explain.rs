//! Plans as text, for `explain()`.

use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::displayable;
use swath_error::Result;

use crate::{Session, threads};

/// The plan as the user built it, one step per line.
pub fn logical_text(plan: &LogicalPlan) -> String {
    plan.display_indent().to_string()
}

/// The plan after the optimizer's rewrites.
///
/// # Errors
/// What the plan gets wrong: types that do not fit, functions that do not exist.
pub fn optimized_text(plan: &LogicalPlan) -> Result<String> {
    Ok(Session::new().optimize(plan)?.display_indent().to_string())
}

/// The physical plan as it runs with `slots` threads.
///
/// # Errors
/// As [`optimized_text`].
pub fn physical_text(plan: &LogicalPlan, slots: usize) -> Result<String> {
    let mut state = Session::new().state();
    state.config_mut().options_mut().execution.target_partitions = slots.max(1);
    let plan = plan.clone();
    let physical = threads::wait(async move { state.create_physical_plan(&plan).await })?;
    let ordered = crate::order::keep_order(physical)?;
    Ok(displayable(ordered.as_ref()).indent(false).to_string())
}
