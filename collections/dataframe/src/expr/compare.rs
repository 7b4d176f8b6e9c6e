//! Comparisons and conditions with pandas' rules: a comparison with a missing value is false, `!=` is true.
//!
//! The forms keep the bare comparison as a conjunct wherever they can, so that Parquet statistics still prune.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn as f;
use datafusion::logical_expr::{BinaryExpr, Expr as DfExpr, Operator, lit, not};
use datafusion::scalar::ScalarValue;
use swath_error::Result;

use super::{Args, Expr, IntoOperand, Node, without_nan};

impl Expr {
    /// Equal; false where either side is missing.
    pub fn eq(&self, other: impl IntoOperand) -> Self {
        self.with("==", other, |a| compare(a, Operator::Eq))
    }

    /// Not equal; true where either side is missing.
    pub fn ne(&self, other: impl IntoOperand) -> Self {
        self.with("!=", other, |a| compare(a, Operator::NotEq))
    }

    /// Less; false where either side is missing.
    pub fn lt(&self, other: impl IntoOperand) -> Self {
        self.with("<", other, |a| compare(a, Operator::Lt))
    }

    /// Less or equal; false where either side is missing.
    pub fn le(&self, other: impl IntoOperand) -> Self {
        self.with("<=", other, |a| compare(a, Operator::LtEq))
    }

    /// Greater; false where either side is missing.
    pub fn gt(&self, other: impl IntoOperand) -> Self {
        self.with(">", other, |a| compare(a, Operator::Gt))
    }

    /// Greater or equal; false where either side is missing.
    pub fn ge(&self, other: impl IntoOperand) -> Self {
        self.with(">=", other, |a| compare(a, Operator::GtEq))
    }

    /// Between the two, both included.
    pub fn between(&self, low: impl IntoOperand, high: impl IntoOperand) -> Self {
        self.ge(low).and(self.le(high))
    }

    /// One of `values`; false where missing.
    pub fn isin<V: IntoOperand>(&self, values: impl IntoIterator<Item = V>) -> Self {
        let values = values.into_iter().map(IntoOperand::into_operand).collect();
        Self::new(Node::IsIn { input: self.clone(), values })
    }

    /// Both (also written `&`). Integers are combined bit by bit.
    pub fn and(&self, other: impl IntoOperand) -> Self {
        self.with("&", other, |a| combine(a, Operator::And, Operator::BitwiseAnd))
    }

    /// Either (also written `|`). Integers are combined bit by bit.
    pub fn or(&self, other: impl IntoOperand) -> Self {
        self.with("|", other, |a| combine(a, Operator::Or, Operator::BitwiseOr))
    }

    /// Exactly one of the two (also written `^`). Integers are combined bit by bit.
    pub fn xor(&self, other: impl IntoOperand) -> Self {
        self.with("^", other, |a| combine(a, Operator::NotEq, Operator::BitwiseXor))
    }

    /// Not (also written `!`).
    pub(crate) fn negate(&self) -> Self {
        self.map("!", |a| Ok(not(condition(a, 0)?)))
    }
}

fn binary(left: DfExpr, op: Operator, right: DfExpr) -> DfExpr {
    DfExpr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

/// A literal that is not NaN.
fn is_number(expr: &DfExpr) -> bool {
    match expr {
        DfExpr::Literal(ScalarValue::Float64(Some(x)), _) => !x.is_nan(),
        DfExpr::Literal(ScalarValue::Float32(Some(x)), _) => !x.is_nan(),
        DfExpr::Literal(value, _) => !value.is_null(),
        _ => false,
    }
}

fn compare(args: &Args, op: Operator) -> Result<DfExpr> {
    let (left, right) = (args.get(0)?, args.get(1)?);
    let (lt, rt) = (args.data_type(0)?, args.data_type(1)?);
    for (i, (t, other)) in [(&lt, &rt), (&rt, &lt)].into_iter().enumerate() {
        if t.is_string() && other.is_numeric() {
            return Err(args.wrong_type(i, "two sides that can be compared", t));
        }
    }
    Ok(present_only(compare_present(left, lt, op, right, rt), op == Operator::NotEq))
}

/// NaN is Arrow's largest float and equal to itself: it must not meet a comparison that this would make true.
fn compare_present(left: DfExpr, lt: DataType, op: Operator, right: DfExpr, rt: DataType) -> DfExpr {
    let largest_wins = |op| matches!(op, Operator::Gt | Operator::GtEq);
    if is_number(&right) {
        let plain = binary(left.clone(), op, right);
        return if lt.is_floating() && largest_wins(op) { plain.and(not(f::isnan(left))) } else { plain };
    }
    if is_number(&left) {
        let plain = binary(left, op, right.clone());
        let swapped = op.swap().unwrap_or(op);
        return if rt.is_floating() && largest_wins(swapped) {
            plain.and(not(f::isnan(right)))
        } else {
            plain
        };
    }
    binary(without_nan(left, &lt), op, without_nan(right, &rt))
}

/// The condition, `default` where it is missing.
pub(crate) fn present_only(condition: DfExpr, default: bool) -> DfExpr {
    f::coalesce(vec![condition, lit(default)])
}

/// Argument `i` as a condition: false where missing.
pub(crate) fn condition(args: &Args, i: usize) -> Result<DfExpr> {
    let expr = args.get(i)?;
    match args.data_type(i)? {
        DataType::Boolean | DataType::Null => {
            Ok(if never_missing(&expr) { expr } else { present_only(expr, false) })
        }
        other => Err(args.wrong_type(i, "a condition", &other)),
    }
}

/// The condition is known to have no missing values: one that a comparison made.
fn never_missing(expr: &DfExpr) -> bool {
    match expr {
        DfExpr::ScalarFunction(call) => {
            call.func.name() == "coalesce"
                && matches!(call.args.last(), Some(DfExpr::Literal(v, _)) if !v.is_null())
        }
        DfExpr::Not(inner) => never_missing(inner),
        DfExpr::IsNull(_) | DfExpr::IsNotNull(_) => true,
        DfExpr::BinaryExpr(b) if matches!(b.op, Operator::And | Operator::Or) => {
            never_missing(&b.left) && never_missing(&b.right)
        }
        _ => false,
    }
}

fn combine(args: &Args, logical: Operator, bitwise: Operator) -> Result<DfExpr> {
    if args.data_type(0)?.is_integer() && args.data_type(1)?.is_integer() {
        return Ok(binary(args.get(0)?, bitwise, args.get(1)?));
    }
    Ok(binary(condition(args, 0)?, logical, condition(args, 1)?))
}

/// The condition as a filter's: a row where it is missing is dropped anyway, so the bare comparisons are enough.
pub(crate) fn as_filter(expr: DfExpr) -> DfExpr {
    match expr {
        DfExpr::BinaryExpr(b) if matches!(b.op, Operator::And | Operator::Or) => {
            binary(as_filter(*b.left), b.op, as_filter(*b.right))
        }
        DfExpr::ScalarFunction(mut call)
            if call.func.name() == "coalesce"
                && call.args.len() == 2
                && call.args.last() == Some(&lit(false)) =>
        {
            call.args.swap_remove(0)
        }
        other => other,
    }
}
