//! Batches without the memory they do not show.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, MutableArrayData, RecordBatch, make_array};
use arrow::datatypes::DataType;
use datafusion::common::DataFusionError;

/// Copies columns whose buffers are mostly bytes that no row shows: a few rows of a large table would otherwise keep, and
/// be charged for, all of it.
pub(crate) fn compact(batch: RecordBatch) -> Result<RecordBatch, DataFusionError> {
    if !batch.columns().iter().any(wasteful) {
        return Ok(batch);
    }
    let columns = batch.columns().iter().map(|c| if wasteful(c) { shrunk(c) } else { Arc::clone(c) });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

/// Whether a column's buffers are more than twice what its rows show.
fn wasteful(column: &ArrayRef) -> bool {
    let (held, shown) = match column.data_type() {
        DataType::Utf8View => {
            let views = column.as_string_view();
            (column.get_buffer_memory_size(), views.total_buffer_bytes_used() + views.len() * 16)
        }
        DataType::BinaryView => {
            let views = column.as_binary_view();
            (column.get_buffer_memory_size(), views.total_buffer_bytes_used() + views.len() * 16)
        }
        _ => {
            let held = column.get_buffer_memory_size();
            (held, column.to_data().get_slice_memory_size().unwrap_or(held))
        }
    };
    held > 2 * shown + 4096
}

fn shrunk(column: &ArrayRef) -> ArrayRef {
    match column.data_type() {
        DataType::Utf8View => Arc::new(column.as_string_view().gc()),
        DataType::BinaryView => Arc::new(column.as_binary_view().gc()),
        // A dictionary is shared by all batches, and copying one copies all its values.
        DataType::Dictionary(..) => Arc::clone(column),
        _ => {
            let data = column.to_data();
            let mut copy = MutableArrayData::new(vec![&data], false, data.len());
            match copy.try_extend(0, 0, data.len()) {
                Ok(()) => make_array(copy.freeze()),
                Err(_) => Arc::clone(column),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray, StringViewArray};

    use super::*;

    #[test]
    fn slices_let_go_of_the_whole() {
        let n = 100_000;
        let texts: Vec<String> = (0..n).map(|i| format!("a text that is longer than a view {i}")).collect();
        let numbers: ArrayRef = Arc::new((0..n).collect::<Int64Array>());
        let strings: ArrayRef = Arc::new(StringArray::from(texts.clone()));
        let views: ArrayRef = Arc::new(texts.iter().map(Some).collect::<StringViewArray>());
        let whole = RecordBatch::try_from_iter([("n", numbers), ("s", strings), ("v", views)]).unwrap();
        let part = whole.slice(500, 10);
        let small = compact(part.clone()).unwrap();
        assert_eq!(small, part);
        assert!(small.get_array_memory_size() < 10_000, "{}", small.get_array_memory_size());
        assert_eq!(compact(whole.clone()).unwrap().get_array_memory_size(), whole.get_array_memory_size());
    }
}
