//! Group-bys: one row for each combination of keys.

use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::sync::Arc;

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::{
    Expr as DfExpr, ExprFunctionExt, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Projection, SortExpr,
    lit,
};
use swath_error::{Error, ErrorKind, Result};

use super::columns::distinct;
use super::order::{ROW, backwards, follows_sort, row, sorted_by};
use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::{Aggregate, Expr, IntoExprs, IntoNames, there, without_nan};

/// A frame and its keys, waiting for an aggregation; made by [`DataFrame::groupby`].
///
/// Rows with a missing key are left out ([`Self::dropna`]) and the groups come sorted by their keys ([`Self::sort`]).
#[derive(Clone, Debug)]
#[must_use]
pub struct GroupBy {
    frame: DataFrame,
    keys: Vec<Expr>,
    sort: bool,
    dropna: bool,
}

impl DataFrame {
    /// Groups the rows by columns or expressions.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{col, from_columns, Collection};
    /// let df = from_columns([("k", vec!["a", "b", "a"])]).with_column("x", swath_dataframe::lit(2));
    /// let table = df.groupby(["k"]).agg([col("x").sum(), col("x").max().alias("most")]).compute()?;
    /// assert_eq!(table.values::<i64>("x_sum")?, [4, 2]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    pub fn groupby(&self, keys: impl IntoExprs) -> GroupBy {
        GroupBy { frame: self.clone(), keys: keys.into_exprs(), sort: true, dropna: true }
    }

    /// One row of aggregates over all rows: `agg([col("x").sum(), col("y").mean()])`.
    #[track_caller]
    pub fn agg(&self, aggregates: impl IntoExprs) -> Self {
        let aggregates = aggregates.into_exprs();
        self.step(Location::caller(), |frame| aggregate(frame, &[], &aggregates))
    }
}

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident $variant:ident;)*) => {
        impl GroupBy { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, columns: impl IntoNames) -> DataFrame {
                self.each(Aggregate::$variant, columns.into_names(), Location::caller())
            }
        )* }
    };
}

named! {
    /// The sums; of all numeric columns that are not keys when none is named (`[]`). 0 where everything is missing.
    sum Sum;
    /// The means; of all numeric columns that are not keys when none is named (`[]`).
    mean Mean;
    /// The smallest values; of all columns that are not keys when none is named (`[]`).
    min Min;
    /// The largest values; of all columns that are not keys when none is named (`[]`).
    max Max;
    /// How many values are not missing; of all columns that are not keys when none is named (`[]`).
    count Count;
    /// The standard deviations (n - 1); of all numeric columns that are not keys when none is named (`[]`).
    std Std;
    /// The variances (n - 1); of all numeric columns that are not keys when none is named (`[]`).
    var Var;
    /// The standard errors of the means; of all numeric columns that are not keys when none is named (`[]`).
    sem Sem;
    /// The exact medians; of all numeric columns that are not keys when none is named (`[]`).
    median Median;
    /// How many different values, missing ones not counted; of all columns that are not keys when none is named.
    nunique Nunique;
    /// The first values that are not missing; of all columns that are not keys when none is named (`[]`).
    first First;
    /// The last values that are not missing; of all columns that are not keys when none is named (`[]`).
    last Last;
    /// Whether any value is true; of all columns that are not keys when none is named (`[]`).
    any Any;
    /// Whether all values are true; of all columns that are not keys when none is named (`[]`).
    all All;
    /// The values as lists; of all columns that are not keys when none is named (`[]`).
    list List;
}

impl GroupBy {
    /// Whether the groups come sorted by their keys. Default true; without, the order is arbitrary and nothing waits
    /// for a sort.
    pub fn sort(self, sort: bool) -> Self {
        Self { sort, ..self }
    }

    /// Whether rows with a missing key are left out. Default true.
    pub fn dropna(self, dropna: bool) -> Self {
        Self { dropna, ..self }
    }

    /// The aggregates named: `agg([col("x").sum().alias("total")])`, or pandas' pairs, `agg([("x", "sum")])`.
    /// A result without an alias is called after its column and function: `x_sum`.
    #[track_caller]
    pub fn agg(&self, aggregates: impl IntoExprs) -> DataFrame {
        self.run(&aggregates.into_exprs(), Location::caller())
    }

    /// How many rows each group has, in a column `size`.
    #[track_caller]
    pub fn size(&self) -> DataFrame {
        self.run(&[crate::count_rows()], Location::caller())
    }

    /// The exact `q`-quantiles; of all numeric columns that are not keys when none is named (`[]`).
    #[track_caller]
    pub fn quantile(&self, q: f64, columns: impl IntoNames) -> DataFrame {
        self.each(Aggregate::Quantile(q), columns.into_names(), Location::caller())
    }

    /// The first `n` rows of each group, with all their columns, in the order they have in the frame.
    #[track_caller]
    pub fn head(&self, n: usize) -> DataFrame {
        self.ranked(n, true, Location::caller())
    }

