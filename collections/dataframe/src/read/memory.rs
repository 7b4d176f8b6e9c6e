//! Frames of data in memory.

use std::panic::Location;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    RecordBatch, StringArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{Field, Schema};
use swath_block::Table;
use swath_error::{Error, ErrorKind, Result};

use crate::DataFrame;

/// A frame of record batches, whose rows keep their order.
///
/// The error of a list that is empty or whose batches have different columns surfaces when the frame is used.
#[track_caller]
pub fn from_batches(batches: Vec<RecordBatch>) -> DataFrame {
    of(swath_relational::from_batches(batches), Location::caller())
}

/// A frame of a result.
#[track_caller]
pub fn from_table(table: &Table) -> DataFrame {
    of(swath_relational::from_table(table), Location::caller())
}

/// A frame of a Polars data frame, sharing its memory; [`Table::to_polars`] is the way back.
///
/// The error of a column type that Arrow has not surfaces when the frame is used.
///
/// ```
/// # use swath_local as _;
/// use polars_core::prelude::{DataFrame, NamedFrom, Series};
/// use swath_dataframe::{Collection, col, from_polars};
/// let x = Series::new("x".into(), [1.0, 2.0, 4.0]);
/// let frame = DataFrame::new_infer_height(vec![x.into()]).unwrap();
/// let sum = from_polars(&frame).filter(col("x").gt(1.0)).sum("x");
/// assert_eq!(sum.compute()?.to_polars()?.height(), 1);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[cfg(feature = "polars")]
#[track_caller]
pub fn from_polars(frame: &polars_core::frame::DataFrame) -> DataFrame {
    match Table::from_polars(frame) {
        Ok(table) => from_table(&table),
        Err(error) => DataFrame::poisoned(error.at(Location::caller())),
    }
}

/// A frame of named columns of values: `from_columns([("x", vec![1, 2]), ("y", vec![3, 4])])`. Columns of different
/// types: `from_columns([("x", vec![1, 2].into_column()), ("name", vec!["a", "b"].into_column())])`.
///
/// ```
/// # use swath_local as _;
/// use swath_dataframe::{from_columns, Collection, IntoColumn};
/// let df = from_columns([("n", vec![1, 2].into_column()), ("s", vec![Some("a"), None].into_column())]);
/// assert_eq!(df.len()?, 2);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[track_caller]
pub fn from_columns<N: AsRef<str>, C: IntoColumn>(columns: impl IntoIterator<Item = (N, C)>) -> DataFrame {
    let columns = columns.into_iter().map(|(name, values)| (name.as_ref().to_owned(), values.into_column()));
    match batch(columns.collect()) {
        Ok(batch) => of(swath_relational::from_batches(vec![batch]), Location::caller()),
        Err(error) => DataFrame::poisoned(error.at(Location::caller())),
    }
}

fn of(plan: Result<datafusion::logical_expr::LogicalPlan>, caller: &'static Location<'static>) -> DataFrame {
    match plan {
        Ok(plan) => DataFrame::from_plan(plan),
        Err(error) => DataFrame::poisoned(error.at(caller)),
    }
}

fn batch(columns: Vec<(String, ArrayRef)>) -> Result<RecordBatch> {
    let Some((first, rows)) = columns.first().map(|(name, a)| (name.clone(), a.len())) else {
        return Err(Error::argument("a frame wants at least one column"));
    };
    if let Some((name, array)) = columns.iter().find(|(_, a)| a.len() != rows) {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("column '{name}' has {} values and column '{first}' has {rows}", array.len()),
        ));
    }
    let fields = columns.iter().map(|(name, a)| Field::new(name, a.data_type().clone(), a.null_count() > 0));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, a)| a).collect())
        .map_err(|e| Error::internal(e.to_string()))
}

/// Values that make a column: vectors of numbers, booleans or strings (or of options of them), Arrow arrays.
pub trait IntoColumn {
    /// The Arrow array.
    fn into_column(self) -> ArrayRef;
}

impl IntoColumn for ArrayRef {
    fn into_column(self) -> ArrayRef {
        self
    }
}

macro_rules! columns {
    ($($t:ty => $array:ident $(as $as:ty)?;)*) => { $(
        impl IntoColumn for Vec<$t> {
            fn into_column(self) -> ArrayRef {
                Arc::new(self.into_iter().map(|v| Some(v $(as $as)?)).collect::<$array>())
            }
        }

        impl IntoColumn for Vec<Option<$t>> {
            fn into_column(self) -> ArrayRef {
                Arc::new(self.into_iter().map(|v| v $(.map(|v| v as $as))?).collect::<$array>())
            }
        }
    )* };
}

columns! {
    i8 => Int8Array;
    i16 => Int16Array;
    i64 => Int64Array;
    u8 => UInt8Array;
    u16 => UInt16Array;
    u32 => UInt32Array;
    u64 => UInt64Array;
    f32 => Float32Array;
    f64 => Float64Array;
    bool => BooleanArray;
    &str => StringArray;
    String => StringArray;
}
columns! {
    // Plain integer literals are `i32` in Rust and `int64` in pandas.
    i32 => Int64Array as i64;
}

/// An `i32` array, for whoever wants one: [`IntoColumn`] makes 64-bit columns of `i32` vectors.
impl IntoColumn for Int32Array {
    fn into_column(self) -> ArrayRef {
        Arc::new(self)
    }
}
