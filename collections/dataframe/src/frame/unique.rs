//! Distinct rows and values, and how often they occur.

use std::panic::Location;

use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{ExprFunctionExt, LogicalPlanBuilder, lit};
use swath_error::Result;

use super::order::{backwards, row};
use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::{IntoNames, column};

/// Which one of several equal rows stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
}

impl DataFrame {
    /// Every different row once. The order is arbitrary; [`Self::drop_duplicates_by`] keeps it.
    #[track_caller]
    pub fn drop_duplicates(&self) -> Self {
        self.plan_step(Location::caller(), |frame| {
            frame.builder().distinct().and_then(LogicalPlanBuilder::build).map_err(from_datafusion)
        })
    }

    /// One row for every different combination of these columns (`[]`: all), the first or the last, in their order.
    #[track_caller]
    pub fn drop_duplicates_by(&self, subset: impl IntoNames, keep: Keep) -> Self {
        let subset = subset.into_names();
        self.step(Location::caller(), |frame| first_of_each(frame, &subset, keep))
    }

    /// The different values of a column, a missing one too, as a frame of this column. The order is arbitrary.
    #[track_caller]
    pub fn unique(&self, column: &str) -> Self {
        self.select(column).drop_duplicates()
    }

    /// How often each value of the columns occurs, in a column `count`, most frequent first; rows with a missing value
    /// are not counted.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{from_columns, Collection};
    /// let df = from_columns([("x", vec![7, 8, 7])]).value_counts("x");
    /// assert_eq!(df.compute()?.values::<i64>("count")?, [2, 1]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn value_counts(&self, columns: impl IntoNames) -> Self {
        let columns = columns.into_names();
        let counted = self.groupby(columns.clone()).sort(false).agg([crate::count_rows().alias("count")]);
        let mut by = vec![crate::col("count").desc()];
        by.extend(columns.iter().map(|c| crate::col(c).asc()));
        counted.sort_values(by)
    }

    /// The share of each value of the columns, in a column `proportion`, largest first; rows with a missing value are
    /// not counted.
    #[track_caller]
    pub fn value_proportions(&self, columns: impl IntoNames) -> Self {
        let counts = self.value_counts(columns);
        let share = crate::col("count") / crate::col("count").sum().over(());
        counts.with_column("proportion", share).drop("count")
    }
}

/// The first (or last) row of every group of equal rows, in the order they have.
fn first_of_each(frame: &Frame, subset: &[String], keep: Keep) -> Result<Frame> {
    frame.check(subset)?;
    let numbered = frame.numbered()?;
    let names = frame.names();
    let subset: Vec<&str> =
        if subset.is_empty() { names.clone() } else { subset.iter().map(String::as_str).collect() };
    let keys = subset.iter().map(|n| column(numbered.schema(), n)).collect::<Result<Vec<_>>>()?;
    let schema = numbered.schema();
    let place = if keep == Keep::First { row(schema) } else { backwards(schema) };
    let rank = row_number()
        .partition_by(keys)
        .order_by(vec![place.sort(true, false)])
        .build()
        .map_err(from_datafusion)?;
    let mut exprs = numbered.all_columns();
    exprs.push(rank.alias("__swath_rank"));
    let ranked = numbered.with_plan(numbered.project(exprs)?);
    let first = column(ranked.schema(), "__swath_rank")?.eq(lit(1_u64));
    let kept = ranked.builder().filter(first).and_then(LogicalPlanBuilder::build).map_err(from_datafusion)?;
    let kept = ranked.with_plan(kept);
    let exprs = kept.all_columns().into_iter().take(names.len() + 1).collect();
    kept.with_plan(kept.project(exprs)?).keep_by_number(lit(true))
}