    /// The last `n` rows of each group, with all their columns, in the order they have in the frame.
    #[track_caller]
    pub fn tail(&self, n: usize) -> DataFrame {
        self.ranked(n, false, Location::caller())
    }

    /// The aggregate of each column, under the column's name.
    fn each(&self, func: Aggregate, columns: Vec<String>, caller: &'static Location<'static>) -> DataFrame {
        let aggregates = || {
            let frame = self.frame.frame()?;
            frame.check(&columns)?;
            let keys: Vec<String> = self.keys.iter().map(Expr::output_name).collect();
            let columns = if columns.is_empty() { frame.aggregated(func, &keys) } else { columns };
            Ok(columns.iter().map(|c| crate::col(c).aggregate(func).alias(c)).collect::<Vec<_>>())
        };
        match aggregates() {
            Ok(aggregates) => self.run(&aggregates, caller),
            Err(error) => DataFrame::poisoned(Error::at(error, caller)),
        }
    }

    fn run(&self, aggregates: &[Expr], caller: &'static Location<'static>) -> DataFrame {
        self.frame.step(caller, |frame| {
            if self.keys.is_empty() {
                return Err(
                    Error::argument("groupby wants at least one key").with_help("use agg for all rows")
                );
            }
            let frame =
                if self.dropna { self.present_keys(frame)? } else { frame.with_plan(frame.plan.clone()) };
            let grouped = aggregate(&frame, &self.keys, aggregates)?;
            if !self.sort {
                return Ok(grouped);
            }
            let keys: Vec<SortExpr> = grouped
                .all_columns()
                .into_iter()
                .take(self.keys.len())
                .map(|e| e.sort(true, false))
                .collect();
            let sorted = grouped.builder().sort(keys).and_then(LogicalPlanBuilder::build);
            Ok(grouped.with_plan(sorted.map_err(from_datafusion)?))
        })
    }

    /// The rows whose keys are all there.
    fn present_keys(&self, frame: &Frame) -> Result<Frame> {
        let mut condition: Option<DfExpr> = None;
        for key in &self.keys {
            let expr = key.to_datafusion(frame.schema())?.unalias();
            let t = expr.get_type(frame.schema()).map_err(from_datafusion)?;
            if !t.is_floating() && !expr.nullable(frame.schema()).map_err(from_datafusion)? {
                continue;
            }
            let present = there(expr, &t);
            condition = Some(match condition {
                Some(others) => others.and(present),
                None => present,
            });
        }
        let Some(condition) = condition else { return Ok(frame.with_plan(frame.plan.clone())) };
        let plan = frame.builder().filter(condition).and_then(LogicalPlanBuilder::build);
        Ok(frame.with_plan(plan.map_err(from_datafusion)?))
    }

    fn ranked(&self, n: usize, first: bool, caller: &'static Location<'static>) -> DataFrame {
        self.frame.step(caller, |frame| {
            let frame =
                if self.dropna { self.present_keys(frame)? } else { frame.with_plan(frame.plan.clone()) };
            let numbered = frame.numbered()?;
            let schema = numbered.schema();
            let place = if first { row(schema) } else { backwards(schema) };
            let keys = self.keys.iter().map(|k| Ok(k.to_datafusion(frame.schema())?.unalias()));
            let rank = row_number()
                .partition_by(keys.collect::<Result<_>>()?)
                .order_by(vec![place.sort(true, false)])
                .build()
                .map_err(from_datafusion)?;
            let mut exprs = numbered.all_columns();
            exprs.push(rank.alias("__swath_rank"));
            let ranked = numbered.with_plan(numbered.project(exprs)?);
            let rank = DfExpr::Column(Column::from_name("__swath_rank"));
            let kept = ranked.builder().filter(rank.lt_eq(lit(n as u64))).and_then(LogicalPlanBuilder::build);
            let kept = ranked.with_plan(kept.map_err(from_datafusion)?);
            let exprs = kept.all_columns().into_iter().take(frame.names().len() + 1).collect();
            kept.with_plan(kept.project(exprs)?).keep_by_number(lit(true))
        })
    }
}

impl Frame {
    /// The columns that an aggregate takes when none is named.
    pub(crate) fn aggregated(&self, func: Aggregate, keys: &[String]) -> Vec<String> {
        let takes = |t: &arrow::datatypes::DataType| {
            !func.needs_numbers() || t.is_numeric() || *t == arrow::datatypes::DataType::Boolean
        };
        let fields = self.schema().fields().iter();
        fields
            .filter(|f| takes(f.data_type()) && !keys.contains(f.name()) && f.name() != ROW)
            .map(|f| f.name().clone())
            .collect()
    }
}

