//! The order of rows: where it comes from, and row numbers that keep it.

use datafusion::common::DFSchema;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Expr as DfExpr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, Sort, SortExpr,
};
use swath_error::Result;

use super::Frame;
use crate::engine::from_datafusion;

/// The name of a column of row numbers that a method adds and takes away again.
pub(crate) const ROW: &str = "__swath_row";

/// The sort keys at the top of a plan, when its order is given by a sort.
pub(crate) fn sorted_by(plan: &LogicalPlan) -> Option<&Vec<SortExpr>> {
    match plan {
        LogicalPlan::Sort(Sort { expr, .. }) => Some(expr),
        LogicalPlan::Limit(limit) => sorted_by(&limit.input),
        _ => None,
    }
}

/// The plan's rows come in the order of its sources: row by row from files or memory.
pub(crate) fn follows_source(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::TableScan(_) => true,
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Window(_)
        | LogicalPlan::Unnest(_) => plan.inputs().into_iter().any(follows_source),
        _ => false,
    }
}

impl Frame {
    /// Whether a method that looks at the order must read the sources one row after another.
    pub(crate) fn order_matters(&self) -> bool {
        self.in_order || follows_source(&self.plan)
    }

    /// The frame with a last column [`ROW`] that numbers the rows in their order.
    pub(crate) fn numbered(&self) -> Result<Self> {
        let number = match sorted_by(&self.plan) {
            Some(keys) => row_number().order_by(keys.clone()).build().map_err(from_datafusion)?,
            None => row_number(),
        };
        let mut exprs = self.all_columns();
        exprs.push(number.alias(ROW));
        Ok(Self { plan: self.project(exprs)?, in_order: self.order_matters() })
    }

    /// The rows that `keep` accepts, in their order, without [`ROW`]. `self` is [`Self::numbered`].
    pub(crate) fn keep_by_number(&self, keep: DfExpr) -> Result<Self> {
        let sorted = LogicalPlanBuilder::from(self.plan.clone())
            .filter(keep)
            .and_then(|b| b.sort([row(self.schema()).sort(true, false)]))
            .and_then(LogicalPlanBuilder::build)
            .map_err(from_datafusion)?;
        self.with_plan(sorted).without_number()
    }

    /// The same rows without [`ROW`].
    pub(crate) fn without_number(&self) -> Result<Self> {
        let keep = |e: &DfExpr| !matches!(e, DfExpr::Column(c) if c.name == ROW);
        let exprs = self.all_columns().into_iter().filter(keep).collect();
        Ok(self.with_plan(self.project(exprs)?))
    }
}

/// The column of row numbers.
pub(crate) fn row(schema: &DFSchema) -> DfExpr {
    DfExpr::Column(schema.columns().into_iter().find(|c| c.name == ROW).unwrap_or_else(|| ROW.into()))
}
