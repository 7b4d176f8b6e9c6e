//! Files of lines: cut into blocks of whole lines that partitions read side by side.
//!
//! In: a [`LineFormat`], which knows its files and how to read one block. Out: an execution plan for DataFusion. It never
//! interprets a line.

mod exec;
pub(crate) mod problem;
mod queue;
mod quotes;
mod table;

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Statistics};
use datafusion::physical_plan::ExecutionPlan;
use swath_error::Result;
use swath_files::{Compression, File, FileBlock};

use crate::PlanTable;

pub(crate) use exec::LinesExec;
pub(crate) use queue::Piece;
pub(crate) use quotes::{OpenQuotes, settle as settle_quotes};
pub(crate) use table::line_table;

/// Blocks are not made smaller than this to give every partition some.
const SMALLEST_BLOCK: u64 = 1 << 20;

/// A format whose records are lines.
pub(crate) trait LineFormat: Debug + Send + Sync {
    /// What the scan is called in plans.
    fn name(&self) -> &'static str;

    /// All columns.
    fn schema(&self) -> &SchemaRef;

    /// The table itself, which knows how it travels.
    fn as_table(&self) -> &dyn PlanTable;

    /// Bytes of all files.
    fn stored_bytes(&self) -> u64;

    /// About how many of them a record takes; unknown where files are compressed.
    fn row_bytes(&self) -> Option<f64>;

    /// The files' blocks, in order, for this many partitions.
    fn pieces(&self, partitions: usize) -> Vec<Piece>;

    /// Starts reading a block.
    fn open(self: Arc<Self>, wanted: Wanted, piece: Piece) -> Result<Box<dyn BlockRows>>;
}

/// The scan of a table of lines: some or all of its columns.
pub(crate) fn scan(
    format: Arc<dyn LineFormat>,
    state: &dyn Session,
    projection: Option<&Vec<usize>>,
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let columns = projection.cloned().unwrap_or_else(|| (0..format.schema().fields().len()).collect());
    Ok(Arc::new(LinesExec::new(format, columns, state.config().target_partitions(), limit)?))
}

/// What is known of a table of lines before it is read.
pub(crate) fn statistics(format: &dyn LineFormat) -> Statistics {
    let mut statistics = Statistics::new_unknown(format.schema());
    if let Some(row_bytes) = format.row_bytes() {
        let bytes = format.stored_bytes();
        statistics.num_rows = Precision::Inexact((bytes as f64 / row_bytes) as usize);
        statistics.total_byte_size = Precision::Inexact(bytes as usize);
    }
    statistics
}

/// The rows of one block.
pub(crate) trait BlockRows: Send {
    /// The next rows; never an empty batch.
    fn next(&mut self) -> Result<Option<RecordBatch>>;

    /// Stored bytes read since the last call.
    fn take_bytes_read(&self) -> u64;

    /// Quotes in the block, where they could hide newlines; complete once [`Self::next`] gave `None`.
    fn quotes(&self) -> u64;
}

/// What is read of a table: which of its columns, in batches of how many rows.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Columns of the table, in the order of the batches.
    pub(crate) columns: Vec<usize>,
    /// Their schema.
    pub(crate) schema: SchemaRef,
    pub(crate) batch_size: usize,
}

/// A file to be cut: from which byte on, and whether it may be.
pub(crate) struct Cut<'a> {
    pub(crate) file: &'a Arc<File>,
    pub(crate) compression: Compression,
    /// Where its records begin, in the decoded file.
    pub(crate) start: u64,
}

/// Cuts files into blocks of at most `blocksize` bytes, small enough that every partition gets some; whole files for
/// `None` and where they are compressed.
pub(crate) fn cut_files<'a>(
    files: impl Iterator<Item = Cut<'a>> + Clone,
    blocksize: Option<u64>,
    partitions: usize,
) -> Vec<Piece> {
    let total: u64 = files.clone().map(|c| c.file.size.saturating_sub(c.start)).sum();
    let share = (total / (partitions.max(1) as u64 * 4)).max(SMALLEST_BLOCK);
    let mut pieces = Vec::new();
    for (index, cut) in files.enumerate() {
        let plain = cut.compression == Compression::None;
        let start = if plain { cut.start } else { 0 };
        let size = cut.file.size.saturating_sub(start);
        let step = match blocksize {
            Some(blocksize) if plain => blocksize.min(share).max(1),
            _ => size.max(1),
        };
        for part in 0..size.div_ceil(step) {
            let from = start + part * step;
            let block = FileBlock {
                file: Arc::clone(cut.file),
                compression: cut.compression,
                start: from,
                end: (from + step).min(cut.file.size),
            };
            pieces.push(Piece { file: index, part: part as usize, block });
        }
    }
    pieces
}
