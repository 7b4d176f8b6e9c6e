//! Files of lines: cut into blocks of whole lines that partitions read side by side.
//!
//! In: a [`LineFormat`], which knows its files and how to read one block. Out: an execution plan for DataFusion. It never
//! interprets a line.

mod exec;
pub(crate) mod problem;
mod queue;
mod quotes;

use std::fmt::Debug;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use swath_error::Result;
use swath_files::{Compression, File, FileBlock};

pub(crate) use exec::LinesExec;
pub(crate) use queue::Piece;

/// Blocks are not made smaller than this to give every partition some.
const SMALLEST_BLOCK: u64 = 1 << 20;

/// A format whose records are lines.
pub(crate) trait LineFormat: Debug + Send + Sync {
    /// What the scan is called in plans.
    fn name(&self) -> &'static str;

    /// All columns.
    fn schema(&self) -> &SchemaRef;

    /// The files' blocks, in order, for this many partitions.
    fn pieces(&self, partitions: usize) -> Vec<Piece>;

    /// Starts reading a block.
    fn open(self: Arc<Self>, wanted: Wanted, piece: Piece) -> Result<Box<dyn BlockRows>>;
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
