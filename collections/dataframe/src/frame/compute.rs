//! From a frame to its rows: tasks, results, explanations.

use std::panic::Location;

use swath_block::{Table, TableValue};
use swath_error::{Error, Result};
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use super::DataFrame;
use crate::engine;

impl Collection for DataFrame {
    type Output = Table;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Table>> {
        let frame = self.frame()?;
        let tasks = engine::lower(&frame.plan, frame.in_order, builder)?;
        Ok(Lowered::new(tasks.iter(), |mut blocks| match blocks.pop() {
            Some(block) => {
                let table = block.into_table()?;
                Ok(std::sync::Arc::unwrap_or_clone(table))
            }
            None => Err(Error::internal("a query gave no result")),
        }))
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

    /// Computes the frame and keeps its rows in memory: what is built on the result does not compute them again.
    ///
    /// # Errors
    /// The error of the frame or of the run.
    #[track_caller]
    pub fn persist(&self) -> Result<Self> {
        let caller = Location::caller();
        let table = self.compute()?;
        let plan = swath_relational::from_table(&table).map_err(|e| e.at(caller))?;
        Ok(Self::from_plan(plan))
    }

    /// What would be computed: the expression as it was built, as the optimizer rewrites it, and as tasks.
    ///
    /// # Errors
    /// The error of a poisoned frame, or what the plan gets wrong.
    pub fn explain(&self) -> Result<String> {
        let frame = self.frame()?;
        let graph = self.graph()?;
        let tasks: Vec<String> = (0..graph.len())
            .map(|t| {
                let name = graph.name(swath_graph::TaskId(t as u32));
                let threads = if frame.in_order { "1 thread, rows in order" } else { "all threads" };
                format!("{name} ({threads})")
            })
            .collect();
        let physical =
            swath_relational::physical_text(&frame.plan, if frame.in_order { 1 } else { cores() })?;
        Ok(format!(
            "expression\n{}\n\nrewritten\n{}\n\ntask graph\n{}\n{}",
            indent(&swath_relational::logical_text(&frame.plan)),
            indent(&swath_relational::optimized_text(&frame.plan)?),
            indent(&tasks.join("\n")),
            indent(&indent(&physical)),
        ))
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
