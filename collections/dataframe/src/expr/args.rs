//! The resolved arguments of a function, with their types.

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Expr as DfExpr, ExprSchemable};
use swath_error::{Error, ErrorKind, Result};

use super::{Expr, without_nan};
use crate::engine::from_datafusion;

/// What a function is built of.
pub(crate) struct Args<'a> {
    name: &'static str,
    exprs: Vec<DfExpr>,
    schema: &'a DFSchema,
}

impl<'a> Args<'a> {
    pub(crate) fn new(name: &'static str, exprs: Vec<DfExpr>, schema: &'a DFSchema) -> Self {
        Self { name, exprs, schema }
    }

    /// Argument `i`.
    pub(crate) fn get(&self, i: usize) -> Result<DfExpr> {
        self.exprs.get(i).cloned().ok_or_else(|| Error::internal(format!("{} lacks argument {i}", self.name)))
    }

    /// All arguments.
    pub(crate) fn all(&self) -> &[DfExpr] {
        &self.exprs
    }

    /// Another expression over the same columns.
    pub(crate) fn resolve(&self, expr: &Expr) -> Result<DfExpr> {
        expr.to_datafusion(self.schema)
    }

    /// The type of argument `i`.
    pub(crate) fn data_type(&self, i: usize) -> Result<DataType> {
        self.get(i)?.get_type(self.schema).map_err(|e| from_datafusion(e).context(self.name.to_owned()))
    }

    /// Argument `i` with NaN as missing.
    pub(crate) fn present(&self, i: usize) -> Result<DfExpr> {
        Ok(without_nan(self.get(i)?, &self.data_type(i)?))
    }

    /// The value of argument `i`, which must be a literal.
    pub(crate) fn value(&self, i: usize) -> Result<ScalarValue> {
        match self.get(i)? {
            DfExpr::Literal(value, _) => Ok(value),
            other => Err(Error::argument(format!("{} wants a value, not the expression {other}", self.name))),
        }
    }

    /// The integer value of argument `i`.
    pub(crate) fn integer(&self, i: usize) -> Result<i64> {
        match self.value(i)? {
            ScalarValue::Int64(Some(n)) => Ok(n),
            other => Err(Error::argument(format!("{} wants an integer, not {other}", self.name))),
        }
    }

    /// The string value of argument `i`.
    pub(crate) fn text(&self, i: usize) -> Result<String> {
        match self.value(i)? {
            ScalarValue::Utf8(Some(text)) => Ok(text),
            other => Err(Error::argument(format!("{} wants a string, not {other}", self.name))),
        }
    }

    /// Argument `i`, which must be a string.
    pub(crate) fn string(&self, i: usize) -> Result<DfExpr> {
        let t = self.data_type(i)?;
        let expr = self.get(i)?;
        match &t {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(expr),
            DataType::Dictionary(_, values) if values.is_string() => Ok(expr),
            other => Err(self.wrong_type(i, "strings", other)),
        }
    }

    /// Argument `i`, which must be a date or a time stamp.
    pub(crate) fn time(&self, i: usize) -> Result<DfExpr> {
        match self.data_type(i)? {
            t if t.is_temporal() => self.get(i),
            other => Err(self.wrong_type(i, "dates or times", &other)),
        }
    }

    /// Argument `i`, which must be a number (booleans count as 0 and 1).
    pub(crate) fn number(&self, i: usize) -> Result<DfExpr> {
        match self.data_type(i)? {
            t if t.is_numeric() || t == DataType::Null => self.get(i),
            DataType::Boolean => Ok(datafusion::logical_expr::cast(self.get(i)?, DataType::Int64)),
            other => Err(self.wrong_type(i, "numbers", &other)),
        }
    }

    pub(crate) fn wrong_type(&self, i: usize, wanted: &str, found: &DataType) -> Error {
        let what = self.exprs.get(i).map(ToString::to_string).unwrap_or_default();
        Error::new(ErrorKind::TypeMismatch, format!("{} wants {wanted}; {what} is {found}", self.name))
            .with_help("convert it first with cast (or astype for whole columns)")
    }
}
