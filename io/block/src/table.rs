//! Rows of a table: record batches of one schema.

use std::fmt;

use arrow::array::{Array, ArrayData, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use swath_error::{Error, Result};

/// A table in memory: what a partition holds and what `compute()` on a DataFrame returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    /// A table of `batches`, all of `schema`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when a batch has other column types.
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self> {
        for batch in &batches {
            let types = |s: &SchemaRef| s.fields().iter().map(|f| f.data_type().clone()).collect::<Vec<_>>();
            if types(&batch.schema()) != types(&schema) {
                return Err(Error::internal(format!(
                    "a batch has the schema {:?} where {:?} was expected",
                    batch.schema(),
                    schema
                )));
            }
        }
        Ok(Self { schema, batches })
    }

    /// Column names and types.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The rows, in order.
    pub fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// How many rows.
    pub fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// How many columns.
    pub fn num_columns(&self) -> usize {
        self.schema.fields().len()
    }

    /// All rows as one batch.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::OutOfMemory`] when a column cannot be one Arrow array (more than 2 GiB of strings).
    pub fn to_batch(&self) -> Result<RecordBatch> {
        match self.batches.as_slice() {
            [only] => Ok(only.clone()),
            many => concat_batches(&self.schema, many).map_err(|e| {
                Error::new(
                    swath_error::ErrorKind::OutOfMemory,
                    format!("cannot join the table's batches: {e}"),
                )
                .with_source(e)
            }),
        }
    }

    /// Bytes of the rows: what slices of shared buffers hold counts, not the buffers.
    pub fn bytes(&self) -> u64 {
        self.batches.iter().flat_map(RecordBatch::columns).map(|c| slice_bytes(&c.to_data())).sum()
    }
}

/// Bytes of the slice an array shows; the whole buffers for types Arrow cannot measure by slice.
fn slice_bytes(data: &ArrayData) -> u64 {
    data.get_slice_memory_size().unwrap_or_else(|_| data.get_array_memory_size()) as u64
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match arrow::util::pretty::pretty_format_batches_with_schema(self.schema.clone(), &self.batches) {
            Ok(text) => write!(f, "{text}"),
            Err(e) => write!(f, "<a table that cannot be shown: {e}>"),
        }
    }
}
