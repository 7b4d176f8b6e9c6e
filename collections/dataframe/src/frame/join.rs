//! Merges: rows of two frames put together by equal keys. Missing keys match each other, as in pandas.

use std::collections::HashSet;
use std::panic::Location;

use arrow::datatypes::DataType;
use datafusion::common::{Column, JoinType, NullEquality};
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder};
use swath_error::{Error, ErrorKind, Result};

use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::IntoNames;

/// Which rows a merge keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum How {
    /// Pairs of rows with equal keys.
    #[default]
    Inner,
    /// The same, and the left rows without a partner.
    Left,
    /// The same, and the right rows without a partner.
    Right,
    /// The same, and the rows of both without a partner.
    Outer,
    /// Left rows that have a partner, once each, with the left columns only.
    Semi,
    /// Left rows that have no partner, with the left columns only.
    Anti,
    /// Every left row with every right row; no keys.
    Cross,
}

/// How two frames are merged: `Merge::on("id").how(How::Left)`. A name or a list of names is an inner merge on them.
#[derive(Clone, Debug)]
#[must_use]
pub struct Merge {
    how: How,
    left_on: Vec<String>,
    right_on: Vec<String>,
    suffixes: (String, String),
}

impl Merge {
    /// By columns that both frames have.
    pub fn on(names: impl IntoNames) -> Self {
        let names = names.into_names();
        Self::left_on(names.clone()).right_on(names)
    }

    /// By columns of the left frame; [`Self::right_on`] says which ones of the right frame they are compared with.
    pub fn left_on(names: impl IntoNames) -> Self {
        Self {
            how: How::Inner,
            left_on: names.into_names(),
            right_on: Vec::new(),
            suffixes: ("_x".to_owned(), "_y".to_owned()),
        }
    }

    /// Every row with every row.
    pub fn cross() -> Self {
        Self::on(()).how(How::Cross)
    }

    /// The right frame's key columns.
    pub fn right_on(self, names: impl IntoNames) -> Self {
        Self { right_on: names.into_names(), ..self }
    }

    /// Which rows are kept; [`How::Inner`] unless set.
    pub fn how(self, how: How) -> Self {
        Self { how, ..self }
    }

    /// What is put after the names of columns that both frames have and that are no common keys. Default `_x`, `_y`.
    pub fn suffixes(self, left: &str, right: &str) -> Self {
        Self { suffixes: (left.to_owned(), right.to_owned()), ..self }
    }
}

impl From<&str> for Merge {
    fn from(name: &str) -> Self {
        Self::on(name)
    }
}

impl<const N: usize> From<[&str; N]> for Merge {
    fn from(names: [&str; N]) -> Self {
        Self::on(names)
    }
}

impl From<Vec<String>> for Merge {
    fn from(names: Vec<String>) -> Self {
        Self::on(names)
    }
}

impl DataFrame {
    /// Merges with another frame: `left.merge(&right, "id")`, `left.merge(&right, Merge::on("id").how(How::Left))`.
    /// The order of the rows is arbitrary.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_dataframe::{from_columns, How, Merge, Collection};
    /// let left = from_columns([("id", vec![1, 2]), ("x", vec![10, 20])]);
    /// let right = from_columns([("id", vec![2, 3]), ("y", vec![200, 300])]);
    /// let table = left.merge(&right, Merge::on("id").how(How::Outer)).sort_values("id").compute()?;
    /// assert_eq!(table.optional_values::<i64>("y")?, [None, Some(200), Some(300)]);
    /// # Ok::<(), swath_dataframe::Error>(())
    /// ```
    #[track_caller]
    pub fn merge(&self, right: &Self, how: impl Into<Merge>) -> Self {
        let merge = how.into();
        self.step(Location::caller(), |left| merge_frames(left, right.frame()?, &merge))
    }

    /// Merges by columns that both frames have.
    #[track_caller]
    pub fn join(&self, right: &Self, on: impl IntoNames, how: How) -> Self {
        self.merge(right, Merge::on(on).how(how))
    }
}

fn merge_frames(left: &Frame, right: &Frame, merge: &Merge) -> Result<Frame> {
    check(left, right, merge)?;
    let plan = join_plan(left, right, merge)?;
    let outputs = outputs(left, right, merge)?;
    let plan = LogicalPlanBuilder::from(plan).project(outputs).and_then(LogicalPlanBuilder::build);
    Ok(Frame { plan: plan.map_err(from_datafusion)?, in_order: left.in_order || right.in_order })
}

