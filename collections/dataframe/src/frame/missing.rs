//! Missing values of a whole frame: filled, dropped, tested.

use std::panic::Location;

use arrow::datatypes::DataType;
use datafusion::logical_expr::{Case, Expr as DfExpr, LogicalPlanBuilder, lit};
use swath_error::Error;

use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::{Expr, IntoNames, IntoOperand, there};

/// Which rows [`DataFrame::dropna_by`] drops.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DropNa {
    all: bool,
    subset: Vec<String>,
    thresh: Option<usize>,
}

impl DropNa {
    /// Rows with any missing value.
    pub fn any() -> Self {
        Self::default()
    }

    /// Rows in which everything is missing.
    pub fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// Rows with fewer than `n` values that are there.
    pub fn fewer_than(n: usize) -> Self {
        Self { thresh: Some(n), ..Self::default() }
    }

    /// Looks at these columns only.
    pub fn subset(self, names: impl IntoNames) -> Self {
        Self { subset: names.into_names(), ..self }
    }
}

impl DataFrame {
    /// Drops the rows with a missing value.
    #[track_caller]
    pub fn dropna(&self) -> Self {
        self.dropna_by(DropNa::any())
    }

    /// Drops rows by how much is missing: `dropna_by(DropNa::all().subset(["a", "b"]))`.
    #[track_caller]
    pub fn dropna_by(&self, which: DropNa) -> Self {
        self.plan_step(Location::caller(), |frame| {
            frame.check(&which.subset)?;
            let Some(condition) = kept(frame, &which) else { return Ok(frame.plan.clone()) };
            frame.builder().filter(condition).and_then(LogicalPlanBuilder::build).map_err(from_datafusion)
        })
    }

    /// `value` where missing, in every column whose type takes it: a number for numbers, a string for strings.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{from_columns, Collection};
    /// let df = from_columns([("x", vec![Some(1.5), None])]).fillna(0);
    /// assert_eq!(df.compute()?.values::<f64>("x")?, [1.5, 0.0]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn fillna(&self, value: impl IntoOperand) -> Self {
        let value = value.into_operand();
        self.step(Location::caller(), |frame| {
            let of = datafusion::logical_expr::ExprSchemable::get_type(
                &value.to_datafusion(frame.schema())?,
                frame.schema(),
            )
            .map_err(from_datafusion)?;
            let fields = frame.schema().fields().iter();
            let names: Vec<String> =
                fields.filter(|f| takes(f.data_type(), &of)).map(|f| f.name().clone()).collect();
            if names.is_empty() {
                return Err(Error::argument(format!("no column takes {value}, which is {of}")));
            }
            let fills = names.iter().map(|n| crate::col(n).fillna(&value).alias(n));
            DataFrame::of(frame.with_plan(frame.plan.clone()))
                .with_columns(fills.collect::<Vec<_>>())
                .into_frame()
        })
    }

    /// A value for each of some columns: `fillna_columns([("x", lit(0)), ("name", lit("unknown"))])`.
    #[track_caller]
    pub fn fillna_columns<A: AsRef<str>>(&self, values: impl IntoIterator<Item = (A, Expr)>) -> Self {
        let fills: Vec<Expr> = values
            .into_iter()
            .map(|(name, value)| crate::col(name.as_ref()).fillna(value).alias(name.as_ref()))
            .collect();
        self.with_columns(fills)
    }

    /// True where a value is missing, for every column.
    #[track_caller]
    pub fn isna(&self) -> Self {
        self.each_column(Location::caller(), |column, _| column.is_null())
    }

    /// True where a value is there, for every column.
    #[track_caller]
    pub fn notna(&self) -> Self {
        self.each_column(Location::caller(), |column, _| column.not_null())
    }
}

/// Whether a column of type `t` is filled by a value of type `value`.
fn takes(t: &DataType, value: &DataType) -> bool {
    (t.is_numeric() && value.is_numeric()) || (t.is_string() && value.is_string()) || t == value
}

/// The condition of the rows that stay; `None` when all do.
fn kept(frame: &Frame, which: &DropNa) -> Option<DfExpr> {
    let fields = frame.schema().fields().iter().zip(frame.all_columns());
    let looked_at = fields.filter(|(f, _)| which.subset.is_empty() || which.subset.contains(f.name()));
    let tests = looked_at.map(|(f, column)| there(column, f.data_type()));
    let Some(n) = which.thresh else {
        return tests.reduce(|a, b| if which.all { a.or(b) } else { a.and(b) });
    };
    let count = tests.map(|t| {
        let one = (Box::new(t), Box::new(lit(1_i64)));
        DfExpr::Case(Case::new(None, vec![one], Some(Box::new(lit(0_i64)))))
    });
    count.reduce(|a, b| a + b).map(|count| count.gt_eq(lit(n as i64)))
}
