//! The tables of ours that a plan reads, also those within tables that are made of a plan themselves.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::datasource::{provider_as_source, source_as_provider};
use datafusion::logical_expr::LogicalPlan;

use crate::SourceTable;

/// A table of any kind.
type Table = Arc<dyn TableProvider>;

/// Calls `look` with each table.
pub(crate) fn visit(plan: &LogicalPlan, look: &mut dyn FnMut(&SourceTable)) -> Result<(), DataFusionError> {
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let provider = source_as_provider(&scan.source)?;
            if let Some(source) = provider.downcast_ref::<SourceTable>() {
                look(source);
                if let Some(input) = source.inner().input() {
                    visit(input, look)?;
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })
    .map(drop)
}

/// The plan with other tables where `change` gives one.
pub(crate) fn change(
    plan: &LogicalPlan,
    change_one: &mut dyn FnMut(&SourceTable) -> Result<Option<Table>, DataFusionError>,
) -> Result<LogicalPlan, DataFusionError> {
    let changed = plan.clone().transform_down_with_subqueries(|node| {
        let LogicalPlan::TableScan(mut scan) = node else { return Ok(Transformed::no(node)) };
        let provider = source_as_provider(&scan.source)?;
        let Some(source) = provider.downcast_ref::<SourceTable>() else {
            return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
        };
        let other = match (change_one(source)?, source.inner().input()) {
            (Some(other), _) => other,
            (None, Some(input)) => {
                let inner = source.inner().over(change(input, change_one)?)?;
                Arc::new(source.with_inner(inner)) as Table
            }
            (None, None) => return Ok(Transformed::no(LogicalPlan::TableScan(scan))),
        };
        scan.source = provider_as_source(other);
        Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
    });
    changed.map(|t| t.data)
}
