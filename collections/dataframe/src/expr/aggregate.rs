//! Aggregates with pandas' rules: missing values are skipped, the sum of nothing is 0, `std` and `var` have n - 1.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn as f;
use datafusion::functions_aggregate::expr_fn as agg;
use datafusion::logical_expr::expr::{AggregateFunction, NullTreatment};
use datafusion::logical_expr::{Expr as DfExpr, cast, lit};
use datafusion::scalar::ScalarValue;
use swath_error::{Error, ErrorKind, Result, unknown_name};

use super::{Args, Expr, Node};

/// An aggregate function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Aggregate {
    Sum,
    Mean,
    Min,
    Max,
    Count,
    Size,
    Std,
    Var,
    Nunique,
    First,
    Last,
    Median,
    Any,
    All,
    Sem,
    Quantile(f64),
    List,
}

const NAMED: &[(&str, Aggregate)] = &[
    ("sum", Aggregate::Sum),
    ("mean", Aggregate::Mean),
    ("min", Aggregate::Min),
    ("max", Aggregate::Max),
    ("count", Aggregate::Count),
    ("size", Aggregate::Size),
    ("std", Aggregate::Std),
    ("var", Aggregate::Var),
    ("nunique", Aggregate::Nunique),
    ("first", Aggregate::First),
    ("last", Aggregate::Last),
    ("median", Aggregate::Median),
    ("any", Aggregate::Any),
    ("all", Aggregate::All),
    ("sem", Aggregate::Sem),
    ("list", Aggregate::List),
];

impl Aggregate {
    /// pandas' name.
    pub(crate) fn name(self) -> &'static str {
        NAMED.iter().find(|(_, a)| *a == self).map_or("quantile", |(name, _)| name)
    }

    /// The function of a pandas name.
    pub(crate) fn named(name: &str) -> Result<Self> {
        NAMED.iter().find(|(n, _)| *n == name).map(|(_, a)| *a).ok_or_else(|| {
            unknown_name(
                ErrorKind::InvalidArgument,
                "aggregate function",
                name,
                NAMED.iter().map(|(n, _)| *n),
            )
        })
    }

    /// It gives another answer when the rows come in another order.
    pub(crate) fn needs_order(self) -> bool {
        matches!(self, Self::First | Self::Last | Self::List)
    }

    /// It takes numbers only (booleans count as 0 and 1).
    pub(crate) fn needs_numbers(self) -> bool {
        matches!(
            self,
            Self::Sum | Self::Mean | Self::Std | Self::Var | Self::Median | Self::Sem | Self::Quantile(_)
        )
    }

    pub(crate) fn build(self, args: &Args) -> Result<DfExpr> {
        let x = if self.needs_numbers() { self.numeric(args)? } else { args.present(0)? };
        Ok(match self {
            Self::Sum => sum(x, &args.data_type(0)?),
            Self::Mean => agg::avg(x),
            Self::Min => agg::min(x),
            Self::Max => agg::max(x),
            Self::Count => agg::count(x),
            Self::Size => agg::count(lit(1_i64)),
            Self::Std => agg::stddev(x),
            Self::Var => agg::var_sample(x),
            Self::Sem => agg::stddev(x.clone()) / f::sqrt(cast(agg::count(x), DataType::Float64)),
            Self::Nunique => agg::count_distinct(x),
            Self::First => skip_missing(agg::first_value(x, vec![])),
            Self::Last => skip_missing(agg::last_value(x, vec![])),
            Self::Median => agg::median(cast(x, DataType::Float64)),
            Self::Quantile(q) => agg::percentile_cont(cast(x, DataType::Float64).sort(true, false), lit(q)),
            Self::Any => f::coalesce(vec![agg::bool_or(truth(args)?), lit(false)]),
            Self::All => f::coalesce(vec![agg::bool_and(truth(args)?), lit(true)]),
            Self::List => agg::array_agg(args.get(0)?),
        })
    }

    /// The argument as numbers without NaN; durations are added and averaged as they are.
    fn numeric(self, args: &Args) -> Result<DfExpr> {
        match args.data_type(0)? {
            DataType::Boolean => args.number(0),
            DataType::Duration(_) if matches!(self, Self::Sum | Self::Mean) => args.get(0),
            t if t.is_numeric() || t == DataType::Null => args.present(0),
            other => Err(args.wrong_type(0, "numbers", &other)),
        }
    }
}

/// The sum of no values is 0 of the sum's type.
fn sum(x: DfExpr, t: &DataType) -> DfExpr {
    let sum = agg::sum(x);
    match t {
        DataType::Duration(_) => sum,
        t if t.is_floating() => f::coalesce(vec![sum, lit(0.0)]),
        DataType::Decimal128(_, scale) => {
            let zero = ScalarValue::Decimal128(Some(0), 38, *scale);
            f::coalesce(vec![sum, lit(zero)])
        }
        t if t.is_unsigned_integer() => f::coalesce(vec![sum, lit(0_u64)]),
        _ => f::coalesce(vec![sum, lit(0_i64)]),
    }
}

/// The argument as a condition: a number is true unless it is 0.
fn truth(args: &Args) -> Result<DfExpr> {
    match args.data_type(0)? {
        DataType::Boolean => args.get(0),
        _ => Ok(args.number(0)?.not_eq(lit(0_i64))),
    }
}

fn skip_missing(expr: DfExpr) -> DfExpr {
    match expr {
        DfExpr::AggregateFunction(AggregateFunction { func, mut params }) => {
            params.null_treatment = Some(NullTreatment::IgnoreNulls);
            DfExpr::AggregateFunction(AggregateFunction { func, params })
        }
        other => other,
    }
}

macro_rules! aggregates {
    ($($(#[$doc:meta])* $name:ident $variant:ident;)*) => {
        impl Expr { $(
            $(#[$doc])*
            pub fn $name(&self) -> Self {
                self.aggregate(Aggregate::$variant)
            }
        )* }
    };
}

aggregates! {
    /// The sum; 0 when everything is missing. Booleans count as 0 and 1.
    sum Sum;
    /// The mean of what is not missing.
    mean Mean;
    /// The smallest.
    min Min;
    /// The largest.
    max Max;
    /// How many are not missing.
    count Count;
    /// The standard deviation with n - 1 degrees of freedom; missing for fewer than two values.
    std Std;
    /// The variance with n - 1 degrees of freedom; missing for fewer than two values.
    var Var;
    /// The standard error of the mean.
    sem Sem;
    /// How many different values, missing ones not counted.
    nunique Nunique;
    /// The first that is not missing, in the order of the rows.
    first First;
    /// The last that is not missing, in the order of the rows.
    last Last;
    /// The exact median.
    median Median;
    /// Whether any is true; false for none.
    any Any;
    /// Whether all are true; true for none.
    all All;
    /// The values as a list, in the order of the rows.
    list List;
}

impl Expr {
    /// The exact `q`-quantile (0 to 1), interpolated between neighbours as pandas does.
    #[track_caller]
    pub fn quantile(&self, q: f64) -> Self {
        if (0.0..=1.0).contains(&q) {
            return self.aggregate(Aggregate::Quantile(q));
        }
        let error = Error::argument(format!("a quantile is between 0 and 1, not {q}"));
        Self::poison(error.at(std::panic::Location::caller()))
    }

    pub(crate) fn aggregate(&self, func: Aggregate) -> Self {
        Self::new(Node::Aggregate { func, input: self.clone() })
    }
}
