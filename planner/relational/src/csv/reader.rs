//! One block, batch after batch: bytes in, record batches of the wanted columns out.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::compute::filter_record_batch;
use arrow::datatypes::DataType;
use swath_error::{Error, Result};
use swath_files::FileReader;

use super::OnError;
use super::decode::{BadValue, Decoder, Rejected};
use super::fields::{Rows, Stop, cut};
use super::sample::ragged;
use super::table::{CsvFile, CsvTable, Origin};
use crate::lines::{BlockRows, Piece, Wanted, problem};

/// Bytes read at once: enough to amortise the call, few enough to stay in the cache until they are decoded.
const WINDOW: usize = 512 << 10;

/// A buffer of this size is decoded even when it holds few rows.
const LARGEST_WINDOW: usize = 4 << 20;

/// Reads one block.
pub(crate) struct BlockScan {
    table: Arc<CsvTable>,
    wanted: Wanted,
    piece: Piece,
    reader: FileReader,
    buffer: Vec<u8>,
    /// Bytes of the buffer that hold text.
    filled: usize,
    /// Where the next row starts in the buffer.
    at: usize,
    /// Where the buffer starts in the decoded file.
    base: u64,
    /// Whether the block has no more bytes.
    last: bool,
    rows: Rows,
    /// Quotes seen so far.
    quotes: u64,
}

impl BlockScan {
    pub(crate) fn open(table: Arc<CsvTable>, wanted: Wanted, piece: Piece) -> Result<Self> {
        let (offset, mut reader) = piece.block.reader()?;
        let width = table.files.get(piece.file).map_or(0, |f| f.width);
        let mut base = offset;
        if let Some(file) = table.files.get(piece.file)
            && offset < file.data_start
        {
            skip(&mut reader, file.data_start - offset)?;
            base = file.data_start;
        }
        Ok(Self {
            table,
            wanted,
            piece,
            reader,
            buffer: Vec::new(),
            filled: 0,
            at: 0,
            base,
            last: false,
            rows: Rows { width, ..Rows::default() },
            quotes: 0,
        })
    }

