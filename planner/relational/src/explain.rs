//! Plans as text, for `explain()`.

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{LogicalPlan, TableScan, UNNAMED_TABLE};
use datafusion::physical_plan::displayable;
use swath_error::Result;

use crate::source::SourceTable;
use crate::{Session, threads};

const SCAN: &str = "TableScan: ";
/// How DataFusion shows a table without a name, and the columns of one.
const PLACEHOLDER: &str = "TableScan: ?table?";
const QUALIFIER: &str = "?table?.";

/// The plan as the user built it, one step per line.
pub fn logical_text(plan: &LogicalPlan) -> String {
    named(plan)
}

/// The plan's text with each table under what it reads instead of DataFusion's placeholder.
fn named(plan: &LogicalPlan) -> String {
    let mut text = plan.display_indent().to_string();
    let mut from = 0;
    // Visits in the order in which the text was written; the closure never fails.
    let _ = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(label) = label(scan)
            && let Some(at) = text.get(from..).and_then(|rest| rest.find(PLACEHOLDER))
        {
            let at = from + at;
            text.replace_range(at..at + PLACEHOLDER.len(), &format!("{SCAN}{label}"));
            from = at + SCAN.len() + label.len();
        }
        Ok(TreeNodeRecursion::Continue)
    });
    text.replace(QUALIFIER, "")
}

/// What a scan of a table without a name reads.
fn label(scan: &TableScan) -> Option<String> {
    let unnamed = scan.table_name.table() == UNNAMED_TABLE;
    let provider = source_as_provider(&scan.source).ok().filter(|_| unnamed)?;
    let table = provider.downcast_ref::<SourceTable>()?;
    Some(table.label().to_owned())
}

/// The plan after the optimizer's rewrites.
///
/// # Errors
/// What the plan gets wrong: types that do not fit, functions that do not exist.
pub fn optimized_text(plan: &LogicalPlan) -> Result<String> {
    Ok(named(&Session::new().optimize(plan)?))
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
    let ordered = crate::order::keep_order(physical, slots <= 1)?;
    Ok(displayable(ordered.as_ref()).indent(false).to_string())
}
