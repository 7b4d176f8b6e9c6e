//! The order of rows: where it comes from, and row numbers that keep it.

use arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Expr as DfExpr, ExprFunctionExt, LogicalPlan, LogicalPlanBuilder, Sort, SortExpr, WindowFrame, cast, lit,
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

/// The plan's rows come in the order of a sort, perhaps through steps above it that keep the order.
pub(crate) fn follows_sort(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Sort(_) => true,
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Window(_)
        | LogicalPlan::Limit(_) => plan.inputs().into_iter().any(follows_sort),
        _ => false,
    }
}

/// The plan with [`ROW`] as its last column. The query engine keeps an order only at the very end of a plan: steps above
/// a sort carry the numbers that rows have right above it.
fn with_numbers(plan: &LogicalPlan) -> datafusion::error::Result<LogicalPlan> {
    let own = plan.schema();
    if let Some(keys) = sorted_by(plan) {
        if own.columns().iter().any(|c| c.name == ROW) {
            // Sorted by the numbers themselves: they are good still.
            return Ok(plan.clone());
        }
        let number = row_number().order_by(keys.clone()).build()?.alias(ROW);
        return LogicalPlanBuilder::from(plan.clone()).window([number])?.build();
    }
    let Some(input) = plan.inputs().into_iter().next() else { return Ok(plan.clone()) };
    let input = with_numbers(input)?;
    let number = row(input.schema());
    match plan {
        LogicalPlan::Projection(projection) => {
            let mut exprs = projection.expr.clone();
            exprs.push(number);
            LogicalPlanBuilder::from(input).project(exprs)?.build()
        }
        LogicalPlan::Limit(_) => {
            let sorted = LogicalPlanBuilder::from(input).sort([number.sort(true, false)])?.build()?;
            plan.with_new_exprs(plan.expressions(), vec![sorted])
        }
        _ => plan.with_new_exprs(plan.expressions(), vec![input]),
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
        let in_order = self.order_matters();
        let mut exprs = self.all_columns();
        if follows_sort(&self.plan) {
            let plan = with_numbers(&self.plan).map_err(from_datafusion)?;
            exprs.push(row(plan.schema()));
            return Ok(Self { plan: Self { plan, in_order }.project(exprs)?, in_order });
        }
        exprs.push(row_number().alias(ROW));
        Ok(Self { plan: self.project(exprs)?, in_order })
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

/// What sorts rows from the last to the first. A product, which the query engine does not see through: told to sort by
/// the numbers downwards, it turns windows over them round and loses their names.
pub(crate) fn backwards(schema: &DFSchema) -> DfExpr {
    cast(row(schema), DataType::Int64) * lit(-1_i64)
}

/// Windows whose value depends on the order of rows, over the rows in the order of their numbers.
pub(crate) fn in_row_order(expr: DfExpr, row: &DfExpr) -> Result<DfExpr> {
    let set = |e: DfExpr| match e {
        DfExpr::WindowFunction(mut window)
            if matches!(window.fun.name(), "first_value" | "last_value" | "array_agg") =>
        {
            window.params.order_by = vec![row.clone().sort(true, false)];
            window.params.window_frame = WindowFrame::new(None);
            Ok(Transformed::yes(DfExpr::WindowFunction(window)))
        }
        other => Ok(Transformed::no(other)),
    };
    expr.transform_up(set).map(|t| t.data).map_err(from_datafusion)
}
