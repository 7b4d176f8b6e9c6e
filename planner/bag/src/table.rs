//! Bags of records as tables: a column for each member.
//!
//! Records are structs, maps and JSON objects. The columns are those of a sample; a later record with another column, or
//! a value that does not fit its column, is an error and never dropped.

use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use arrow::json::ReaderBuilder;
use arrow::json::reader::infer_json_schema_from_iterator;
use swath_block::{Block, Table};
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::BagItem;
use crate::lower::{BagOp, add_layer};
use crate::recipe::{self, Kind, Recipe, Stage};
use crate::stream::{Part, Stream, collect, rewritten};

/// The columns of `sample`, in the order the records name them.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] when the sample is empty, holds something other than records, or its records
/// contradict each other.
pub fn infer_schema<T: BagItem>(sample: &[T]) -> Result<SchemaRef> {
    if sample.is_empty() {
        return Err(Error::data("the columns of an empty bag are not known"));
    }
    let bad = |e: &dyn std::fmt::Display| Error::data(format!("the bag's items cannot become rows: {e}"));
    let values =
        sample.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>().map_err(|e| bad(&e))?;
    if let Some(other) = values.iter().find(|v| !v.is_object()) {
        return Err(bad(&format!("{other} is not a record"))
            .with_help("map the items to structs or JSON objects, whose members become the columns"));
    }
    let inferred = infer_json_schema_from_iterator(values.into_iter().map(Ok)).map_err(|e| bad(&e))?;
    let mut fields: Vec<Arc<Field>> = Vec::new();
    for item in sample {
        let text = serde_json::to_string(item).map_err(|e| bad(&e))?;
        for (name, _) in crate::json::loads(text)?.as_object().unwrap_or_default() {
            if let (false, Ok(field)) =
                (fields.iter().any(|f| f.name() == name), inferred.field_with_name(name))
            {
                fields.push(Arc::new(field.clone()));
            }
        }
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// Adds the layer that makes a table of each partition.
///
/// # Errors
/// When a layer cannot be added.
pub fn tables<T: BagItem>(
    stream: &Arc<dyn Stream<T>>,
    schema: SchemaRef,
    builder: &mut GraphBuilder,
) -> Result<Vec<TaskId>> {
    let stream = rewritten(stream);
    let (feed, reads) = (stream.feed(builder)?, stream.reads_files());
    let key = Key::of("to-table").str(&format!("{schema:?}")).key(stream.info().key).finish();
    add_layer(builder, key, "to-table", table_op(stream, schema).reading(reads), &feed)
}

/// Makes a table of a partition.
pub(crate) fn table_op<T: BagItem>(stream: Arc<dyn Stream<T>>, schema: SchemaRef) -> BagOp {
    let (written, columns) = (stream.clone(), schema.clone());
    let op = BagOp::new("to-table", move |inputs, ctx| {
        let items = collect(&*stream, &mut Part::new(inputs, ctx))?;
        Ok(Block::from(table(&items, &schema)?))
    });
    op.written(move || match Kind::of::<T>() {
        Kind::Json => Ok(Recipe::of::<T>(Stage::Table(written.recipe()?, written_columns(&columns)?))),
        _ => Err(recipe::stays(&format!("to_table of {}", std::any::type_name::<T>()))
            .with_help("bags of JSON objects become tables in other processes")),
    })
}

/// Columns as an Arrow stream without rows.
fn written_columns(schema: &SchemaRef) -> Result<Vec<u8>> {
    let wrong = |e| Error::internal(format!("the columns of a bag cannot be encoded: {e}"));
    StreamWriter::try_new(Vec::new(), schema).and_then(StreamWriter::into_inner).map_err(wrong)
}

/// The columns of [`written_columns`].
pub(crate) fn read_columns(bytes: &[u8]) -> Result<SchemaRef> {
    let wrong = |e| Error::data(format!("the columns of a bag cannot be decoded: {e}"));
    StreamReader::try_new(bytes, None).map(|reader| reader.schema()).map_err(wrong)
}

fn table<T: BagItem>(items: &[T], schema: &SchemaRef) -> Result<Table> {
    let bad = |e: arrow::error::ArrowError| {
        Error::data(format!("an item does not fit the columns of the first ones: {e}"))
            .with_help("make the records alike before they become a table")
            .with_source(e)
    };
    let batch = decode(items, schema).map_err(bad)?;
    let wide = with_fractions(schema);
    if let (Some(batch), true) = (&batch, wide != *schema) {
        let read = decode(items, &wide).map_err(bad)?;
        whole(batch, read.as_ref())?;
    }
    Table::new(schema.clone(), batch.into_iter().collect())
}

fn decode<T: BagItem>(items: &[T], schema: &SchemaRef) -> Result<Option<RecordBatch>, ArrowError> {
    let reader =
        ReaderBuilder::new(schema.clone()).with_strict_mode(true).with_batch_size(items.len().max(1));
    let mut decoder = reader.build_decoder()?;
    decoder.serialize(items)?;
    decoder.flush()
}

/// The schema with fractions in place of whole numbers, also inside lists and structs.
fn with_fractions(schema: &SchemaRef) -> SchemaRef {
    fn wide(field: &FieldRef) -> FieldRef {
        let inner = match field.data_type() {
            t if t.is_integer() => DataType::Float64,
            DataType::Struct(fields) => DataType::Struct(fields.iter().map(wide).collect()),
            DataType::List(item) => DataType::List(wide(item)),
            _ => return Arc::clone(field),
        };
        Arc::new(field.as_ref().clone().with_data_type(inner))
    }
    Arc::new(Schema::new(schema.fields().iter().map(wide).collect::<Vec<_>>()))
}

/// Arrow's reader takes 1.5 for 1 in a column of whole numbers: an error where the same items read as fractions differ.
fn whole(batch: &RecordBatch, read: Option<&RecordBatch>) -> Result<()> {
    for (column, field) in batch.columns().iter().zip(batch.schema().fields()) {
        let Some(read) = read.and_then(|r| r.column_by_name(field.name())) else { continue };
        let same = cast(column, read.data_type()).is_ok_and(|c| c.to_data() == read.to_data());
        if column.data_type() != read.data_type() && !same {
            return Err(Error::data(format!(
                "column '{}' holds whole numbers in the first records and fractions later",
                field.name()
            ))
            .with_help("map the records so that the member is always a fraction, or always whole"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Json, loads};

    #[test]
    fn columns_keep_their_order_and_strangers_are_refused() {
        let rows = [loads(r#"{"b": 1, "a": "x"}"#).unwrap(), loads(r#"{"b": 2.5, "c": [true]}"#).unwrap()];
        let schema = infer_schema(&rows).unwrap();
        assert_eq!(schema.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>(), ["b", "a", "c"]);
        assert_eq!(table(&rows, &schema).unwrap().num_rows(), 2);
        assert!(table(&[loads(r#"{"z": 1}"#).unwrap()], &schema).is_err());
        assert!(infer_schema(&[Json::Int(1)]).is_err());
        assert_eq!(table::<Json>(&[], &schema).unwrap().num_rows(), 0);
    }

    #[test]
    fn a_fraction_is_not_cut_off() {
        let row = |text: &str| loads(text).unwrap();
        let schema = infer_schema(&[row(r#"{"a": 1, "n": {"b": [1]}}"#)]).unwrap();
        let fits = [row(r#"{"a": 9007199254740993, "n": {"b": [2, 3]}}"#), row(r#"{"a": null}"#)];
        assert_eq!(table(&fits, &schema).unwrap().num_rows(), 2);
        for bad in [r#"{"a": 1.5}"#, r#"{"a": 1, "n": {"b": [1, 2.5]}}"#] {
            let error = table(&[row(r#"{"a": 1}"#), row(bad)], &schema).unwrap_err();
            assert_eq!(error.kind(), swath_error::ErrorKind::InvalidData, "{bad}");
        }
    }
}
