//! Column types by Arrow's or pandas' names.

use arrow::datatypes::{DataType, TimeUnit};
use swath_error::{ErrorKind, Result, unknown_name};

/// A column type: Arrow's [`DataType`] or the name pandas or NumPy has for it.
pub trait IntoType {
    /// The Arrow type.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] with the nearest names for a name that no type has.
    fn into_type(self) -> Result<DataType>;
}

impl IntoType for DataType {
    fn into_type(self) -> Result<DataType> {
        Ok(self)
    }
}

impl IntoType for &DataType {
    fn into_type(self) -> Result<DataType> {
        Ok(self.clone())
    }
}

const NAMES: &[(&str, DataType)] = &[
    ("bool", DataType::Boolean),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("int", DataType::Int64),
    ("uint8", DataType::UInt8),
    ("uint16", DataType::UInt16),
    ("uint32", DataType::UInt32),
    ("uint64", DataType::UInt64),
    ("float16", DataType::Float16),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("float", DataType::Float64),
    ("str", DataType::Utf8),
    ("string", DataType::Utf8),
    ("bytes", DataType::Binary),
    ("date", DataType::Date32),
    ("datetime64[s]", DataType::Timestamp(TimeUnit::Second, None)),
    ("datetime64[ms]", DataType::Timestamp(TimeUnit::Millisecond, None)),
    ("datetime64[us]", DataType::Timestamp(TimeUnit::Microsecond, None)),
    ("datetime64[ns]", DataType::Timestamp(TimeUnit::Nanosecond, None)),
    ("datetime64", DataType::Timestamp(TimeUnit::Nanosecond, None)),
    ("timedelta64[s]", DataType::Duration(TimeUnit::Second)),
    ("timedelta64[ms]", DataType::Duration(TimeUnit::Millisecond)),
    ("timedelta64[us]", DataType::Duration(TimeUnit::Microsecond)),
    ("timedelta64[ns]", DataType::Duration(TimeUnit::Nanosecond)),
];

impl IntoType for &str {
    fn into_type(self) -> Result<DataType> {
        if self == "category" {
            return Ok(DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)));
        }
        let wanted = self.to_lowercase();
        NAMES.iter().find(|(name, _)| *name == wanted).map(|(_, t)| t.clone()).ok_or_else(|| {
            unknown_name(ErrorKind::InvalidArgument, "type", self, NAMES.iter().map(|(name, _)| *name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pandas_names_are_known() {
        assert_eq!("Int64".into_type().unwrap(), DataType::Int64);
        let error = "flaot64".into_type().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.help().unwrap().contains("float64"));
    }
}
