//! The DataFrame: a lazy table whose expression is a DataFusion logical plan.
//!
//! In: readers and in-memory data. Out: plans, handed to the relational planner when computed. Builders never fail:
//! a bad call poisons the frame with its error and the caller's line, and every use of the frame gives that error.

mod columns;
mod combine;
mod compute;
mod describe;
mod explain;
mod groupby;
mod join;
mod map_partitions;
mod missing;
mod order;
mod query;
mod reduce;
mod rows;
mod unique;
mod write;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::DFSchema;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use swath_error::{Error, Result};

pub use combine::concat;
pub use groupby::GroupBy;
pub use join::{How, Merge};
pub use missing::DropNa;
pub use unique::Keep;
pub use write::ToFiles;

use crate::engine::from_datafusion;

/// A lazy table: rows from files or memory, and what is to be done with them. Cloning costs a reference count.
///
/// Nothing is read before [`crate::Collection::compute`]. Methods follow pandas: missing values are skipped in sums
/// and means, group-bys drop missing keys, missing keys of a merge match each other, sorting puts missing values last.
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{from_columns, Collection};
/// let df = from_columns([("user_id", vec![1, 2, 1]), ("value", vec![10, 20, 30])]);
/// let table = df.groupby(["user_id"]).mean(["value"]).compute()?;
/// assert_eq!(table.values::<f64>("value")?, [20.0, 20.0]);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct DataFrame(Result<Arc<Frame>>);

/// A sound frame.
pub(crate) struct Frame {
    pub(crate) plan: LogicalPlan,
    /// The plan's answer depends on the order of the rows of its sources: it must not read them in parallel.
    pub(crate) in_order: bool,
}

impl Frame {
    pub(crate) fn schema(&self) -> &DFSchema {
        self.plan.schema()
    }

    pub(crate) fn builder(&self) -> LogicalPlanBuilder {
        LogicalPlanBuilder::from(self.plan.clone())
    }

    /// Another plan over the same rows.
    pub(crate) fn with_plan(&self, plan: LogicalPlan) -> Self {
        Self { plan, in_order: self.in_order }
    }

    /// The names of the columns, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.schema().fields().iter().map(|f| f.name().as_str()).collect()
    }

    /// Refuses names that are no columns.
    pub(crate) fn check(&self, names: &[String]) -> Result<()> {
        names.iter().try_for_each(|n| crate::expr::column(self.schema(), n).map(drop))
    }

    /// The type of a column.
    pub(crate) fn type_of(&self, name: &str) -> Result<DataType> {
        self.check(&[name.to_owned()])?;
        let field = self.schema().field_with_unqualified_name(name).map_err(from_datafusion)?;
        Ok(field.data_type().clone())
    }
}

impl DataFrame {
    /// A frame of a DataFusion plan. Columns of one name can be computed but not referred to.
    pub fn from_plan(plan: LogicalPlan) -> Self {
        Self(Ok(Arc::new(Frame { plan, in_order: false })))
    }

    /// A frame that gives `error` whenever it is used.
    pub fn poisoned(error: Error) -> Self {
        Self(Err(error))
    }

    pub(crate) fn of(frame: Frame) -> Self {
        Self(Ok(Arc::new(frame)))
    }

    pub(crate) fn frame(&self) -> Result<&Frame> {
        match &self.0 {
            Ok(frame) => Ok(frame),
            Err(error) => Err(error.clone()),
        }
    }

    /// The next frame; an error of this step is given the caller's line.
    pub(crate) fn step(
        &self,
        caller: &'static Location<'static>,
        make: impl FnOnce(&Frame) -> Result<Frame>,
    ) -> Self {
        Self(self.frame().and_then(|frame| make(frame).map(Arc::new).map_err(|e| e.at(caller))))
    }

    /// The next frame, made by a plan over the same rows.
    pub(crate) fn plan_step(
        &self,
        caller: &'static Location<'static>,
        make: impl FnOnce(&Frame) -> Result<LogicalPlan>,
    ) -> Self {
        self.step(caller, |frame| Ok(frame.with_plan(make(frame)?)))
    }

    /// The DataFusion plan, for whoever wants to go on with DataFusion itself.
    ///
    /// # Errors
    /// The error of a poisoned frame.
    pub fn logical_plan(&self) -> Result<LogicalPlan> {
        Ok(self.frame()?.plan.clone())
    }

    /// Column names and types.
    ///
    /// # Errors
    /// The error of a poisoned frame.
    pub fn schema(&self) -> Result<SchemaRef> {
        Ok(self.frame()?.schema().inner().clone())
    }

    /// Column names, in order.
    ///
    /// # Errors
    /// The error of a poisoned frame.
    pub fn columns(&self) -> Result<Vec<String>> {
        Ok(self.frame()?.names().into_iter().map(str::to_owned).collect())
    }

    /// Column names with their types, in order.
    ///
    /// # Errors
    /// The error of a poisoned frame.
    pub fn dtypes(&self) -> Result<Vec<(String, DataType)>> {
        let schema = self.schema()?;
        Ok(schema.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect())
    }
}

impl fmt::Debug for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(frame) => {
                write!(f, "DataFrame[")?;
                for (i, field) in frame.schema().fields().iter().enumerate() {
                    write!(f, "{}{}: {}", if i > 0 { ", " } else { "" }, field.name(), field.data_type())?;
                }
                write!(f, "]")
            }
            Err(error) => write!(f, "DataFrame[{error}]"),
        }
    }
}
