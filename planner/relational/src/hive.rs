//! Columns that folder names spell out, as typed columns.

use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use swath_error::{Error, ErrorKind, Result};
use swath_files::File;

/// A column of `name=value` folders: integers when all values are, else text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HiveColumn {
    pub(crate) name: String,
    pub(crate) dtype: DataType,
}

impl HiveColumn {
    /// The column's value for the rows of one file.
    pub(crate) fn value(&self, file: &File) -> Result<ScalarValue> {
        let text = file.partitions.iter().find(|(name, _)| name == &self.name).and_then(|(_, v)| v.clone());
        match text {
            Some(text) => ScalarValue::try_from_string(text, &self.dtype).map_err(crate::from_datafusion),
            None => ScalarValue::try_from(&self.dtype).map_err(crate::from_datafusion),
        }
    }
}

/// The columns that the folders of `files` spell out.
///
/// # Errors
/// [`ErrorKind::SchemaMismatch`] naming a file that lacks one the first file has.
pub(crate) fn columns(files: &[File]) -> Result<Vec<HiveColumn>> {
    let Some(first) = files.first() else { return Ok(Vec::new()) };
    let names = |file: &File| file.partitions.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let expected = names(first);
    if let Some(other) = files.iter().find(|f| names(f) != expected) {
        return Err(Error::new(
            ErrorKind::SchemaMismatch,
            format!(
                "the folders of {other} spell out the columns {:?}, those of {first} {expected:?}",
                names(other)
            ),
        )
        .with_help("use the same folders everywhere, or read without the folders' columns (hive = false)"));
    }
    Ok(expected.into_iter().map(|name| HiveColumn { dtype: dtype(&name, files), name }).collect())
}

fn dtype(name: &str, files: &[File]) -> DataType {
    let mut values =
        files.iter().flat_map(|f| &f.partitions).filter(|(n, _)| n == name).filter_map(|(_, v)| v.as_deref());
    if values.all(|v| v.parse::<i64>().is_ok()) { DataType::Int64 } else { DataType::Utf8View }
}
