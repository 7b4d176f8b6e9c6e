//! Lines to columns: Arrow's reader, except that it does not cut the fractions off numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::reader::{Decoder, ReaderBuilder};
use swath_error::{Error, ErrorKind, Result};

/// Decodes objects as the columns of a schema. A value that its column cannot hold is an error.
pub(crate) struct ObjectDecoder {
    /// Reads integers as their text: as integers Arrow would take 1.5 for 1.
    decoder: Decoder,
    schema: SchemaRef,
}

impl ObjectDecoder {
    pub(crate) fn new(schema: &SchemaRef, batch_size: usize) -> Result<Self> {
        let read: Vec<FieldRef> = schema.fields().iter().map(integers_as_text).collect();
        let decoder = ReaderBuilder::new(Arc::new(Schema::new(read)))
            .with_batch_size(batch_size)
            .with_coerce_primitive(true)
            .build_decoder()
            .map_err(|e| {
                Error::new(ErrorKind::Unsupported, format!("JSON cannot be read as these types: {e}"))
                    .with_source(e)
            })?;
        Ok(Self { decoder, schema: Arc::clone(schema) })
    }

    /// Takes text until the batch is full; gives how many bytes it took.
    pub(crate) fn decode(&mut self, text: &[u8]) -> Result<usize, ArrowError> {
        self.decoder.decode(text)
    }

    /// The rows taken so far; none when there are none.
    pub(crate) fn flush(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let Some(batch) = self.decoder.flush()? else { return Ok(None) };
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(c, field)| converted(c, field)).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map(Some)
    }
}

fn converted(column: &ArrayRef, field: &Field) -> Result<ArrayRef, ArrowError> {
    if column.data_type() == field.data_type() {
        return Ok(Arc::clone(column));
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(column, field.data_type(), &options)
        .map_err(|e| ArrowError::JsonError(format!("whilst decoding field '{}': {e}", field.name())))
}

/// The field with text in place of integers, also inside lists and structs.
fn integers_as_text(field: &FieldRef) -> FieldRef {
    let inner = match field.data_type() {
        t if t.is_integer() => DataType::Utf8,
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(integers_as_text).collect()),
        DataType::List(item) => DataType::List(integers_as_text(item)),
        DataType::LargeList(item) => DataType::LargeList(integers_as_text(item)),
        _ => return Arc::clone(field),
    };
    Arc::new(field.as_ref().clone().with_data_type(inner))
}
