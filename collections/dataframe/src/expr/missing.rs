//! Missing values: Arrow's nulls, and NaN in floats.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn as f;
use datafusion::logical_expr::{Expr as DfExpr, lit, not};
use datafusion::scalar::ScalarValue;
use swath_error::Result;

use super::{Args, Expr, IntoOperand};
use crate::formulas::FILL;

/// The expression with NaN as missing: aggregations and orders then skip it as they skip nulls.
pub(crate) fn without_nan(expr: DfExpr, t: &DataType) -> DfExpr {
    let nan = match t {
        DataType::Float64 => ScalarValue::Float64(Some(f64::NAN)),
        DataType::Float32 => ScalarValue::Float32(Some(f32::NAN)),
        _ => return expr,
    };
    f::nullif(expr, lit(nan))
}

/// True where the expression is missing.
pub(crate) fn missing(expr: DfExpr, t: &DataType) -> DfExpr {
    if t.is_floating() { without_nan(expr, t).is_null() } else { expr.is_null() }
}

/// True where the expression is there. The null test stays a conjunct of its own: statistics can use it.
pub(crate) fn there(expr: DfExpr, t: &DataType) -> DfExpr {
    if t.is_floating() { expr.clone().is_not_null().and(not(f::isnan(expr))) } else { expr.is_not_null() }
}

impl Expr {
    /// True where missing (null or NaN).
    pub fn is_null(&self) -> Self {
        self.map("isna", |a| Ok(missing(a.get(0)?, &a.data_type(0)?)))
    }

    /// True where not missing.
    pub fn not_null(&self) -> Self {
        self.map("notna", |a| Ok(without_nan(a.get(0)?, &a.data_type(0)?).is_not_null()))
    }

    /// `value` where missing.
    pub fn fillna(&self, value: impl IntoOperand) -> Self {
        self.with("fillna", value, |a| match a.get(0)? {
            // Of a column, statistics can see through the formula.
            DfExpr::Column(_) => fill(a),
            _ => FILL.over(a),
        })
    }

    /// Missing where `condition` holds.
    pub fn mask(&self, condition: impl IntoOperand) -> Self {
        super::when(condition).then(Option::<i64>::None).otherwise(self.clone())
    }
}

/// `fillna` written out.
pub(crate) fn fill(args: &Args) -> Result<DfExpr> {
    let (value, with) = (args.data_type(0)?, args.data_type(1)?);
    let compatible = value == with
        || (value.is_numeric() && with.is_numeric())
        || (value.is_string() && with.is_string())
        || (value.is_temporal() && (with.is_temporal() || with.is_string()))
        || value == DataType::Null
        || with == DataType::Null;
    if !compatible {
        return Err(args.wrong_type(1, &format!("a value of the column's type {value}"), &with));
    }
    Ok(f::coalesce(vec![args.present(0)?, args.get(1)?]))
}
