//! The one door to the relational planner: errors, plans as tasks, plans as text.
//!
//! In: logical plans. Out: tasks and text. It never looks at a plan's meaning.

use std::path::Path;

use datafusion::logical_expr::LogicalPlan;
use swath_error::Result;
use swath_files::Paths;
use swath_graph::{GraphBuilder, TaskRange};
use swath_relational::{CsvOptions, JsonOptions, ParquetOptions, Sink, lower_write, plan_key};

pub(crate) use swath_relational::{from_datafusion, join_parts};

/// Adds the tasks that run the plan. One whose answer depends on the order of its sources' rows runs with one thread.
pub(crate) fn lower(plan: &LogicalPlan, in_order: bool, builder: &mut GraphBuilder) -> Result<TaskRange> {
    if !in_order {
        return swath_relational::lower(plan, builder);
    }
    swath_relational::lower_in_order(plan, builder)
}

/// How the plan runs in the graph that `builder` makes, and why, for people.
pub(crate) fn how(plan: &LogicalPlan, in_order: bool, builder: &mut GraphBuilder) -> Result<String> {
    if in_order {
        return Ok("one task: its answer depends on the order of its sources' rows".into());
    }
    swath_relational::how(plan, builder)
}

/// The plan that reads delimited files.
pub(crate) fn scan_csv(paths: Paths, options: CsvOptions) -> Result<LogicalPlan> {
    swath_relational::read_csv(paths, &options)
}

/// The plan that reads Parquet files.
pub(crate) fn scan_parquet(paths: Paths, options: ParquetOptions) -> Result<LogicalPlan> {
    swath_relational::read_parquet(paths, &options)
}

/// The plan that reads files of JSON lines.
pub(crate) fn scan_json(paths: Paths, options: JsonOptions) -> Result<LogicalPlan> {
    swath_relational::read_json(paths, &options)
}

/// Adds the task that writes the plan's rows; its block is a [`swath_relational::Written`] value.
pub(crate) fn lower_sink(
    plan: &LogicalPlan,
    in_order: bool,
    path: &Path,
    sink: &Sink,
    builder: &mut GraphBuilder,
) -> Result<TaskRange> {
    if !in_order {
        return lower_write(plan, path, sink, &[], builder);
    }
    let rows = lower(plan, true, builder)?;
    let schema = plan.schema().inner().clone();
    let input = swath_relational::from_input(0, schema, plan_key(plan)?)?;
    lower_write(&input, path, sink, &[rows.get(0)], builder)
}
