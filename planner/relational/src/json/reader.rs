//! One block of JSON lines, batch after batch.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::common::ScalarValue;
use swath_error::{Error, Result};
use swath_files::FileReader;

use super::decode::ObjectDecoder;
use super::scan::JsonTable;
use crate::lines::{BlockRows, Piece, Wanted, problem};

/// Bytes read at once.
const WINDOW: usize = 512 << 10;

/// Where a wanted column comes from.
#[derive(Clone, Debug)]
enum Origin {
    /// Column of the decoded batch.
    Decoded(usize),
    /// One value for the whole file.
    Constant(ScalarValue),
}

/// Reads one block.
pub(crate) struct JsonBlock {
    piece: Piece,
    wanted: Wanted,
    origins: Vec<Origin>,
    /// The schema of what is decoded.
    decoded: SchemaRef,
    decoder: ObjectDecoder,
    reader: FileReader,
    window: Vec<u8>,
    filled: usize,
    at: usize,
    /// Where the block's first line starts in the decoded file.
    offset: u64,
    over: bool,
    /// A decoder for one line, to find the bad ones.
    probe: Option<Probe>,
}

/// Tries lines one by one.
struct Probe {
    schema: SchemaRef,
    decoder: ObjectDecoder,
}

impl Probe {
    fn new(schema: SchemaRef) -> Result<Self> {
        Ok(Self { decoder: ObjectDecoder::new(&schema, 1)?, schema })
    }

    /// Whether a line decodes alone; a decoder that failed is not used again.
    fn takes(&mut self, line: &[u8]) -> Result<bool> {
        let whole = self.decoder.decode(line).and_then(|_| self.decoder.flush());
        if whole.is_err() {
            self.decoder = ObjectDecoder::new(&self.schema, 1)?;
        }
        Ok(whole.is_ok())
    }
}

impl JsonBlock {
    pub(crate) fn open(table: &JsonTable, wanted: Wanted, piece: Piece) -> Result<Self> {
        let (offset, reader) = piece.block.reader()?;
        let constants = table.files.get(piece.file).map_or(&[][..], |f| &f.constants);
        let mut fields = Vec::new();
        let mut origins = Vec::new();
        for column in &wanted.columns {
            if let Some(i) = column.checked_sub(table.own) {
                origins.extend(constants.get(i).cloned().map(Origin::Constant));
            } else {
                origins.push(Origin::Decoded(fields.len()));
                fields.extend(table.schema.fields().get(*column).cloned());
            }
        }
        let decoded: SchemaRef = Arc::new(Schema::new(fields));
        // To leave out lines for any of their values, all columns are looked at.
        let all =
            Arc::new(Schema::new(table.schema.fields().iter().take(table.own).cloned().collect::<Vec<_>>()));
        let probe = if table.skip_bad_lines { Some(Probe::new(all)?) } else { None };
        Ok(Self {
            decoder: ObjectDecoder::new(&decoded, wanted.batch_size)?,
            window: vec![0; WINDOW],
            piece,
            wanted,
            origins,
            decoded,
            reader,
            filled: 0,
            at: 0,
            offset,
            over: false,
            probe,
        })
    }

    fn next_rows(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if self.at < self.filled {
                let text = self.window.get(self.at..self.filled).unwrap_or_default();
                let used = self.decoder.decode(text).map_err(|e| self.bad_line(e))?;
                self.at += used;
                // Less than all is taken when the batch is full.
                if (self.at < self.filled || used == 0)
                    && let Some(batch) = self.flush()?
                {
                    return Ok(Some(batch));
                }
                continue;
            }
            if self.over {
                return self.flush();
            }
            self.refill()?;
        }
    }

    fn refill(&mut self) -> Result<()> {
        self.at = 0;
        self.filled = self.reader.fill(&mut self.window)?;
        self.over = self.filled < self.window.len();
        if self.probe.is_some() {
            self.whole_lines()?;
            self.drop_bad_lines()?;
        }
        Ok(())
    }

    /// Reads on until the window ends with a line.
    fn whole_lines(&mut self) -> Result<()> {
        while !self.over && self.window.get(self.filled.saturating_sub(1)) != Some(&b'\n') {
            let mut byte = [0];
            let n = self.reader.fill(&mut byte)?;
            self.over = n == 0;
            self.window.truncate(self.filled);
            self.window.extend(byte.iter().take(n));
            self.filled += n;
        }
        Ok(())
    }

    /// Keeps the lines that one decoder takes alone.
    fn drop_bad_lines(&mut self) -> Result<()> {
        let text = self.window.get(..self.filled).unwrap_or_default();
        let mut kept = Vec::with_capacity(self.filled);
        for line in text.split_inclusive(|b| *b == b'\n') {
            let Some(probe) = &mut self.probe else { continue };
            if probe.takes(line)? {
                kept.extend_from_slice(line);
            }
        }
        self.filled = kept.len();
        kept.resize(kept.len().max(WINDOW), 0);
        self.window = kept;
        Ok(())
    }

    fn flush(&mut self) -> Result<Option<RecordBatch>> {
        let Some(batch) = self.decoder.flush().map_err(|e| self.bad_line(e))? else { return Ok(None) };
        let rows = batch.num_rows();
        let columns = self
            .origins
            .iter()
            .map(|origin| match origin {
                Origin::Decoded(i) => Ok(Arc::clone(batch.column(*i))),
                Origin::Constant(value) => value.to_array_of_size(rows).map_err(crate::from_datafusion),
            })
            .collect::<Result<Vec<ArrayRef>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.wanted.schema), columns, &options)
            .map(Some)
            .map_err(|e| Error::internal(e.to_string()))
    }
}

impl JsonBlock {
    /// The error for the first line that does not decode: found by reading the block again, line by line.
    fn bad_line(&self, error: ArrowError) -> Error {
        self.first_bad_line().unwrap_or_else(|e| e).with_source(error)
    }

    fn first_bad_line(&self) -> Result<Error> {
        let file = &self.piece.block.file;
        let mut lines = self.piece.block.open()?;
        let mut offset = self.offset;
        let mut line = Vec::new();
        loop {
            line.clear();
            let n = std::io::BufRead::read_until(&mut lines, b'\n', &mut line).map_err(|e| lines.error(e))?;
            if n == 0 {
                return Ok(file.damaged("a line is not a JSON object with the columns' types"));
            }
            let mut alone = ObjectDecoder::new(&self.decoded, 1)?;
            if let Err(why) = alone.decode(&line).and_then(|_| alone.flush()) {
                let shown = problem::shown(line.trim_ascii_end());
                let what = format!("{shown} is not a JSON object with the columns' types: {why}");
                return Ok(problem::at(file, self.piece.block.compression, offset, &what).with_help(
                    "fix the line, give the field's type in dtypes, or read with skip_bad_lines",
                ));
            }
            offset += n as u64;
        }
    }
}

impl BlockRows for JsonBlock {
    fn next(&mut self) -> Result<Option<RecordBatch>> {
        self.next_rows()
    }

    fn take_bytes_read(&self) -> u64 {
        self.reader.take_bytes_read()
    }

    fn quotes(&self) -> u64 {
        0
    }
}
