//! A block on its way out, message by message.

use std::collections::VecDeque;

use arrow::array::RecordBatch;
use arrow::ipc::writer::StreamEncoder;
use swath_error::Result;

use super::header;
use super::message::{IpcMessage, cut};
use super::parts::{Part, Parts, compact, unencodable};
use crate::Block;

/// Makes a block's messages one after another; each part begins with a schema message.
///
/// ```
/// use swath_block::{Block, BlockDecoder, BlockEncoder};
/// let mut out = BlockEncoder::new(&Block::value(vec![1u32, 2, 3]), 1 << 20)?;
/// let mut back = BlockDecoder::new(out.header(), u64::MAX)?;
/// while let Some(message) = out.next_message()? {
///     back.push(&message.head, message.joined())?;
/// }
/// let block = back.finish()?;
/// assert_eq!(*block.into_value()?.downcast::<Vec<u32>>()?, [1, 2, 3]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Debug)]
pub struct BlockEncoder {
    header: Vec<u8>,
    bytes: u64,
    slice: usize,
    parts: VecDeque<Part>,
    current: Option<Current>,
    ready: VecDeque<IpcMessage>,
}

struct Current {
    encoder: StreamEncoder,
    batches: VecDeque<RecordBatch>,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Current({} batches)", self.batches.len())
    }
}

impl BlockEncoder {
    /// Prepares a block; rows are put into messages of about `slice` bytes. Values are encoded here, everything else
    /// shares the block's memory.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for a value that cannot leave this process;
    /// [`swath_error::ErrorKind::Internal`] when a `Serialize` implementation fails.
    pub fn new(block: &Block, slice: usize) -> Result<Self> {
        let mut parts = Parts::default();
        parts.add(block, slice)?;
        let header = header::write(&parts.nodes)?;
        let (bytes, parts) = (parts.bytes, parts.queue);
        Ok(Self { header, bytes, slice: slice.max(1), parts, current: None, ready: VecDeque::new() })
    }

    /// The header: what [`crate::BlockDecoder::new`] takes.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Bytes the messages' bodies carry in all, without padding.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The next message; none after the last one.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] for rows that Arrow cannot encode.
    pub fn next_message(&mut self) -> Result<Option<IpcMessage>> {
        loop {
            if let Some(message) = self.ready.pop_front() {
                return Ok(Some(message));
            }
            if let Some(mut current) = self.current.take() {
                let out = match current.next_slice(self.slice) {
                    Some(batch) => {
                        let out = current.encoder.encode(&batch).map_err(unencodable)?;
                        self.current = Some(current);
                        out
                    }
                    // Gives the schema when there was no batch to bring it.
                    None => current.encoder.finish().map_err(unencodable)?,
                };
                self.ready.extend(cut(out)?);
            } else if let Some(Part { schema, batches }) = self.parts.pop_front() {
                let encoder = StreamEncoder::try_new(&schema).map_err(unencodable)?;
                self.current = Some(Current { encoder, batches });
            } else {
                return Ok(None);
            }
        }
    }
}

impl Current {
    /// The next rows, about `slice` bytes of them.
    fn next_slice(&mut self, slice: usize) -> Option<RecordBatch> {
        let batch = self.batches.front_mut()?;
        let bytes = batch.columns().iter().map(|c| {
            let data = c.to_data();
            data.get_slice_memory_size().unwrap_or_else(|_| data.get_array_memory_size())
        });
        let bytes: usize = bytes.sum();
        let rows = batch.num_rows();
        let fit = (rows as u128 * slice as u128 / bytes.max(1) as u128).max(1);
        // Whole vectors of any width: every slice of a complex array holds whole elements.
        let fit = usize::try_from(fit).unwrap_or(usize::MAX).next_multiple_of(64);
        if fit >= rows || bytes <= slice {
            return self.batches.pop_front();
        }
        let taken = batch.slice(0, fit);
        *batch = batch.slice(fit, rows - fit);
        let columns = taken.columns().iter().map(compact).collect();
        Some(RecordBatch::try_new(taken.schema(), columns).unwrap_or(taken))
    }
}