fn check(left: &Frame, right: &Frame, merge: &Merge) -> Result<()> {
    left.check(&merge.left_on).map_err(|e| e.context("the left frame"))?;
    right.check(&merge.right_on).map_err(|e| e.context("the right frame"))?;
    let (l, r) = (merge.left_on.len(), merge.right_on.len());
    match merge.how {
        How::Cross if l + r > 0 => Err(Error::argument("a cross merge has no keys")),
        How::Cross => Ok(()),
        _ if l != r => Err(Error::argument(format!("a merge has {l} left and {r} right keys"))
            .with_help("name as many columns in right_on as in left_on")),
        _ if l == 0 => {
            Err(Error::argument("a merge wants at least one key").with_help("Merge::cross() has none"))
        }
        _ => merge.left_on.iter().zip(&merge.right_on).try_for_each(|(l, r)| comparable(left, l, right, r)),
    }
}

/// Whether a type holds text, in a dictionary or not.
pub(super) fn is_text(t: &DataType) -> bool {
    match t {
        DataType::Dictionary(_, values) => values.is_string(),
        t => t.is_string(),
    }
}

/// Text equals text only: "1" is not 1.
fn comparable(left: &Frame, l: &str, right: &Frame, r: &str) -> Result<()> {
    let (lt, rt) = (left.type_of(l)?, right.type_of(r)?);
    if is_text(&lt) == is_text(&rt) || lt.is_null() || rt.is_null() {
        return Ok(());
    }
    let what = format!("the keys '{l}' and '{r}' cannot be equal: they are {lt} and {rt}");
    Err(Error::new(ErrorKind::TypeMismatch, what).with_help("convert one of them first (astype)"))
}

fn alias(frame: &Frame, name: &str) -> Result<LogicalPlan> {
    frame.builder().alias(name).and_then(LogicalPlanBuilder::build).map_err(from_datafusion)
}

fn column(side: &str, name: &str) -> Column {
    Column::new(Some(side), name)
}

fn join_plan(left: &Frame, right: &Frame, merge: &Merge) -> Result<LogicalPlan> {
    let builder = LogicalPlanBuilder::from(alias(left, "x")?);
    let right = alias(right, "y")?;
    let join_type = match merge.how {
        How::Cross => {
            return builder.cross_join(right).and_then(LogicalPlanBuilder::build).map_err(from_datafusion);
        }
        How::Inner => JoinType::Inner,
        How::Left => JoinType::Left,
        How::Right => JoinType::Right,
        How::Outer => JoinType::Full,
        How::Semi => JoinType::LeftSemi,
        How::Anti => JoinType::LeftAnti,
    };
    let keys = (
        merge.left_on.iter().map(|n| column("x", n)).collect::<Vec<_>>(),
        merge.right_on.iter().map(|n| column("y", n)).collect::<Vec<_>>(),
    );
    builder
        .join_detailed(right, join_type, keys, None, NullEquality::NullEqualsNull)
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)
}

/// The merged frame's columns: the left ones, then the right ones without the common keys; names that both have get
/// suffixes.
fn outputs(left: &Frame, right: &Frame, merge: &Merge) -> Result<Vec<DfExpr>> {
    let left_only = matches!(merge.how, How::Semi | How::Anti);
    let common: HashSet<&str> =
        merge.left_on.iter().zip(&merge.right_on).filter(|(l, r)| l == r).map(|(l, _)| l.as_str()).collect();
    let (left_names, right_names) = (left.names(), right.names());
    let rename = |name: &str, other: &[&str], suffix: &str| {
        let clash = !left_only && other.contains(&name) && !common.contains(name);
        if clash { format!("{name}{suffix}") } else { name.to_owned() }
    };
    let mut out = Vec::new();
    let mut names = HashSet::new();
    for name in &left_names {
        let expr = if common.contains(name) { key(name, merge.how) } else { column("x", name).into() };
        out.push((expr, rename(name, &right_names, &merge.suffixes.0)));
    }
    for name in right_names.iter().filter(|n| !left_only && !common.contains(*n)) {
        out.push((column("y", name).into(), rename(name, &left_names, &merge.suffixes.1)));
    }
    for (_, name) in &out {
        if !names.insert(name.clone()) {
            return Err(Error::argument(format!("the merged frame would have two columns called '{name}'"))
                .with_help("use other suffixes, or rename a column first"));
        }
    }
    Ok(out.into_iter().map(|(e, name)| e.alias(name)).collect())
}

/// A common key: from whichever side has the row.
fn key(name: &str, how: How) -> DfExpr {
    let (x, y) = (DfExpr::Column(column("x", name)), DfExpr::Column(column("y", name)));
    match how {
        How::Right => y,
        How::Outer => coalesce(vec![x, y]),
        _ => x,
    }
}
