//! Which columns a frame has: chosen, computed, renamed, dropped, converted.

use std::collections::HashSet;
use std::panic::Location;

use arrow::datatypes::DataType;
use datafusion::common::Column;
use datafusion::logical_expr::utils::find_window_exprs;
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder, lit};
use swath_error::{Error, ErrorKind, Result};

use super::order::{follows_sort, in_row_order, row};
use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::{Expr, IntoExprs, IntoNames, IntoOperand};
use crate::types::IntoType;

impl DataFrame {
    /// These columns or expressions, in this order.
    ///
    /// ```
    /// use swath_dataframe::{col, from_columns};
    /// let df = from_columns([("a", vec![1, 2]), ("b", vec![3, 4])]);
    /// assert_eq!(df.select(("b", (col("a") / 2).alias("half"))).columns()?, ["b", "half"]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn select(&self, columns: impl IntoExprs) -> Self {
        let columns = columns.into_exprs();
        self.step(Location::caller(), |frame| {
            let exprs = columns.iter().map(|e| e.named(frame.schema())).collect::<Result<Vec<_>>>()?;
            distinct(columns.iter().map(Expr::output_name), "columns")?;
            frame.project_exprs(&columns, exprs)
        })
    }

    /// The frame with a column added, or replaced where one has this name. A string is a column's name; write
    /// `lit("text")` for a value.
    #[track_caller]
    pub fn with_column(&self, name: &str, value: impl Into<Expr>) -> Self {
        self.with_columns([value.into().alias(name)])
    }

    /// The frame with columns added or replaced; all see the columns as they were before.
    #[track_caller]
    pub fn with_columns(&self, columns: impl IntoExprs) -> Self {
        let columns = columns.into_exprs();
        self.step(Location::caller(), |frame| {
            distinct(columns.iter().map(Expr::output_name), "columns")?;
            let mut exprs = frame.all_columns();
            for column in &columns {
                let expr = column.named(frame.schema())?;
                let name = column.output_name();
                match frame.names().iter().position(|n| *n == name) {
                    Some(i) => exprs.splice(i..=i, [expr]).for_each(drop),
                    None => exprs.push(expr),
                }
            }
            frame.project_exprs(&columns, exprs)
        })
    }

    /// pandas' name of [`Self::with_column`].
    #[track_caller]
    pub fn assign(&self, name: &str, value: impl Into<Expr>) -> Self {
        self.with_column(name, value)
    }

    /// The frame without these columns.
    #[track_caller]
    pub fn drop(&self, names: impl IntoNames) -> Self {
        let names = names.into_names();
        self.plan_step(Location::caller(), |frame| {
            frame.check(&names)?;
            let kept = |e: &DfExpr| !matches!(e, DfExpr::Column(c) if names.contains(&c.name));
            frame.project(frame.all_columns().into_iter().filter(kept).collect())
        })
    }

    /// The frame with columns renamed: `rename([("old", "new")])`.
    #[track_caller]
    pub fn rename<A: AsRef<str>, B: AsRef<str>>(&self, names: impl IntoIterator<Item = (A, B)>) -> Self {
        let names: Vec<(String, String)> =
            names.into_iter().map(|(a, b)| (a.as_ref().to_owned(), b.as_ref().to_owned())).collect();
        self.plan_step(Location::caller(), |frame| {
            frame.check(&names.iter().map(|(old, _)| old.clone()).collect::<Vec<_>>())?;
            frame.rename_by(|name| names.iter().find(|(old, _)| old == name).map(|(_, new)| new.clone()))
        })
    }

    /// Every column's name with `prefix` before it.
    #[track_caller]
    pub fn add_prefix(&self, prefix: &str) -> Self {
        self.plan_step(Location::caller(), |frame| frame.rename_by(|name| Some(format!("{prefix}{name}"))))
    }

    /// Every column's name with `suffix` after it.
    #[track_caller]
    pub fn add_suffix(&self, suffix: &str) -> Self {
        self.plan_step(Location::caller(), |frame| frame.rename_by(|name| Some(format!("{name}{suffix}"))))
    }

    /// The frame with columns converted: `astype([("x", DataType::Float64)])`, or with pandas' names of types,
    /// `astype([("x", "float64")])`. A value that does not convert is an error when the frame is computed.
    #[track_caller]
    pub fn astype<A: AsRef<str>, T: IntoType>(&self, types: impl IntoIterator<Item = (A, T)>) -> Self {
        let mut casts = Vec::new();
        for (name, to) in types {
            let name = name.as_ref();
            match to.into_type() {
                Ok(to) => casts.push(crate::col(name).cast(to).alias(name)),
                Err(error) => return Self::poisoned(error.at(Location::caller())),
            }
        }
        self.step(Location::caller(), |frame| {
            frame.check(&casts.iter().map(Expr::output_name).collect::<Vec<_>>())?;
            DataFrame::of(frame.with_plan(frame.plan.clone())).with_columns(casts).into_frame()
        })
    }

    /// The columns whose type `keep` accepts.
    #[track_caller]
    pub fn select_dtypes(&self, keep: impl Fn(&DataType) -> bool) -> Self {
        self.plan_step(Location::caller(), |frame| {
            let fields = frame.schema().fields().iter();
            let kept = fields.zip(frame.all_columns()).filter(|(f, _)| keep(f.data_type()));
            frame.project(kept.map(|(_, e)| e).collect())
        })
    }

    /// Values where `condition` holds, `other` elsewhere, in every column.
    #[track_caller]
    pub fn where_(&self, condition: impl Into<Expr>, other: impl IntoOperand) -> Self {
        let (condition, other) = (condition.into(), other.into_operand());
        self.each_column(Location::caller(), |column, _| {
            crate::when(&condition).then(column).otherwise(&other)
        })
    }

    /// Every column replaced by what `make` gives for it and its type, under its name.
    pub(crate) fn each_column(
        &self,
        caller: &'static Location<'static>,
        make: impl Fn(&Expr, &DataType) -> Expr,
    ) -> Self {
        self.plan_step(caller, |frame| {
            let fields = frame.schema().fields().iter();
            let exprs = fields.map(|field| {
                let column = crate::col(field.name());
                make(&column, field.data_type()).alias(field.name()).named(frame.schema())
            });
            frame.project(exprs.collect::<Result<_>>()?)
        })
    }

    pub(crate) fn into_frame(self) -> Result<Frame> {
        let frame = self.0?;
        Ok(frame.with_plan(frame.plan.clone()))
    }
}

