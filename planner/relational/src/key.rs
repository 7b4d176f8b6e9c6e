//! Keys of plans: the plan's text and the keys of what it reads.

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::LogicalPlan;
use swath_error::Result;
use swath_files::File;
use swath_graph::Key;

use crate::SourceTable;
use crate::error::from_datafusion;

/// The key of a plan's result. Equal for equal plans over unchanged files; unique when the plan reads a table that has no
/// key or calls a function that gives something else each time.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the plan cannot be walked.
pub fn plan_key(plan: &LogicalPlan) -> Result<Key> {
    let mut hasher = Key::of("relational.plan").str(&plan.display_indent_schema().to_string());
    let mut volatile = false;
    let mut keys = Vec::new();
    plan.apply_with_subqueries(|node| {
        volatile |= node.expressions().iter().any(datafusion::logical_expr::Expr::is_volatile);
        if let LogicalPlan::TableScan(scan) = node {
            let provider = source_as_provider(&scan.source)?;
            keys.push(
                provider.downcast_ref::<SourceTable>().map_or_else(|| Key::unique("table"), SourceTable::key),
            );
        }
        Ok(TreeNodeRecursion::Continue)
    })
    .map_err(from_datafusion)?;
    if volatile {
        return Ok(Key::unique("relational.volatile"));
    }
    for key in keys {
        hasher = hasher.key(key);
    }
    Ok(hasher.finish())
}

/// The files a plan reads, in the order of its scans.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the plan cannot be walked.
pub fn plan_files(plan: &LogicalPlan) -> Result<Vec<File>> {
    let mut files = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let provider = source_as_provider(&scan.source)?;
            if let Some(source) = provider.downcast_ref::<SourceTable>() {
                files.extend(source.files().iter().cloned());
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })
    .map_err(from_datafusion)?;
    Ok(files)
}
