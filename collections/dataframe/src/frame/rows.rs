//! Which rows a frame has, and in which order.

use std::panic::Location;

use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder, lit};
use swath_error::{Error, Result};

use super::order::{backwards, row};
use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::{Expr, IntoNames, IntoSortKeys, SortKey};

impl DataFrame {
    /// The rows for which the condition is true.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{col, from_columns, Collection};
    /// let df = from_columns([("a", vec![1, 2, 3])]);
    /// let table = df.filter(col("a").gt(1) & col("a").ne(3)).compute()?;
    /// assert_eq!(table.values::<i64>("a")?, [2]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn filter(&self, condition: impl Into<Expr>) -> Self {
        self.filter_at(condition.into(), Location::caller())
    }

    pub(crate) fn filter_at(&self, condition: Expr, caller: &'static Location<'static>) -> Self {
        self.plan_step(caller, |frame| {
            let condition = condition.condition(frame.schema())?;
            frame.builder().filter(condition).and_then(LogicalPlanBuilder::build).map_err(from_datafusion)
        })
    }

    /// The first `n` rows; reads no more of the first files than it needs.
    #[track_caller]
    pub fn head(&self, n: usize) -> Self {
        self.step(Location::caller(), |frame| Ok(frame.with_plan(limit(frame, n)?)))
    }

    /// The last `n` rows, in order.
    #[track_caller]
    pub fn tail(&self, n: usize) -> Self {
        self.step(Location::caller(), |frame| {
            if n == 0 {
                return Ok(frame.with_plan(limit(frame, 0)?));
            }
            let numbered = frame.numbered()?;
            let last = numbered
                .builder()
                .sort_with_limit([backwards(numbered.schema()).sort(true, false)], Some(n))
                .and_then(LogicalPlanBuilder::build)
                .map_err(from_datafusion)?;
            numbered.with_plan(last).keep_by_number(lit(true))
        })
    }

    /// The rows in the order of these keys, missing values last: `sort_values("x")`,
    /// `sort_values([col("x").desc(), col("y").asc()])`.
    #[track_caller]
    pub fn sort_values(&self, by: impl IntoSortKeys) -> Self {
        let by = by.into_sort_keys();
        self.plan_step(Location::caller(), |frame| sort(frame, &by, None))
    }

    /// The `n` rows with the largest values of the columns.
    #[track_caller]
    pub fn nlargest(&self, n: usize, by: impl IntoNames) -> Self {
        let by: Vec<SortKey> = by.into_names().iter().map(|c| crate::col(c).desc()).collect();
        self.plan_step(Location::caller(), |frame| sort(frame, &by, Some(n)))
    }

    /// The `n` rows with the smallest values of the columns.
    #[track_caller]
    pub fn nsmallest(&self, n: usize, by: impl IntoNames) -> Self {
        let by: Vec<SortKey> = by.into_names().iter().map(|c| crate::col(c).asc()).collect();
        self.plan_step(Location::caller(), |frame| sort(frame, &by, Some(n)))
    }

    /// Each row with probability `fraction`; the same rows for the same seed and data.
    #[track_caller]
    pub fn sample(&self, fraction: f64, seed: u64) -> Self {
        self.step(Location::caller(), |frame| {
            if !(0.0..=1.0).contains(&fraction) {
                return Err(Error::argument(format!("a fraction is between 0 and 1, not {fraction}")));
            }
            let numbered = frame.numbered()?;
            let row = row(numbered.schema());
            numbered.keep_by_number(crate::functions::chance(row, seed).lt(lit(fraction)))
        })
    }
}

fn limit(frame: &Frame, n: usize) -> Result<LogicalPlan> {
    frame.builder().limit(0, Some(n)).and_then(LogicalPlanBuilder::build).map_err(from_datafusion)
}

fn sort(frame: &Frame, by: &[SortKey], n: Option<usize>) -> Result<LogicalPlan> {
    if by.is_empty() {
        return Err(Error::argument("sorting wants at least one column"));
    }
    if let Some(aggregate) = by.iter().map(SortKey::expr).find(|e| e.is_aggregate()) {
        return Err(Error::argument(format!("rows cannot be sorted by the aggregate {aggregate}")));
    }
    let keys = by.iter().map(|k| k.resolve(frame.schema())).collect::<Result<Vec<_>>>()?;
    if n == Some(0) {
        return limit(frame, 0);
    }
    frame.builder().sort_with_limit(keys, n).and_then(LogicalPlanBuilder::build).map_err(from_datafusion)
}