impl Frame {
    /// Every column as an expression.
    pub(crate) fn all_columns(&self) -> Vec<DfExpr> {
        self.schema().iter().map(|(q, f)| DfExpr::Column(Column::new(q.cloned(), f.name()))).collect()
    }

    /// A projection, with the windows in it computed first.
    pub(crate) fn project(&self, exprs: Vec<DfExpr>) -> Result<LogicalPlan> {
        let windows = find_window_exprs(&exprs);
        let input = if windows.is_empty() {
            self.plan.clone()
        } else {
            LogicalPlanBuilder::window_plan(self.plan.clone(), windows).map_err(from_datafusion)?
        };
        LogicalPlanBuilder::from(input)
            .project(exprs)
            .and_then(LogicalPlanBuilder::build)
            .map_err(from_datafusion)
    }

    /// A projection of expressions of ours.
    fn project_exprs(&self, from: &[Expr], mut exprs: Vec<DfExpr>) -> Result<Self> {
        if let Some(aggregate) = from.iter().find(|e| e.is_aggregate()) {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                format!("{aggregate} is an aggregate, which gives one value and not a column"),
            )
            .with_help("use agg for one row, or .over(()) to give every row the value"));
        }
        let in_order = self.in_order || from.iter().any(Expr::needs_order);
        let sorted = follows_sort(&self.plan);
        let regroups = from.iter().any(Expr::regroups) && (sorted || self.order_matters());
        if regroups || (sorted && from.iter().any(Expr::needs_order)) {
            let numbered = self.numbered()?;
            let row = row(numbered.schema());
            let ordered = exprs.into_iter().map(|e| in_row_order(e, &row));
            exprs = ordered.collect::<Result<_>>()?;
            exprs.push(row);
            return numbered.with_plan(numbered.project(exprs)?).keep_by_number(lit(true));
        }
        Ok(Self { plan: self.project(exprs)?, in_order })
    }

    fn rename_by(&self, new: impl Fn(&str) -> Option<String>) -> Result<LogicalPlan> {
        let mut names = Vec::new();
        let exprs = self.all_columns().into_iter().map(|e| match &e {
            DfExpr::Column(c) => {
                let name = new(&c.name);
                names.push(name.clone().unwrap_or_else(|| c.name.clone()));
                match name {
                    Some(name) => e.alias(name),
                    None => e,
                }
            }
            _ => e,
        });
        let exprs = exprs.collect();
        if self.names().len() == self.names().iter().collect::<HashSet<_>>().len() {
            distinct(names, "columns")?;
        }
        self.project(exprs)
    }
}

/// Refuses two results of one name.
pub(super) fn distinct<N: Into<String>>(names: impl IntoIterator<Item = N>, what: &str) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if let Some(name) = seen.replace(name.into()) {
            return Err(Error::argument(format!("two {what} would be called '{name}'"))
                .with_help("give one another name, with .alias(…) or rename"));
        }
    }
    Ok(())
}
