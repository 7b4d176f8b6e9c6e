//! Summary statistics of the numeric columns, in one pass over the rows.

use std::panic::Location;

use arrow::datatypes::DataType;
use datafusion::common::{Column, UnnestOptions};
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlanBuilder, cast, lit};
use swath_error::{Error, Result};

use super::groupby::aggregate;
use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::{Aggregate, Expr};

const STATISTICS: [(&str, Aggregate); 8] = [
    ("count", Aggregate::Count),
    ("mean", Aggregate::Mean),
    ("std", Aggregate::Std),
    ("min", Aggregate::Min),
    ("25%", Aggregate::Quantile(0.25)),
    ("50%", Aggregate::Quantile(0.5)),
    ("75%", Aggregate::Quantile(0.75)),
    ("max", Aggregate::Max),
];

impl DataFrame {
    /// Count, mean, standard deviation, minimum, exact quartiles and maximum of every numeric column: eight rows, named
    /// in the column `statistic`.
    #[track_caller]
    pub fn describe(&self) -> Self {
        self.step(Location::caller(), |frame| {
            let fields = frame.schema().fields().iter();
            let numeric = fields.filter(|f| f.data_type().is_numeric()).map(|f| f.name().clone());
            describe(frame, &numeric.collect::<Vec<_>>())
        })
    }
}

fn describe(frame: &Frame, columns: &[String]) -> Result<Frame> {
    if columns.is_empty() {
        return Err(Error::argument("describe found no numeric column")
            .with_help("value_counts and nunique tell about other columns"));
    }
    let aggregates: Vec<Expr> = columns
        .iter()
        .flat_map(|c| STATISTICS.map(|(name, f)| crate::col(c).aggregate(f).alias(format!("{c}\u{0}{name}"))))
        .collect();
    let row = aggregate(frame, &[], &aggregates)?;
    let mut values = row.all_columns().into_iter();
    let names = STATISTICS.iter().map(|(name, _)| lit(*name)).collect();
    let mut lists = vec![make_array(names).alias("statistic")];
    for column in columns {
        let of_column = values.by_ref().take(STATISTICS.len());
        lists.push(make_array(of_column.map(|e| cast(e, DataType::Float64)).collect()).alias(column));
    }
    unnest(&row, lists)
}

/// One row per element of the lists.
fn unnest(row: &Frame, lists: Vec<DfExpr>) -> Result<Frame> {
    let lists = row.with_plan(row.project(lists)?);
    let columns: Vec<Column> = lists.schema().columns();
    let plan = lists
        .builder()
        .unnest_columns_with_options(columns, UnnestOptions::default())
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)?;
    Ok(lists.with_plan(plan))
}
