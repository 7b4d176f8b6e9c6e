//! Tables to and from Polars' data frames through Arrow's C data interface.
//!
//! In: a table or a Polars frame. Out: the other, sharing the buffers. Place in the flow: the edge of the program, under the
//! feature `polars`. It never copies a column whose layout both sides share: numbers, booleans, dates, string views.
//!
//! Source of the interface: <https://arrow.apache.org/docs/format/CDataInterface.html>.
#![allow(unsafe_code)]

use std::mem::transmute;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, make_array};
use arrow::datatypes::{Field, Schema};
use arrow::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use polars_arrow::array::Array as PolarsArray;
use polars_arrow::ffi;
use polars_core::prelude::{Column, CompatLevel, DataFrame, PlSmallStr, Series};
use swath_error::{Error, Result};

use crate::Table;

impl Table {
    /// The table as a Polars frame. Columns of numbers, booleans, dates and string views share the table's memory; plain
    /// strings become views. Each of the table's batches becomes a chunk.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] naming a column whose type Polars has not.
    pub fn to_polars(&self) -> Result<DataFrame> {
        let columns = (0..self.num_columns()).map(|i| self.polars_column(i));
        let columns = columns.collect::<Result<Vec<Column>>>()?;
        DataFrame::new(self.num_rows(), columns)
            .map_err(|e| Error::unsupported(format!("the table is no Polars frame: {e}")))
    }

    /// A table of a Polars frame's rows, sharing its memory. Columns that are cut into chunks at different rows are joined
    /// first, which copies them.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] naming a column whose type Arrow has not.
    pub fn from_polars(frame: &DataFrame) -> Result<Self> {
        let mut frame = frame.clone();
        frame.align_chunks();
        let series: Vec<&Series> = frame.columns().iter().map(Column::as_materialized_series).collect();
        let chunks = series.first().map_or(0, |s| s.n_chunks());
        let batches = (0..chunks).map(|chunk| batch(&series, chunk)).collect::<Result<Vec<_>>>()?;
        match batches.first() {
            Some(first) => Self::new(first.schema(), batches),
            None => Self::new(Arc::new(Schema::empty()), Vec::new()),
        }
    }

    fn polars_column(&self, index: usize) -> Result<Column> {
        let field = self.schema().field(index);
        let named = |e: &dyn std::fmt::Display| Error::unsupported(format!("column '{}': {e}", field.name()));
        let empty = [arrow::array::new_empty_array(field.data_type())];
        let arrays: Vec<&ArrayRef> = match self.batches() {
            [] => empty.iter().collect(),
            batches => batches.iter().map(|b| b.column(index)).collect(),
        };
        let chunks = arrays.into_iter().map(|a| to_polars(a, field)).collect::<Result<Vec<_>>>();
        let chunks = chunks.map_err(|e| e.context(format!("column '{}'", field.name())))?;
        let series = Series::try_from((PlSmallStr::from_str(field.name()), chunks));
        Ok(Column::from(series.map_err(|e| named(&e))?))
    }
}

/// One chunk of every column.
fn batch(series: &[&Series], chunk: usize) -> Result<RecordBatch> {
    let mut fields = Vec::with_capacity(series.len());
    let mut arrays = Vec::with_capacity(series.len());
    for one in series {
        let array = from_polars(one.to_arrow(chunk, CompatLevel::newest()))
            .map_err(|e| e.context(format!("column '{}'", one.name())))?;
        fields.push(Field::new(one.name().as_str(), array.data_type().clone(), true));
        arrays.push(array);
    }
    let rows = arrays.first().map_or(0, |a| a.len());
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|e| Error::internal(format!("Polars' chunks do not fit together: {e}")))
}

fn to_polars(array: &ArrayRef, field: &Field) -> Result<Box<dyn PolarsArray>> {
    let foreign = |e: &dyn std::fmt::Display| Error::unsupported(e.to_string());
    let (array, _) = to_ffi(&array.to_data()).map_err(|e| foreign(&e))?;
    let schema = FFI_ArrowSchema::try_from(field).map_err(|e| foreign(&e))?;
    // SAFETY: both are `#[repr(C)]` mirrors of the C data interface's `struct ArrowSchema`; the value is moved, so that
    // exactly one side calls its release function.
    let schema: ffi::ArrowSchema = unsafe { transmute::<FFI_ArrowSchema, ffi::ArrowSchema>(schema) };
    // SAFETY: as above, for `struct ArrowArray`.
    let array: ffi::ArrowArray = unsafe { transmute::<FFI_ArrowArray, ffi::ArrowArray>(array) };
    // SAFETY: the schema was written by `FFI_ArrowSchema` and is valid until it is dropped.
    let field = unsafe { ffi::import_field_from_c(&schema) }.map_err(|e| foreign(&e))?;
    // SAFETY: the array was written by `to_ffi` from an array of this field's type.
    unsafe { ffi::import_array_from_c(array, field.dtype) }.map_err(|e| foreign(&e))
}

