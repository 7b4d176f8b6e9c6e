//! Frames one below the other.

use std::panic::Location;

use arrow::datatypes::DataType;
use datafusion::logical_expr::binary::type_union_resolution;
use datafusion::logical_expr::{Expr as DfExpr, LogicalPlan, LogicalPlanBuilder, cast, lit};
use datafusion::scalar::ScalarValue;
use swath_error::{Error, ErrorKind, Result};

use super::join::is_text;
use super::{DataFrame, Frame};
use crate::engine::from_datafusion;
use crate::expr::column;

/// The rows of all frames, one frame after another. Columns are put together by name; where a frame lacks one its rows
/// have missing values. Different numeric types become the wider one.
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{concat, from_columns, Collection};
/// let a = from_columns([("x", vec![1])]);
/// let b = from_columns([("x", vec![2]), ("y", vec![3])]);
/// assert_eq!(concat([&a, &b]).compute()?.optional_values::<i64>("y")?, [None, Some(3)]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[track_caller]
pub fn concat<'a>(frames: impl IntoIterator<Item = &'a DataFrame>) -> DataFrame {
    let caller = Location::caller();
    let frames: Vec<&DataFrame> = frames.into_iter().collect();
    match union(&frames) {
        Ok(frame) => DataFrame::of(frame),
        Err(error) => DataFrame::poisoned(error.at(caller)),
    }
}

fn union(frames: &[&DataFrame]) -> Result<Frame> {
    let frames = frames.iter().map(|f| f.frame()).collect::<Result<Vec<_>>>()?;
    let columns = all_columns(&frames)?;
    let mut plans = frames.iter().map(|f| aligned(f, &columns));
    let Some(first) = plans.next() else {
        return Err(Error::argument("concat wants at least one frame"));
    };
    let mut builder = LogicalPlanBuilder::from(first?);
    for plan in plans {
        builder = builder.union(plan?).map_err(from_datafusion)?;
    }
    let plan = builder.build().map_err(from_datafusion)?;
    Ok(Frame { plan, in_order: frames.iter().any(|f| f.in_order) })
}

/// Every column of any frame in order of appearance, with the type that holds them all.
fn all_columns(frames: &[&Frame]) -> Result<Vec<(String, DataType)>> {
    let mut columns: Vec<(String, Vec<DataType>)> = Vec::new();
    for field in frames.iter().flat_map(|f| f.schema().fields().iter()) {
        match columns.iter_mut().find(|(name, _)| name == field.name()) {
            Some((_, types)) => types.push(field.data_type().clone()),
            None => columns.push((field.name().clone(), vec![field.data_type().clone()])),
        }
    }
    let resolve = |(name, types): (String, Vec<DataType>)| match type_union_resolution(&types) {
        Some(t) if !text_among_others(&types) => Ok((name, t)),
        _ => Err(Error::new(
            ErrorKind::SchemaMismatch,
            format!("the column '{name}' has types that do not fit together: {types:?}"),
        )
        .with_help("convert it in one of the frames first (astype)")),
    };
    columns.into_iter().map(resolve).collect()
}

/// Text and something else: one would have to be converted, which is for the user to say.
fn text_among_others(types: &[DataType]) -> bool {
    let mut known = types.iter().filter(|t| !t.is_null());
    let text = known.clone().any(is_text);
    text && known.any(|t| !is_text(t))
}

fn aligned(frame: &Frame, columns: &[(String, DataType)]) -> Result<LogicalPlan> {
    let exprs = columns.iter().map(|(name, t)| {
        if !frame.names().contains(&name.as_str()) {
            let missing = ScalarValue::try_from(t).map_err(from_datafusion)?;
            return Ok(lit(missing).alias(name));
        }
        let found: DfExpr = column(frame.schema(), name)?;
        Ok(if frame.type_of(name)? == *t { found.alias(name) } else { cast(found, t.clone()).alias(name) })
    });
    frame.project(exprs.collect::<Result<_>>()?)
}
