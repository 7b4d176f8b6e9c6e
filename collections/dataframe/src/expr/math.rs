//! Mathematical functions of numbers.

use arrow::datatypes::DataType;
use datafusion::functions::expr_fn as f;
use datafusion::logical_expr::{Expr as DfExpr, cast, lit, when};
use swath_error::Result;

use super::{Args, Expr, IntoOperand};
use crate::engine::from_datafusion;
use crate::formulas::{CLIP, RINT};

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident $label:literal $f:ident;)*) => {
        impl Expr { $(
            $(#[$doc])*
            pub fn $name(&self) -> Self {
                self.map($label, |a| Ok(f::$f(cast(a.number(0)?, DataType::Float64))))
            }
        )* }
    };
}

unary! {
    /// The square root; NaN below zero.
    sqrt "sqrt" sqrt;
    /// e to this power.
    exp "exp" exp;
    /// The natural logarithm.
    ln "ln" ln;
    /// The logarithm of base 10.
    log10 "log10" log10;
    /// The logarithm of base 2.
    log2 "log2" log2;
    /// The sine of radians.
    sin "sin" sin;
    /// The cosine of radians.
    cos "cos" cos;
    /// The tangent of radians.
    tan "tan" tan;
    /// The arc sine, in radians.
    arcsin "arcsin" asin;
    /// The arc cosine, in radians.
    arccos "arccos" acos;
    /// The arc tangent, in radians.
    arctan "arctan" atan;
}

impl Expr {
    /// The absolute value.
    pub fn abs(&self) -> Self {
        self.map("abs", |a| Ok(f::abs(a.number(0)?)))
    }

    /// The next integer below, as the same type.
    pub fn floor(&self) -> Self {
        self.map("floor", |a| whole(a, f::floor))
    }

    /// The next integer above, as the same type.
    pub fn ceil(&self) -> Self {
        self.map("ceil", |a| whole(a, f::ceil))
    }

    /// To the nearest integer; halves go to the even one, as in NumPy.
    pub fn round(&self) -> Self {
        self.round_to(0)
    }

    /// To `decimals` places (negative ones left of the point); halves go to the even one.
    pub fn round_to(&self, decimals: i32) -> Self {
        self.with("round", decimals, round)
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> Self {
        self.map("sign", |a| Ok(f::signum(a.number(0)?)))
    }

    /// Limits values to `low ..= high`; missing ones stay missing.
    pub fn clip(&self, low: impl IntoOperand, high: impl IntoOperand) -> Self {
        let args = vec![self.clone(), low.into_operand(), high.into_operand()];
        Self::call("clip", args, |a| CLIP.over(a))
    }
}

/// Integers are whole already.
fn whole(args: &Args, function: fn(DfExpr) -> DfExpr) -> Result<DfExpr> {
    let number = args.number(0)?;
    Ok(if args.data_type(0)?.is_integer() { number } else { function(number) })
}

/// `clip` written out.
pub(crate) fn clip(args: &Args) -> Result<DfExpr> {
    let (x, low, high) = (Expr::from(args.get(0)?), Expr::from(args.get(1)?), Expr::from(args.get(2)?));
    let below = super::when(x.lt(&low)).then(low).otherwise(&x);
    args.resolve(&super::when(x.gt(&high)).then(high).otherwise(below))
}

/// Half to even, of a float.
pub(crate) fn rint(args: &Args) -> Result<DfExpr> {
    let x = args.get(0)?;
    let half = f::abs(x.clone() - f::trunc(vec![x.clone()])).eq(lit(0.5));
    let even = lit(2.0) * f::round(vec![x.clone() / lit(2.0)]);
    when(half, even).otherwise(f::round(vec![x])).map_err(from_datafusion)
}

fn round(args: &Args) -> Result<DfExpr> {
    let number = args.number(0)?;
    let decimals = args.integer(1)?;
    let t = args.data_type(0)?;
    if t.is_integer() && decimals >= 0 {
        return Ok(number);
    }
    let power = lit(10_f64.powi(i32::try_from(decimals.abs()).unwrap_or(i32::MAX)));
    let x = cast(number, DataType::Float64);
    let rounded = match decimals {
        0 => RINT.call(vec![x]),
        1.. => RINT.call(vec![x * power.clone()]) / power,
        _ => RINT.call(vec![x / power.clone()]) * power,
    };
    Ok(if t == DataType::Float64 { rounded } else { cast(rounded, t) })
}