fn from_polars(array: Box<dyn PolarsArray>) -> Result<ArrayRef> {
    let field = polars_arrow::datatypes::Field::new(PlSmallStr::EMPTY, array.dtype().clone(), true);
    let schema = ffi::export_field_to_c(&field);
    let array = ffi::export_array_to_c(array);
    // SAFETY: both are `#[repr(C)]` mirrors of the C data interface's `struct ArrowSchema`; the value is moved, so that
    // exactly one side calls its release function.
    let schema: FFI_ArrowSchema = unsafe { transmute::<ffi::ArrowSchema, FFI_ArrowSchema>(schema) };
    // SAFETY: as above, for `struct ArrowArray`.
    let array: FFI_ArrowArray = unsafe { transmute::<ffi::ArrowArray, FFI_ArrowArray>(array) };
    // SAFETY: Polars wrote both for the same array.
    let data = unsafe { from_ffi(array, &schema) }.map_err(|e| Error::unsupported(e.to_string()))?;
    Ok(make_array(data))
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        Array, AsArray, BooleanArray, Date32Array, Float64Array, StringArray, StringViewArray,
    };
    use arrow::datatypes::Float64Type;

    use super::*;

    fn table() -> Table {
        let batch = RecordBatch::try_from_iter([
            ("x", Arc::new(Float64Array::from(vec![Some(0.5), None, Some(-2.0)])) as ArrayRef),
            (
                "name",
                Arc::new(StringViewArray::from(vec![
                    Some("a"),
                    None,
                    Some("a longer string than a view holds"),
                ])),
            ),
            ("plain", Arc::new(StringArray::from(vec!["u", "v", "w"]))),
            ("on", Arc::new(BooleanArray::from(vec![true, false, true]))),
            ("day", Arc::new(Date32Array::from(vec![0, 1, 20_000]))),
        ])
        .unwrap();
        Table::new(batch.schema(), vec![batch.slice(0, 2), batch.slice(2, 1)]).unwrap()
    }

    #[test]
    fn values_survive_both_ways() {
        let frame = table().to_polars().unwrap();
        assert_eq!((frame.height(), frame.width()), (3, 5));
        assert_eq!(frame.column("x").unwrap().f64().unwrap().get(2), Some(-2.0));
        assert_eq!(frame.column("plain").unwrap().str().unwrap().get(1), Some("v"));
        let back = Table::from_polars(&frame).unwrap();
        for name in ["x", "name", "on", "day"] {
            assert_eq!(&back.column(name).unwrap(), &table().column(name).unwrap(), "{name}");
        }
        assert_eq!(back.values::<String>("plain").unwrap(), ["u", "v", "w"]);
    }

    #[test]
    fn numbers_are_not_copied() {
        let whole = Float64Array::from((0..1000).map(f64::from).collect::<Vec<_>>());
        let batch = RecordBatch::try_from_iter([("x", Arc::new(whole.clone()) as ArrayRef)]).unwrap();
        let frame = Table::new(batch.schema(), vec![batch]).unwrap().to_polars().unwrap();
        let there = frame.column("x").unwrap().f64().unwrap().cont_slice().unwrap().as_ptr();
        assert_eq!(there, whole.values().as_ptr());
        let back = Table::from_polars(&frame).unwrap().column("x").unwrap();
        assert_eq!(back.as_primitive::<Float64Type>().values().as_ptr(), there);
    }

    #[test]
    fn empty_tables_keep_their_columns() {
        let empty = table().slice(0, 0);
        let frame = empty.to_polars().unwrap();
        assert_eq!((frame.height(), frame.width()), (0, 5));
        assert_eq!(Table::from_polars(&frame).unwrap().column("x").unwrap().len(), 0);
    }
}
