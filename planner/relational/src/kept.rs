//! Tables whose rows are the blocks of earlier tasks: persisted frames.
//!
//! In: blocks, which may stand for those that workers keep. Out: a plan that reads them, and in a graph tasks that hand
//! them out, so that each part of the plan reads a block where it is. It never fetches one.

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

/// A plan over the rows of blocks, one after another, each a table of `schema`.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when two columns have the same name.
pub fn from_blocks(blocks: Vec<Block>, schema: SchemaRef) -> Result<LogicalPlan> {
    let label = format!("persisted: {} blocks", blocks.len());
    let table = KeptTable { blocks: blocks.into(), schema };
    SourceTable::new(Arc::new(table), Key::unique("kept"), Vec::new(), label).into_plan()
}

/// The table.
pub(crate) struct KeptTable {
    blocks: Arc<[Block]>,
    schema: SchemaRef,
}

impl std::fmt::Debug for KeptTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptTable").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// The tables of this kind that a plan reads, each once, with the tasks that hand out their blocks.
pub(crate) fn lower_kept(plan: &LogicalPlan, builder: &mut GraphBuilder) -> Result<Vec<(Key, Vec<TaskId>)>> {
    let mut kept: Vec<(Key, Arc<[Block]>)> = Vec::new();
    crate::scans::visit(plan, &mut |source| {
        if let Some(table) = source.provider().downcast_ref::<KeptTable>()
            && !kept.iter().any(|(key, _)| *key == source.key())
        {
            kept.push((source.key(), Arc::clone(&table.blocks)));
        }
    })
    .map_err(from_datafusion)?;
    let lower = |(key, blocks): (Key, Arc<[Block]>)| {
        let count = blocks.len();
        let layer = Layer {
            key: Key::of("relational.kept").key(key).finish(),
            name: "table".into(),
            payload: OpHandle::payload(HandOut::new(blocks)),
            annotations: Annotations::default(),
        };
        Ok((key, builder.add(layer, count, |_, _| {})?.iter().collect()))
    };
    kept.into_iter().map(lower).collect()
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
