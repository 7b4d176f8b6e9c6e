//! What rows are sorted by.

use datafusion::common::DFSchema;
use datafusion::logical_expr::{ExprSchemable, SortExpr};
use swath_error::Result;

use super::{Expr, without_nan};
use crate::engine::from_datafusion;

/// An expression and a direction: `col("x").desc()`. Missing values come last in both directions, as in pandas.
#[derive(Clone, Debug)]
#[must_use]
pub struct SortKey {
    expr: Expr,
    descending: bool,
    missing_first: bool,
}

impl SortKey {
    pub(crate) fn new(expr: Expr, descending: bool) -> Self {
        Self { expr, descending, missing_first: false }
    }

    /// Missing values first.
    pub fn missing_first(self) -> Self {
        Self { missing_first: true, ..self }
    }

    /// The other direction.
    pub fn reversed(self) -> Self {
        Self { descending: !self.descending, ..self }
    }

    pub(crate) fn expr(&self) -> &Expr {
        &self.expr
    }

    pub(crate) fn resolve(&self, schema: &DFSchema) -> Result<SortExpr> {
        let expr = self.expr.to_datafusion(schema)?.unalias();
        let t = expr.get_type(schema).map_err(from_datafusion)?;
        Ok(SortExpr::new(without_nan(expr, &t), !self.descending, self.missing_first))
    }
}

impl<T: Into<Expr>> From<T> for SortKey {
    fn from(expr: T) -> Self {
        Self::new(expr.into(), false)
    }
}

/// Sort keys, one or several: `"x"`, `["x", "y"]`, `col("x").desc()`, `[col("x").desc(), col("y").asc()]`.
pub trait IntoSortKeys {
    /// The keys, most significant first.
    fn into_sort_keys(self) -> Vec<SortKey>;
}

impl IntoSortKeys for SortKey {
    fn into_sort_keys(self) -> Vec<SortKey> {
        vec![self]
    }
}

impl IntoSortKeys for &str {
    fn into_sort_keys(self) -> Vec<SortKey> {
        vec![self.into()]
    }
}

impl IntoSortKeys for Expr {
    fn into_sort_keys(self) -> Vec<SortKey> {
        vec![self.into()]
    }
}

impl<T: Into<SortKey>, const N: usize> IntoSortKeys for [T; N] {
    fn into_sort_keys(self) -> Vec<SortKey> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<T: Into<SortKey>> IntoSortKeys for Vec<T> {
    fn into_sort_keys(self) -> Vec<SortKey> {
        self.into_iter().map(Into::into).collect()
    }
}
