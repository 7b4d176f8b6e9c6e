//! Subqueries within the expressions of a plan that is to be encoded.
//!
//! In: a plan. Out: the plan with joins in their place, as the optimizer makes them: DataFusion has no encoding for
//! subqueries. It never touches a plan without any.

use std::borrow::Cow;

use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::{Expr, LogicalPlan};
use swath_error::Result;

use crate::Session;
use crate::error::from_datafusion;

/// The plan without subqueries in its expressions.
pub(super) fn joined(plan: &LogicalPlan) -> Result<Cow<'_, LogicalPlan>> {
    if has_subqueries(plan).map_err(from_datafusion)? {
        Ok(Cow::Owned(Session::new().optimize(plan)?))
    } else {
        Ok(Cow::Borrowed(plan))
    }
}

fn has_subqueries(plan: &LogicalPlan) -> Result<bool, DataFusionError> {
    let mut found = false;
    plan.apply(|node| {
        node.apply_expressions(|expr| {
            found |= expr.exists(|e| {
                Ok(matches!(
                    e,
                    Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_) | Expr::SetComparison(_)
                ))
            })?;
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}
