//! Tables whose rows are the blocks of other tasks: persisted frames, and what other collections make.
//!
//! In: blocks, which may stand for those that workers keep, or what adds tasks to a graph. Out: a plan that reads them, and
//! in a graph those tasks, so that each part of the plan reads a block where it is. It never fetches one.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use swath_block::{Block, HandOut, OpHandle};
use swath_error::Result;
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId};

use crate::SourceTable;
use crate::error::from_datafusion;
use crate::exec_parts::base_table;
use crate::inputs_exec::InputsExec;
use crate::travel::PlanTable;

/// Adds the tasks of tables to a graph, and says which they are, in the order of the rows.
pub type TableTasks = Arc<dyn Fn(&mut GraphBuilder) -> Result<Vec<TaskId>> + Send + Sync>;

/// A plan over the rows of blocks, one after another, each a table of `schema`.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when two columns have the same name.
pub fn from_blocks(blocks: Vec<Block>, schema: SchemaRef) -> Result<LogicalPlan> {
    let label = format!("persisted: {} blocks", blocks.len());
    let (key, blocks) = (Key::unique("kept"), Arc::<[Block]>::from(blocks));
    let hand_out = move |builder: &mut GraphBuilder| {
        let layer = Layer {
            key: Key::of("relational.kept").key(key).finish(),
            name: "table".into(),
            payload: OpHandle::payload(HandOut::new(Arc::clone(&blocks))),
            annotations: Annotations::default(),
        };
        Ok(builder.add(layer, blocks.len(), |_, _| {})?.iter().collect())
    };
    from_tasks(Arc::new(hand_out), schema, key, label)
}

/// A plan over the tables of tasks, one after another, each of `schema`. `key` identifies the rows; `label` is what
/// `explain()` calls them.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when two columns have the same name.
pub fn from_tasks(
    tasks: TableTasks,
    schema: SchemaRef,
    key: Key,
    label: impl Into<String>,
) -> Result<LogicalPlan> {
    SourceTable::new(Arc::new(KeptTable { tasks, schema }), key, Vec::new(), label).into_plan()
}

/// The table.
pub(crate) struct KeptTable {
    tasks: TableTasks,
    schema: SchemaRef,
}

impl std::fmt::Debug for KeptTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptTable").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// The tables of this kind that a plan reads, each once, with the tasks that give them.
pub(crate) fn lower_kept(plan: &LogicalPlan, builder: &mut GraphBuilder) -> Result<Vec<(Key, Vec<TaskId>)>> {
    let mut kept: Vec<(Key, TableTasks)> = Vec::new();
    crate::scans::visit(plan, &mut |source| {
        if let Some(table) = source.provider().downcast_ref::<KeptTable>()
            && !kept.iter().any(|(key, _)| *key == source.key())
        {
            kept.push((source.key(), Arc::clone(&table.tasks)));
        }
    })
    .map_err(from_datafusion)?;
    kept.into_iter().map(|(key, tasks)| Ok((key, tasks(builder)?))).collect()
}

impl PlanTable for KeptTable {
    fn kind(&self) -> &'static str {
        "kept"
    }
}

#[async_trait]
impl TableProvider for KeptTable {
    base_table!();

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        // Only for explain(): in a graph the results of the plan's tasks take this table's place.
        Ok(Arc::new(InputsExec::of_table(&self.schema, projection, 0, 1)?))
    }
}
