//! Qualified columns in a plan that is to be encoded.
//!
//! In: a plan. Out: the plan whose columns name their tables as SQL would quote them. DataFusion's encoding writes such a
//! name as text and reads it as SQL, so that a table called `Flat.csv` would come back as the table `csv` of the schema
//! `flat`. It never renames a table.

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, DataFusionError, TableReference};
use datafusion::logical_expr::{Expr, LogicalPlan};

/// The plan with quoted qualifiers.
pub(super) fn quoted(plan: &LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let quoted = plan.clone().transform_down_with_subqueries(|plan| {
        plan.map_expressions(|expr| expr.transform(|expr| Ok(quoted_expr(expr))))
    });
    quoted.map(|quoted| quoted.data)
}

fn quoted_expr(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::Column(column) => match quoted_column(&column) {
            Some(quoted) => Transformed::yes(Expr::Column(quoted)),
            None => Transformed::no(Expr::Column(column)),
        },
        Expr::OuterReferenceColumn(field, column) => {
            let quoted = quoted_column(&column).unwrap_or(column);
            Transformed::yes(Expr::OuterReferenceColumn(field, quoted))
        }
        other => Transformed::no(other),
    }
}

/// The column, if its table's name is not read as what it is.
fn quoted_column(column: &Column) -> Option<Column> {
    let relation = column.relation.as_ref()?;
    if TableReference::from(relation.to_string()) == *relation {
        return None;
    }
    let table = relation.to_quoted_string().into();
    Some(Column { relation: Some(TableReference::Bare { table }), ..column.clone() })
}