    fn next_rows(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            let text = self.buffer.get(..self.filled).unwrap_or_default();
            let (next, stop) = cut(
                &mut self.rows,
                text,
                self.at,
                self.wanted.batch_size,
                self.last,
                self.table.syntax,
                self.table.on_error,
            );
            if matches!(stop, Stop::Ragged { .. } | Stop::Unclosed { .. }) {
                // The rows before it first, so that the first problem of the block is the one reported.
                if self.rows.len() > 0 {
                    self.decode()?;
                }
                return Err(self.wrong(stop));
            }
            let enough = self.last
                || self.rows.len() * 2 >= self.wanted.batch_size
                || self.buffer.len() >= LARGEST_WINDOW;
            if self.rows.len() > 0 && enough {
                let batch = self.decode()?;
                self.at = next;
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
                continue;
            }
            if self.last {
                return Ok(None);
            }
            if self.rows.len() == 0 {
                self.at = next;
            }
            self.refill()?;
        }
    }

    /// Moves the unread rest to the front and reads more.
    fn refill(&mut self) -> Result<()> {
        self.buffer.copy_within(self.at..self.filled, 0);
        self.base += self.at as u64;
        self.filled -= self.at;
        self.at = 0;
        let room =
            if self.filled * 2 > self.buffer.len() { self.buffer.len() + WINDOW } else { self.buffer.len() };
        self.buffer.resize(room.max(WINDOW), 0);
        if u32::try_from(self.buffer.len()).is_err() {
            return Err(self.problem(0, "a record of more than 4 GiB; a quote is probably never closed"));
        }
        let space = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let n = self.reader.fill(space)?;
        self.last = n < space.len();
        if let (Some(quote), false) = (self.table.syntax.quote, self.table.newlines) {
            self.quotes += memchr::memchr_iter(quote, space.get(..n).unwrap_or_default()).count() as u64;
        }
        self.filled += n;
        Ok(())
    }

    fn file(&self) -> Option<&CsvFile> {
        self.table.files.get(self.piece.file)
    }

    /// An error about the record that starts at `start` of the buffer.
    fn problem(&self, start: usize, what: &str) -> Error {
        problem::at(&self.piece.block.file, self.piece.block.compression, self.base + start as u64, what)
    }

    /// The error for a row that could not be cut.
    fn wrong(&self, stop: Stop) -> Error {
        match stop {
            Stop::Full | Stop::Short => Error::internal("a row without a problem was reported"),
            Stop::Ragged { start, found } => ragged(
                &self.piece.block.file,
                self.piece.block.compression,
                self.base + start as u64,
                found,
                self.rows.width,
            ),
            Stop::Unclosed { start } => self.problem(start, "a quoted field is never closed").with_help(
                "fix the line, read with newlines_in_values if quoted fields hold newlines, or with quote None if \
                 quotes are ordinary characters",
            ),
        }
    }

    fn decode(&self) -> Result<RecordBatch> {
        let decoder = Decoder {
            text: self.buffer.get(..self.filled).unwrap_or_default(),
            rows: &self.rows,
            nulls: &self.table.nulls,
            quote: self.table.syntax.quote.filter(|_| self.rows.quoted),
            on_error: self.table.on_error,
        };
        let mut rejected: Rejected = None;
        let columns = self
            .wanted
            .columns
            .iter()
            .zip(self.wanted.schema.fields())
            .map(|(column, field)| self.column(&decoder, *column, field.data_type(), &mut rejected))
            .collect::<Result<Vec<_>>>()?;
        if self.table.on_error == OnError::Skip {
            self.look_at_the_others(&decoder, &mut rejected)?;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows.len()));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.wanted.schema), columns, &options)
            .map_err(|e| Error::internal(e.to_string()))?;
        match rejected {
            None => Ok(batch),
            Some(flags) => {
                let keep: BooleanArray = flags.into_iter().map(|bad| Some(!bad)).collect();
                filter_record_batch(&batch, &keep).map_err(|e| Error::internal(e.to_string()))
            }
        }
    }

    fn column(
        &self,
        decoder: &Decoder<'_>,
        column: usize,
        dtype: &DataType,
        rejected: &mut Rejected,
    ) -> Result<ArrayRef> {
        match self.file().and_then(|f| f.origins.get(column)) {
            Some(Origin::Field(field)) => decoder
                .column(*field, dtype, rejected)
                .map_err(|bad| self.bad_value(bad, column, *field, dtype)),
            Some(Origin::Constant(value)) => {
                value.to_array_of_size(self.rows.len()).map_err(crate::from_datafusion)
            }
            None => Err(Error::internal(format!("column {column} of a CSV table has no origin"))),
        }
    }

    /// Leaving records out must not depend on the columns used: the others are decoded too, for their errors.
    fn look_at_the_others(&self, decoder: &Decoder<'_>, rejected: &mut Rejected) -> Result<()> {
        for (column, field) in self.table.schema.fields().iter().enumerate() {
            if !self.wanted.columns.contains(&column) {
                self.column(decoder, column, field.data_type(), rejected)?;
            }
        }
        Ok(())
    }

    fn bad_value(&self, bad: BadValue, column: usize, field: usize, dtype: &DataType) -> Error {
        let (start, end) = self.rows.span(bad.row, field);
        let value = problem::shown(self.buffer.get(start..end).unwrap_or_default());
        let name = self.table.schema.fields().get(column).map_or("", |f| f.name().as_str());
        let row = self.rows.span(bad.row, 0).0;
        let what = match dtype {
            DataType::Utf8View => format!("column '{name}': {value} is not UTF-8 text"),
            _ => format!("column '{name}': {value} is not of type {dtype}"),
        };
        self.problem(row, &what).with_help(format!(
            "give the column's type in dtypes (such as '{name}' as Float64 or Utf8View), list the text in null_values, \
             or read with on_error Skip or Null"
        ))
    }
}

impl BlockRows for BlockScan {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        self.next_rows()
    }

    fn take_bytes_read(&self) -> u64 {
        self.reader.take_bytes_read()
    }

    fn quotes(&self) -> u64 {
        self.quotes
    }
}

/// Reads and drops `bytes`.
fn skip(reader: &mut FileReader, mut bytes: u64) -> Result<()> {
    let mut buffer = vec![0; 1 << 16];
    while bytes > 0 {
        let want = buffer.len().min(usize::try_from(bytes).unwrap_or(usize::MAX));
        let n = reader.fill(buffer.get_mut(..want).unwrap_or_default())?;
        if n == 0 {
            return Ok(());
        }
        bytes -= n as u64;
    }
    Ok(())
}
