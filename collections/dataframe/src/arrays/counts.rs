//! How many rows each chunk has, and how many values its columns miss, without the rows.

use arrow::array::{Array, RecordBatch};
use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, Inputs, OpHandle, Operation, TaskContext, encode_operation, register_operation,
};
use swath_error::Result;
use swath_execute::{Collection, Lowered};
use swath_graph::GraphBuilder;

use super::chunk::share;
use super::layout::Layout;

/// Counts rows, and missing values by column.
#[derive(Debug, Serialize, Deserialize)]
struct Count {
    shares: u32,
}

register_operation!(Count, "dataframe.count");

impl Operation for Count {
    fn name(&self) -> &'static str {
        "dataframe.count"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let rows = share(inputs, ctx.index as usize, self.shares as usize)?;
        let width = rows.first().map_or(0, RecordBatch::num_columns);
        let length = rows.iter().map(RecordBatch::num_rows).sum::<usize>();
        let missing = |j: usize| rows.iter().map(|b| b.column(j).logical_null_count()).sum::<usize>();
        let counts: Vec<u64> =
            std::iter::once(length).chain((0..width).map(missing)).map(|n| n as u64).collect();
        let shape = [counts.len()];
        Ok(Chunk::from_vec(counts, &shape)?.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// What was counted.
pub(super) struct Counted {
    /// The rows of each chunk.
    pub(super) rows: Vec<usize>,
    /// Whether a column misses values.
    pub(super) misses: Vec<bool>,
}

/// The counts of a layout, as something to compute.
pub(super) struct Counts<'a>(pub(super) &'a Layout);

impl Collection for Counts<'_> {
    type Output = Counted;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Counted>> {
        let shares = u32::try_from(self.0.shares()).unwrap_or(u32::MAX);
        let tasks = self.0.add(builder, "count", "", OpHandle::payload(Count { shares }))?;
        Ok(Lowered::new(tasks, |blocks| {
            let mut counted = Counted { rows: Vec::new(), misses: Vec::new() };
            for block in blocks {
                let chunk = block.into_chunk()?;
                let view = chunk.view::<u64>()?;
                let mut counts = view.iter();
                counted.rows.push(counts.next().map_or(0, |n| *n as usize));
                let missing: Vec<bool> = counts.map(|n| *n > 0).collect();
                counted.misses.resize(missing.len(), false);
                counted.misses.iter_mut().zip(missing).for_each(|(all, one)| *all |= one);
            }
            Ok(counted)
        }))
    }
}
