//! Column expressions: `col("x") * 2`, `col("name").str().lower()`, `col("x").mean()`.
//!
//! In: column names, values and operators, with pandas' meaning. Out: DataFusion expressions, made when a frame
//! knows its columns' types. Place in the flow: what a user writes inside a frame's methods. An expression never
//! holds data and never knows a frame.

mod aggregate;
mod args;
mod arithmetic;
mod compare;
mod dates;
mod into;
mod math;
mod missing;
mod ops;
mod resolve;
mod show;
mod sort_key;
mod strings;
mod when;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr as DfExpr;
use swath_error::{Error, Result};

pub(crate) use aggregate::Aggregate;
pub(crate) use args::Args;
pub(crate) use arithmetic::{floor_division, modulo};
pub use dates::Dates;
pub use into::{IntoExprs, IntoNames, IntoOperand};
pub(crate) use math::{clip, rint};
pub(crate) use missing::{fill, there, without_nan};
pub(crate) use resolve::column;
pub use sort_key::{IntoSortKeys, SortKey};
pub use strings::Strings;
pub use when::{Then, When, when};

/// An expression over the columns of a frame: lazy, immutable and cheap to clone.
///
/// Arithmetic, comparisons and missing values follow pandas: `/` of integers is a float, `//` and `%` (see
/// [`Expr::floor_div`] and [`Expr::modulo`]) take Python's signs, a comparison with a missing value is false (`!=` is
/// true). NaN counts as missing.
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{col, from_columns, Collection};
/// let df = from_columns([("x", vec![1, 2, 3])]);
/// let table = df.select([(col("x") * 2 + 1).alias("y")]).filter(col("y").gt(3)).compute()?;
/// assert_eq!(table.values::<i64>("y")?, [5, 7]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Expr(pub(crate) Arc<Node>);

/// Makes a DataFusion expression of resolved arguments.
pub(crate) type Build = fn(&Args) -> Result<DfExpr>;

/// What an expression is.
#[derive(Clone)]
pub(crate) enum Node {
    Column(String),
    Literal(ScalarValue),
    /// A function or an operator of its arguments. Parameters are literal arguments.
    Call {
        name: &'static str,
        args: Vec<Expr>,
        build: Build,
    },
    Aggregate {
        func: Aggregate,
        input: Expr,
    },
    Cast {
        input: Expr,
        to: DataType,
        /// What does not convert becomes missing rather than an error.
        coerce: bool,
    },
    IsIn {
        input: Expr,
        values: Vec<Expr>,
    },
    Case {
        branches: Vec<(Expr, Expr)>,
        otherwise: Option<Expr>,
    },
    /// The aggregates of `input`, spread over the rows with equal keys.
    Over {
        input: Expr,
        keys: Vec<Expr>,
    },
    Alias {
        input: Expr,
        name: String,
    },
    /// Taken over from DataFusion as it is, with SQL's meaning.
    Foreign(DfExpr),
    /// A bad call; surfaces when a frame uses the expression.
    Poison(Error),
}

/// The column called `name`.
pub fn col(name: impl Into<String>) -> Expr {
    Expr::new(Node::Column(name.into()))
}

/// A value as an expression: a number, a string, a boolean, `None`.
pub fn lit(value: impl IntoOperand) -> Expr {
    value.into_operand()
}

/// The number of rows, as an aggregate: what [`crate::GroupBy::size`] counts.
pub fn count_rows() -> Expr {
    lit(1_i64).aggregate(Aggregate::Size).alias("size")
}

impl Expr {
    pub(crate) fn new(node: Node) -> Self {
        Self(Arc::new(node))
    }

    pub(crate) fn literal(value: ScalarValue) -> Self {
        Self::new(Node::Literal(value))
    }

    pub(crate) fn poison(error: Error) -> Self {
        Self::new(Node::Poison(error))
    }

    pub(crate) fn call(name: &'static str, args: Vec<Self>, build: Build) -> Self {
        Self::new(Node::Call { name, args, build })
    }

    /// A function of this expression alone.
    pub(crate) fn map(&self, name: &'static str, build: Build) -> Self {
        Self::call(name, vec![self.clone()], build)
    }

    /// A function of this expression and another.
    pub(crate) fn with(&self, name: &'static str, other: impl IntoOperand, build: Build) -> Self {
        Self::call(name, vec![self.clone(), other.into_operand()], build)
    }

    /// Names the result.
    pub fn alias(&self, name: impl Into<String>) -> Self {
        Self::new(Node::Alias { input: self.clone(), name: name.into() })
    }

    /// Converts to another type; a value that does not convert is an error when the frame is computed.
    pub fn cast(&self, to: DataType) -> Self {
        Self::new(Node::Cast { input: self.clone(), to, coerce: false })
    }

    /// Converts to another type; a value that does not convert becomes missing.
    pub fn try_cast(&self, to: DataType) -> Self {
        Self::new(Node::Cast { input: self.clone(), to, coerce: true })
    }

    /// The aggregates in this expression as columns: every row gets the value of the rows with the same keys (of all
    /// rows for `()`), as `groupby(keys).transform(…)` does in pandas.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{col, from_columns, Collection};
    /// let df = from_columns([("k", vec![1, 1, 2]), ("x", vec![1, 3, 10])]);
    /// let table = df.with_column("d", col("x") - col("x").mean().over("k")).compute()?;
    /// assert_eq!(table.values::<f64>("d")?, [-1.0, 1.0, 0.0]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    pub fn over(&self, keys: impl IntoExprs) -> Self {
        Self::new(Node::Over { input: self.clone(), keys: keys.into_exprs() })
    }

    /// Functions of strings: `col("name").str().lower()`.
    pub fn str(&self) -> Strings {
        Strings(self.clone())
    }

    /// Functions of dates and times: `col("t").dt().year()`.
    pub fn dt(&self) -> Dates {
        Dates(self.clone())
    }

    /// Sorts by this expression, smallest first.
    pub fn asc(&self) -> SortKey {
        SortKey::new(self.clone(), false)
    }

    /// Sorts by this expression, largest first.
    pub fn desc(&self) -> SortKey {
        SortKey::new(self.clone(), true)
    }
}

impl From<DfExpr> for Expr {
    /// Takes a DataFusion expression over; it keeps SQL's meaning.
    fn from(expr: DfExpr) -> Self {
        Self::new(Node::Foreign(expr))
    }
}
