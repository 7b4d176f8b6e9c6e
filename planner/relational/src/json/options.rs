//! How JSON lines are to be read.

use arrow::datatypes::DataType;
use swath_files::Compression;

/// Options of [`crate::read_json`].
#[derive(Clone, Debug, PartialEq)]
pub struct JsonOptions {
    /// The columns to keep, in this order; default all.
    pub columns: Option<Vec<String>>,
    /// Types of columns by name, instead of those found in the sample.
    pub dtypes: Vec<(String, DataType)>,
    /// Whether lines that are not an object, or whose values do not have their columns' types, are left out. Default
    /// false: they are an error.
    pub skip_bad_lines: bool,
    /// Bytes read by one thread at a time; default 16 MiB. `None` reads whole files.
    pub blocksize: Option<u64>,
    /// Bytes of the first file from which columns and types are found; the other files give a sixteenth each. Default
    /// 1 MiB. Fields that appear only later are not columns.
    pub sample_bytes: usize,
    /// Compression; default what the suffix says.
    pub compression: Option<Compression>,
    /// Whether `name=value` folders become columns. Default true.
    pub hive: bool,
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self {
            columns: None,
            dtypes: Vec::new(),
            skip_bad_lines: false,
            blocksize: Some(16 << 20),
            sample_bytes: 1 << 20,
            compression: None,
            hive: true,
        }
    }
}
