//! Bags of records as tables: a column for each member.
//!
//! Records are structs, maps and JSON objects. The columns are those of a sample; a later record with another column, or
//! a value that does not fit its column, is an error and never dropped.

use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::json::ReaderBuilder;
use arrow::json::reader::infer_json_schema_from_iterator;
use swath_block::{Block, Table};
use swath_error::{Error, Result};
use swath_graph::{GraphBuilder, Key, TaskId};

use crate::item::BagItem;
use crate::lower::{BagOp, add_layer};
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
    let op = BagOp::new("to-table", move |inputs, ctx| {
        let items = collect(&*stream, &mut Part::new(inputs, ctx))?;
        Ok(Block::from(table(&items, &schema)?))
    });
    add_layer(builder, key, "to-table", op.reading(reads), &feed)
}

fn table<T: BagItem>(items: &[T], schema: &SchemaRef) -> Result<Table> {
    let bad = |e: arrow::error::ArrowError| {
        Error::data(format!("an item does not fit the columns of the first ones: {e}"))
            .with_help("make the records alike before they become a table")
            .with_source(e)
    };
    let reader =
        ReaderBuilder::new(schema.clone()).with_strict_mode(true).with_batch_size(items.len().max(1));
    let mut decoder = reader.build_decoder().map_err(bad)?;
    decoder.serialize(items).map_err(bad)?;
    let batch = decoder.flush().map_err(bad)?;
    Table::new(schema.clone(), batch.into_iter().collect())
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
}
