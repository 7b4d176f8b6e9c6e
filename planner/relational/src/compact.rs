//! Result batches without the memory they do not show.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::DataType;
use datafusion::common::DataFusionError;

/// Copies string and binary views whose buffers are mostly bytes that no row shows: a filtered view of a large file
/// would otherwise keep all of it.
pub(crate) fn compact(batch: RecordBatch) -> Result<RecordBatch, DataFusionError> {
    if !batch.columns().iter().any(wasteful) {
        return Ok(batch);
    }
    let columns = batch.columns().iter().map(|c| if wasteful(c) { shrunk(c) } else { Arc::clone(c) });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

/// Whether a view array's buffers are more than twice what its rows show.
fn wasteful(column: &ArrayRef) -> bool {
    let (held, shown) = match column.data_type() {
        DataType::Utf8View => {
            let views = column.as_string_view();
            (
                views.data_buffers().iter().map(arrow::buffer::Buffer::capacity).sum(),
                views.total_buffer_bytes_used(),
            )
        }
        DataType::BinaryView => {
            let views = column.as_binary_view();
            (
                views.data_buffers().iter().map(arrow::buffer::Buffer::capacity).sum(),
                views.total_buffer_bytes_used(),
            )
        }
        _ => (0, 0),
    };
    held > 2 * shown + 4096
}

fn shrunk(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Utf8View => Arc::new(column.as_string_view().gc()),
        DataType::BinaryView => Arc::new(column.as_binary_view().gc()),
        _ => Arc::clone(column),
    }
}
