//! Which element type columns share.

use arrow::datatypes::DataType;
use swath_array::{DType, promote_types};
use swath_error::{Error, ErrorKind, Result};
use swath_relational::plan_files;

use crate::frame::Frame;

/// A column that numbers are taken from.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) dtype: DType,
    /// Whether it is known that values may be missing. Files do not say so before they are read.
    pub(super) misses: bool,
}

/// What the chunks hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) dtype: DType,
    /// Whether a missing value is NaN; otherwise it is an error.
    pub(super) nan: bool,
}

/// The columns of a frame, in order.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] naming a column that holds no numbers; [`ErrorKind::InvalidArgument`] for no column.
pub(super) fn columns(frame: &Frame) -> Result<Vec<Column>> {
    let in_memory = plan_files(&frame.plan)?.is_empty();
    let fields = frame.schema().fields();
    if fields.is_empty() {
        return Err(Error::argument("an array wants at least one column"));
    }
    let column = |field: &arrow::datatypes::FieldRef| match dtype(field.data_type()) {
        Some(dtype) => {
            let misses = field.is_nullable() && in_memory || field.data_type().is_null();
            Ok(Column { dtype, misses })
        }
        None => Err(refuse(field.name(), field.data_type())),
    };
    fields.iter().map(column).collect()
}

fn refuse(name: &str, found: &DataType) -> Error {
    let error = Error::new(
        ErrorKind::TypeMismatch,
        format!("column '{name}' is {found}: arrays hold numbers and booleans"),
    );
    if found.is_temporal() {
        return error.with_help("turn it into whole numbers first: astype([(name, \"int64\")])");
    }
    error.with_help("name the columns of numbers, or turn this one into numbers first (astype)")
}

/// The element type of a column; decimals are taken as `float64`.
fn dtype(of: &DataType) -> Option<DType> {
    Some(match of {
        DataType::Boolean => DType::Bool,
        DataType::Int8 => DType::I8,
        DataType::Int16 => DType::I16,
        DataType::Int32 => DType::I32,
        DataType::Int64 => DType::I64,
        DataType::UInt8 => DType::U8,
        DataType::UInt16 => DType::U16,
        DataType::UInt32 => DType::U32,
        DataType::UInt64 => DType::U64,
        DataType::Float16 | DataType::Float32 => DType::F32,
        DataType::Float64 | DataType::Null => DType::F64,
        other if other.is_decimal() => DType::F64,
        DataType::Dictionary(_, values) => return dtype(values),
        _ => return None,
    })
}

/// What the columns have in common by NumPy's rules. Whole numbers and booleans of which some are missing become
/// `float64`, as in pandas. With a type that is asked for, what they convert to it from without loss.
pub(super) fn target(columns: &[Column], wanted: Option<DType>) -> Target {
    let is_float = |dtype| matches!(dtype, DType::F32 | DType::F64);
    let own = |column: &Column| match wanted {
        None if column.misses && !is_float(column.dtype) => DType::F64,
        _ => column.dtype,
    };
    let all = columns.iter().map(own).reduce(promote_types).unwrap_or(DType::F64);
    match wanted {
        None => Target { dtype: all, nan: is_float(all) },
        Some(DType::F32 | DType::C64) => Target { dtype: promote_types(all, DType::F32), nan: true },
        Some(DType::F64 | DType::C128) => Target { dtype: DType::F64, nan: true },
        Some(_) => Target { dtype: all, nan: false },
    }
}
