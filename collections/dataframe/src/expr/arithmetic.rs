//! Arithmetic with pandas' rules: true division, Python's floor division and modulo.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn as f;
use datafusion::logical_expr::{BinaryExpr, Expr as DfExpr, Operator, cast, lit, when};
use datafusion::scalar::ScalarValue;
use swath_error::Result;

use super::{Args, Expr, IntoOperand};
use crate::engine::from_datafusion;
use crate::formulas::{FLOOR_DIV, MODULO};

impl Expr {
    pub(crate) fn plus(&self, other: impl IntoOperand) -> Self {
        self.with("+", other, |a| plain(a, Operator::Plus))
    }

    pub(crate) fn minus(&self, other: impl IntoOperand) -> Self {
        self.with("-", other, |a| plain(a, Operator::Minus))
    }

    pub(crate) fn times(&self, other: impl IntoOperand) -> Self {
        self.with("*", other, |a| plain(a, Operator::Multiply))
    }

    pub(crate) fn divided_by(&self, other: impl IntoOperand) -> Self {
        self.with("/", other, true_division)
    }

    pub(crate) fn minus_sign(&self) -> Self {
        self.map("-", |a| Ok(DfExpr::Negative(Box::new(a.number(0)?))))
    }

    /// Python's `//`: rounds towards minus infinity. By zero: missing for integers, infinite for floats.
    pub fn floor_div(&self, other: impl IntoOperand) -> Self {
        self.with("//", other, |a| FLOOR_DIV.over(a))
    }

    /// Python's `%`: the result has the divisor's sign. By zero: missing.
    pub fn modulo(&self, other: impl IntoOperand) -> Self {
        self.with("%", other, |a| MODULO.over(a))
    }

    /// This to the power of `other`; a float unless both are integers.
    pub fn pow(&self, other: impl IntoOperand) -> Self {
        self.with("pow", other, |a| Ok(f::power(a.number(0)?, a.number(1)?)))
    }
}

fn binary(left: DfExpr, op: Operator, right: DfExpr) -> DfExpr {
    DfExpr::BinaryExpr(BinaryExpr::new(Box::new(left), op, Box::new(right)))
}

fn is_text(t: &DataType) -> bool {
    t.is_string()
}

fn plain(args: &Args, op: Operator) -> Result<DfExpr> {
    let (left, right) = (args.data_type(0)?, args.data_type(1)?);
    if op == Operator::Plus && is_text(&left) && is_text(&right) {
        return Ok(binary(args.get(0)?, Operator::StringConcat, args.get(1)?));
    }
    for (i, t) in [&left, &right].into_iter().enumerate() {
        if is_text(t) {
            return Err(args.wrong_type(i, "numbers or times", t));
        }
    }
    let operand = |i: usize, t: &DataType| if *t == DataType::Boolean { args.number(i) } else { args.get(i) };
    Ok(binary(operand(0, &left)?, op, operand(1, &right)?))
}

/// The argument as a float; decimals and floats stay what they are.
fn fractional(args: &Args, i: usize) -> Result<DfExpr> {
    let number = args.number(i)?;
    let t = args.data_type(i)?;
    Ok(if t.is_integer() || matches!(t, DataType::Boolean | DataType::Null) {
        cast(number, DataType::Float64)
    } else {
        number
    })
}

fn true_division(args: &Args) -> Result<DfExpr> {
    Ok(binary(fractional(args, 0)?, Operator::Divide, fractional(args, 1)?))
}

/// The two arguments' quotient is computed on integers.
fn integers(args: &Args) -> Result<bool> {
    let whole = |t: DataType| t.is_integer() || t == DataType::Boolean;
    Ok(whole(args.data_type(0)?) && whole(args.data_type(1)?))
}

fn zero() -> DfExpr {
    lit(0_i64)
}

/// A remainder that is not zero and has not the divisor's sign.
fn wrong_sign(rest: &DfExpr, divisor: &DfExpr) -> DfExpr {
    let negative = |e: &DfExpr| e.clone().lt(zero());
    rest.clone().not_eq(zero()).and(negative(rest).not_eq(negative(divisor)))
}

/// Python's `//` written out.
pub(crate) fn floor_division(args: &Args) -> Result<DfExpr> {
    let (a, b) = (args.number(0)?, args.number(1)?);
    if !integers(args)? {
        return float_floor_division(fractional(args, 0)?, &fractional(args, 1)?);
    }
    let b = f::nullif(b, zero());
    let quotient = binary(a.clone(), Operator::Divide, b.clone());
    let rest = binary(a, Operator::Modulo, b.clone());
    when(wrong_sign(&rest, &b), quotient.clone() - lit(1_i64)).otherwise(quotient).map_err(from_datafusion)
}

/// Python's way: the quotient without its exact remainder is whole up to rounding, which the quotient itself need not be
/// (1.0 // 0.1 is 9).
fn float_floor_division(a: DfExpr, b: &DfExpr) -> Result<DfExpr> {
    let rest = binary(a.clone(), Operator::Modulo, b.clone());
    let without = binary(binary(a.clone(), Operator::Minus, rest.clone()), Operator::Divide, b.clone());
    let down = binary(without.clone(), Operator::Minus, lit(1.0));
    when(b.clone().eq(lit(0.0)), binary(a, Operator::Divide, b.clone()))
        .when(wrong_sign(&rest, b), f::round(vec![down]))
        .otherwise(f::round(vec![without]))
        .map_err(from_datafusion)
}

/// Python's `%` written out.
pub(crate) fn modulo(args: &Args) -> Result<DfExpr> {
    let (a, b) = (args.number(0)?, args.number(1)?);
    let zero = if integers(args)? { zero() } else { lit(ScalarValue::Float64(Some(0.0))) };
    let b = f::nullif(b, zero);
    let rest = binary(a, Operator::Modulo, b.clone());
    when(wrong_sign(&rest, &b), rest.clone() + b).otherwise(rest).map_err(from_datafusion)
}
