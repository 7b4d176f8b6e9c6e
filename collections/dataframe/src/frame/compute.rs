//! From a frame to its rows: tasks and results.

use std::panic::Location;

use swath_block::{Block, Table, TableValue};
use swath_error::Result;
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use super::DataFrame;
use crate::engine;

impl Collection for DataFrame {
    type Output = Table;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Table>> {
        let frame = self.frame()?;
        let tasks = engine::lower(&frame.plan, frame.in_order, builder)?;
        Ok(Lowered::new(tasks.iter(), engine::join_parts))
    }
}

impl DataFrame {
    /// The number of rows; computes.
    ///
    /// # Errors
    /// The error of the frame or of the run.
    #[allow(clippy::len_without_is_empty)]
    #[track_caller]
    pub fn len(&self) -> Result<usize> {
        let rows = self.agg([crate::count_rows()]).compute_scalar::<u64>()?;
        Ok(usize::try_from(rows.unwrap_or(0)).unwrap_or(usize::MAX))
    }

    /// Whether there is no row; computes, and stops at the first one.
    ///
    /// # Errors
    /// The error of the frame or of the run.
    #[track_caller]
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.head(1).compute()?.num_rows() == 0)
    }

    /// Computes a frame of one row and one column to its value; `None` when it is missing.
    ///
    /// # Errors
    /// The error of the frame or of the run; [`swath_error::ErrorKind::ShapeMismatch`] when there are more rows or
    /// columns; [`swath_error::ErrorKind::TypeMismatch`] when the value is of another type.
    #[track_caller]
    pub fn compute_scalar<T: TableValue>(&self) -> Result<Option<T>> {
        self.compute()?.scalar()
    }

    /// Computes the frame and keeps its rows, in memory or, on a cluster, on the workers that made them: what is built on
    /// the result does not compute them again. They are let go with the last frame that is built on them.
    ///
    /// # Errors
    /// The error of the frame or of the run.
    #[track_caller]
    pub fn persist(&self) -> Result<Self> {
        let caller = Location::caller();
        let blocks = swath_execute::persist(&Blocks(self))?;
        let plan = if blocks.iter().any(|b| b.as_elsewhere().is_some()) {
            self.schema().and_then(|schema| swath_relational::from_blocks(blocks, schema))
        } else {
            engine::join_parts(blocks).and_then(|table| swath_relational::from_table(&table))
        };
        Ok(Self::from_plan(plan.map_err(|e| e.at(caller))?))
    }
}

/// A frame whose result is its blocks.
struct Blocks<'a>(&'a DataFrame);

impl Collection for Blocks<'_> {
    type Output = Vec<Block>;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Vec<Block>>> {
        let frame = self.0.frame()?;
        let tasks = engine::lower(&frame.plan, frame.in_order, builder)?;
        Ok(Lowered::new(tasks.iter(), Ok))
    }
}
