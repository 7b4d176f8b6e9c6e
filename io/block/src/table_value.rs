//! Rust types that a table's columns can be read as.
//!
//! In: an Arrow array. Out: a vector of options. Only conversions that keep every value are made: integers of any
//! width among each other (a value that does not fit is an error), integers and floats to floats, every kind of
//! string to `String`. It never truncates.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{self, DataType};
use swath_error::{Error, ErrorKind, Result};

mod private {
    pub trait Sealed {}
}

/// A Rust type that a column's values can be read as. Sealed: integers, floats, `bool`, `String`.
pub trait TableValue: private::Sealed + Clone + Send + 'static {
    /// What a missing value is in a plain vector of this type, if it can be there at all.
    #[doc(hidden)]
    fn missing() -> Option<Self>;

    /// The values of an array.
    #[doc(hidden)]
    fn read(array: &ArrayRef) -> Result<Vec<Option<Self>>>;
}

/// The array as `wanted`, when `accepts` its type.
fn convert(array: &ArrayRef, wanted: &DataType, accepts: bool) -> Result<ArrayRef> {
    if !accepts {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("its type is {}, which is not read as {wanted}", array.data_type()),
        )
        .with_help("convert the column first (astype)"));
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(array, wanted, &options).map_err(|e| Error::data(e.to_string()).with_source(e))
}

/// The type of the values, seen through a dictionary.
fn value_type(array: &ArrayRef) -> DataType {
    match array.data_type() {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    }
}

macro_rules! numbers {
    ($($t:ty, $arrow:ident, $missing:expr, $accepts:expr;)*) => { $(
        impl private::Sealed for $t {}
        impl TableValue for $t {
            fn missing() -> Option<Self> { $missing }

            fn read(array: &ArrayRef) -> Result<Vec<Option<Self>>> {
                let accepts: fn(&DataType) -> bool = $accepts;
                let array = convert(array, &DataType::$arrow, accepts(&value_type(array)))?;
                Ok(array.as_primitive::<paste_type!($arrow)>().iter().collect())
            }
        }
    )* };
}

macro_rules! paste_type {
    (Int8) => {
        datatypes::Int8Type
    };
    (Int16) => {
        datatypes::Int16Type
    };
    (Int32) => {
        datatypes::Int32Type
    };
    (Int64) => {
        datatypes::Int64Type
    };
    (UInt8) => {
        datatypes::UInt8Type
    };
    (UInt16) => {
        datatypes::UInt16Type
    };
    (UInt32) => {
        datatypes::UInt32Type
    };
    (UInt64) => {
        datatypes::UInt64Type
    };
    (Float32) => {
        datatypes::Float32Type
    };
    (Float64) => {
        datatypes::Float64Type
    };
}

fn integral(t: &DataType) -> bool {
    t.is_integer() || t.is_temporal() || t == &DataType::Null
}

fn numeric(t: &DataType) -> bool {
    t.is_numeric() || t == &DataType::Null
}

fn narrow_float(t: &DataType) -> bool {
    t.is_integer() || matches!(t, DataType::Float16 | DataType::Float32 | DataType::Null)
}

numbers! {
    i8, Int8, None, integral;
    i16, Int16, None, integral;
    i32, Int32, None, integral;
    i64, Int64, None, integral;
    u8, UInt8, None, integral;
    u16, UInt16, None, integral;
    u32, UInt32, None, integral;
    u64, UInt64, None, integral;
    f32, Float32, Some(f32::NAN), narrow_float;
    f64, Float64, Some(f64::NAN), numeric;
}

impl private::Sealed for bool {}
impl TableValue for bool {
    fn missing() -> Option<Self> {
        None
    }

    fn read(array: &ArrayRef) -> Result<Vec<Option<Self>>> {
        let accepts = matches!(value_type(array), DataType::Boolean | DataType::Null);
        Ok(convert(array, &DataType::Boolean, accepts)?.as_boolean().iter().collect())
    }
}

impl private::Sealed for String {}
impl TableValue for String {
    fn missing() -> Option<Self> {
        None
    }

    fn read(array: &ArrayRef) -> Result<Vec<Option<Self>>> {
        let accepts = matches!(
            value_type(array),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null
        );
        let array = convert(array, &DataType::LargeUtf8, accepts)?;
        Ok(array.as_string::<i64>().iter().map(|v| v.map(str::to_owned)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, RecordBatch, StringViewArray};

    use crate::Table;
    use swath_error::ErrorKind;

    fn table() -> Table {
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(Int64Array::from(vec![Some(1), None, Some(300)])) as _),
            ("x", Arc::new(Float64Array::from(vec![Some(0.5), None, Some(2.0)])) as _),
            ("name", Arc::new(StringViewArray::from(vec!["a", "b", "c"])) as _),
        ])
        .unwrap();
        Table::new(batch.schema(), vec![batch.slice(0, 2), batch.slice(2, 1)]).unwrap()
    }

    #[test]
    fn converts_without_loss_only() {
        let t = table();
        assert_eq!(t.optional_values::<i32>("id").unwrap(), [Some(1), None, Some(300)]);
        assert_eq!(t.values::<i64>("id").unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(t.optional_values::<i8>("id").unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(t.values::<i64>("x").unwrap_err().kind(), ErrorKind::TypeMismatch);
        assert!(t.values::<f64>("x").unwrap()[1].is_nan());
        assert_eq!(t.values::<String>("name").unwrap(), ["a", "b", "c"]);
        assert_eq!(t.column("nam").unwrap_err().kind(), ErrorKind::UnknownColumn);
    }

    #[test]
    fn slices_across_batches() {
        let part = table().slice(1, 5);
        assert_eq!(part.values::<String>("name").unwrap(), ["b", "c"]);
        assert_eq!(table().scalar::<i64>().unwrap_err().kind(), ErrorKind::ShapeMismatch);
    }
}
