//! Arithmetic of expressions as formulas write it; an error waits in the formula.

use std::ops::{Add, Div, Mul, Sub};

use swath_array_plan::{Axes, Expr, Made, Operand, binary, from_made, reduce, select, tail, unary};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::{BinaryOp, ReduceOp, Tail, UnaryOp};

/// An array of `float64`, or of truth values, or the error that building it met.
#[derive(Clone)]
pub(super) struct Formula(pub(super) Result<Expr>);

/// What stands on the right of an operator.
pub(super) struct Term(Result<Operand>);

impl From<f64> for Term {
    fn from(number: f64) -> Self {
        Self(Ok(Operand::literal(number)))
    }
}

impl From<Formula> for Term {
    fn from(formula: Formula) -> Self {
        Self(formula.0.map(Operand::Array))
    }
}

impl From<&Formula> for Term {
    fn from(formula: &Formula) -> Self {
        formula.clone().into()
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:ident;)*) => { $(
        impl<R: Into<Term>> $trait<R> for &Formula {
            type Output = Formula;

            fn $method(self, right: R) -> Formula {
                self.with(BinaryOp::$op, right)
            }
        }

        impl<R: Into<Term>> $trait<R> for Formula {
            type Output = Formula;

            fn $method(self, right: R) -> Formula {
                self.with(BinaryOp::$op, right)
            }
        }
    )* };
}

operators! {
    Add add Add;
    Sub sub Subtract;
    Mul mul Multiply;
    Div div Divide;
}

impl Formula {
    /// The formula that an expression is.
    pub(super) fn of(expr: &Expr) -> Self {
        Self(Ok(expr.clone()))
    }

    /// A number as an array without axes.
    pub(super) fn number(value: f64) -> Self {
        Self(from_made(Made::Full(Scalar::F64(value)), &[], &().into()))
    }

    /// An operation with what stands on the right.
    pub(super) fn with(&self, op: BinaryOp, right: impl Into<Term>) -> Self {
        let right = right.into().0;
        self.then(|x| binary(op, x.into(), right?))
    }

    /// To a power.
    pub(super) fn power(&self, exponent: f64) -> Self {
        self.with(BinaryOp::Power, exponent)
    }

    /// A function of every element.
    pub(super) fn map(&self, op: UnaryOp) -> Self {
        self.then(|x| unary(op, x))
    }

    /// Reduced over axes.
    pub(super) fn reduce(&self, op: ReduceOp, axes: &Axes) -> Self {
        self.then(|x| reduce(x, op, axes, None))
    }

    /// `number` where `condition` holds.
    pub(super) fn replaced(&self, condition: &Self, number: f64) -> Self {
        let condition = condition.0.clone();
        self.then(|x| select(&condition?, Operand::literal(number), x.into()))
    }

    /// How likely a value at least as large is.
    pub(super) fn tail(&self, of: Tail, degrees: &[Self]) -> Self {
        let degrees: Result<Vec<Expr>> = degrees.iter().map(|d| d.0.clone()).collect();
        self.then(|x| tail(of, x, &degrees?))
    }

    fn then(&self, build: impl FnOnce(&Expr) -> Result<Expr>) -> Self {
        Self(self.0.as_ref().map_err(Clone::clone).and_then(build))
    }
}
