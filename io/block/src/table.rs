//! Rows of a table: record batches of one schema.

use arrow::array::{Array, ArrayData, ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use swath_error::{Error, ErrorKind, Result, unknown_name};

use crate::TableValue;

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
                Error::new(ErrorKind::OutOfMemory, format!("cannot join the table's batches: {e}"))
                    .with_source(e)
            }),
        }
    }

    /// The columns' names, in order.
    pub fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|f| f.name().as_str()).collect()
    }

    /// A column as one Arrow array.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownColumn`] naming the nearest columns; [`ErrorKind::OutOfMemory`] when the column's batches
    /// cannot be joined into one array.
    pub fn column(&self, name: &str) -> Result<ArrayRef> {
        let Some((index, field)) = self.schema.column_with_name(name) else {
            return Err(unknown_name(ErrorKind::UnknownColumn, "column", name, self.column_names()));
        };
        let parts: Vec<&dyn Array> = self.batches.iter().map(|b| b.column(index).as_ref()).collect();
        match parts.as_slice() {
            [] => Ok(arrow::array::new_empty_array(field.data_type())),
            many => arrow::compute::concat(many).map_err(|e| {
                Error::new(ErrorKind::OutOfMemory, format!("cannot join the batches of column '{name}': {e}"))
                    .with_source(e)
            }),
        }
    }

    /// A column's values. A missing float is NaN; any other missing value is an error (see
    /// [`Self::optional_values`]).
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow::array::{ArrayRef, Int64Array, RecordBatch};
    /// # use swath_block::Table;
    /// let ids: ArrayRef = Arc::new(Int64Array::from(vec![3, 1, 2]));
    /// let batch = RecordBatch::try_from_iter([("id", ids)]).unwrap();
    /// let table = Table::new(batch.schema(), vec![batch])?;
    /// assert_eq!(table.values::<i64>("id")?, [3, 1, 2]);
    /// assert_eq!(table.values::<f64>("id")?, [3.0, 1.0, 2.0]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownColumn`]; [`ErrorKind::TypeMismatch`] when the column's type does not convert to `T` without
    /// loss; [`ErrorKind::InvalidData`] for a missing value that `T` cannot show or a number outside `T`'s range.
    pub fn values<T: TableValue>(&self, name: &str) -> Result<Vec<T>> {
        let missing = || {
            Error::data(format!("column '{name}' has missing values"))
                .with_help("fill them first (fillna), or use optional_values")
        };
        self.optional_values::<T>(name)?
            .into_iter()
            .map(|v| v.or_else(T::missing).ok_or_else(missing))
            .collect()
    }

    /// A column's values, missing ones as `None`.
    ///
    /// # Errors
    /// As [`Self::values`], without the one about missing values.
    pub fn optional_values<T: TableValue>(&self, name: &str) -> Result<Vec<Option<T>>> {
        T::read(&self.column(name)?).map_err(|e| e.context(format!("column '{name}'")))
    }

    /// The only value of a table of one row and one column; `None` when it is missing.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] for a table of another shape; as [`Self::optional_values`].
    pub fn scalar<T: TableValue>(&self) -> Result<Option<T>> {
        match self.column_names().as_slice() {
            [name] if self.num_rows() == 1 => Ok(self.optional_values(name)?.pop().flatten()),
            _ => Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "a scalar was asked of a table of {} rows and {} columns",
                    self.num_rows(),
                    self.num_columns()
                ),
            )),
        }
    }

    /// `rows` rows from row `start` on (fewer when the table ends before), without copying.
    #[must_use]
    pub fn slice(&self, start: usize, rows: usize) -> Self {
        let (mut skip, mut left) = (start, rows);
        let mut batches = Vec::new();
        for batch in &self.batches {
            let from = skip.min(batch.num_rows());
            let take = left.min(batch.num_rows() - from);
            skip -= from;
            left -= take;
            if take > 0 {
                batches.push(batch.slice(from, take));
            }
        }
        Self { schema: self.schema.clone(), batches }
    }

    /// The text `print!` shows, with at most `max_rows` rows and `max_columns` columns: the first and last ones, and
    /// the table's shape when something was left out.
    pub fn show(&self, max_rows: usize, max_columns: usize) -> String {
        crate::show::table(self, max_rows, max_columns)
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