/// One row per combination of `keys`, with the keys first.
pub(crate) fn aggregate(frame: &Frame, keys: &[Expr], aggregates: &[Expr]) -> Result<Frame> {
    check_aggregates(keys, aggregates)?;
    let ordered = aggregates.iter().any(Expr::needs_order);
    if ordered && sorted_by(&frame.plan).is_none() && follows_sort(&frame.plan) {
        let numbered = frame.numbered()?;
        let by_number = numbered.builder().sort([row(numbered.schema()).sort(true, false)]);
        let plan = by_number.and_then(LogicalPlanBuilder::build).map_err(from_datafusion)?;
        return aggregate(&numbered.with_plan(plan), keys, aggregates);
    }
    let schema = frame.schema();
    let outputs = aggregates.iter().map(|a| a.named(schema)).collect::<Result<Vec<_>>>()?;
    let group = keys.iter().map(|k| group_key(k, frame)).collect::<Result<Vec<_>>>()?;
    let outputs =
        outputs.into_iter().map(|o| in_sort_order(o, frame, ordered)).collect::<Result<Vec<_>>>()?;
    let functions = aggregates_in(&outputs)?;
    let plan = frame
        .builder()
        .aggregate(group, functions.clone())
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)?;
    let columns = plan.schema().columns();
    let places: HashMap<DfExpr, usize> = functions.into_iter().zip(0..).collect();
    let (key_columns, values) = columns.split_at_checked(keys.len()).unwrap_or((&columns, &[]));
    let mut exprs: Vec<DfExpr> = Vec::new();
    for (column, key) in key_columns.iter().zip(keys) {
        exprs.push(DfExpr::Column(column.clone()).alias(key.output_name()));
    }
    for output in outputs {
        exprs.push(over_results(output, &places, values)?);
    }
    // The columns are the plan's own: the builder would look each of them up among all.
    let plan = Projection::try_new(exprs, Arc::new(plan)).map_err(from_datafusion)?;
    let in_order = frame.in_order || (ordered && frame.order_matters());
    Ok(Frame { plan: LogicalPlan::Projection(plan), in_order })
}

/// A key with NaN as missing, so that NaN and null are one group when missing keys are kept.
fn group_key(key: &Expr, frame: &Frame) -> Result<DfExpr> {
    let expr = key.to_datafusion(frame.schema())?.unalias();
    let t = expr.get_type(frame.schema()).map_err(from_datafusion)?;
    Ok(without_nan(expr, &t))
}

fn check_aggregates(keys: &[Expr], aggregates: &[Expr]) -> Result<()> {
    if aggregates.is_empty() {
        return Err(Error::argument("there is no column to aggregate")
            .with_help("name columns, or convert some to numbers first (astype)"));
    }
    let names: Vec<String> = keys.iter().chain(aggregates).map(Expr::output_name).collect();
    distinct(names, "results")?;
    // A poisoned expression is no aggregate either: its own error is the better one.
    match aggregates.iter().find(|a| !a.is_aggregate() && !a.is_poisoned()) {
        Some(plain) => Err(Error::new(
            ErrorKind::InvalidArgument,
            format!("{plain} is not an aggregate: it has one value per row"),
        )
        .with_help("add .sum(), .mean(), .first(), …")),
        None => Ok(()),
    }
}

/// Order-sensitive aggregates over a sorted frame get its order.
fn in_sort_order(expr: DfExpr, frame: &Frame, ordered: bool) -> Result<DfExpr> {
    let Some(keys) = sorted_by(&frame.plan).filter(|_| ordered) else { return Ok(expr) };
    let set = |e: DfExpr| match e {
        DfExpr::AggregateFunction(mut call)
            if matches!(call.func.name(), "first_value" | "last_value" | "array_agg") =>
        {
            call.params.order_by.clone_from(keys);
            Ok(Transformed::yes(DfExpr::AggregateFunction(call)))
        }
        other => Ok(Transformed::no(other)),
    };
    expr.transform_up(set).map(|t| t.data).map_err(from_datafusion)
}

/// The aggregates in the outputs, each once, in the order they are met.
fn aggregates_in(outputs: &[DfExpr]) -> Result<Vec<DfExpr>> {
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    for output in outputs {
        output
            .apply(|e| match e {
                DfExpr::AggregateFunction(_) => {
                    if known.insert(e.clone()) {
                        found.push(e.clone());
                    }
                    Ok(TreeNodeRecursion::Jump)
                }
                _ => Ok(TreeNodeRecursion::Continue),
            })
            .map_err(from_datafusion)?;
    }
    Ok(found)
}

/// `output` with every aggregate replaced by the column that holds its result, found by the aggregate's place.
fn over_results(output: DfExpr, places: &HashMap<DfExpr, usize>, values: &[Column]) -> Result<DfExpr> {
    let result = |e: &DfExpr| match e {
        DfExpr::AggregateFunction(_) => places.get(e).and_then(|i| values.get(*i)),
        _ => None,
    };
    let replace = |e: DfExpr| match result(&e) {
        Some(column) => Ok(Transformed::yes(DfExpr::Column(column.clone()))),
        None => Ok(Transformed::no(e)),
    };
    output.transform_down(replace).map(|t| t.data).map_err(from_datafusion)
}
