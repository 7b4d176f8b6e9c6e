//! How rows are written.

use serde::{Deserialize, Serialize};
use swath_files::Compression;

/// The format of a sink.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Sink {
    /// Delimited text.
    Csv(CsvWrite),
    /// One JSON object per line.
    Json(JsonWrite),
    /// Parquet.
    Parquet(ParquetWrite),
}

impl Sink {
    /// The ending of the format's files.
    pub(crate) fn extension(&self) -> &'static str {
        match self {
            Self::Csv(_) => "csv",
            Self::Json(_) => "json",
            Self::Parquet(_) => "parquet",
        }
    }

    /// The compression of the whole file; Parquet compresses inside.
    pub(crate) fn compression(&self) -> Option<Compression> {
        match self {
            Self::Csv(csv) => csv.compression,
            Self::Json(json) => json.compression,
            Self::Parquet(_) => Some(Compression::None),
        }
    }

    /// Columns whose values become folders.
    pub(crate) fn partition_on(&self) -> &[String] {
        match self {
            Self::Parquet(parquet) => &parquet.partition_on,
            Self::Csv(_) | Self::Json(_) => &[],
        }
    }
}

/// Options of CSV files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvWrite {
    /// Between fields. Default `,`.
    pub delimiter: u8,
    /// Whether every file starts with the columns' names. Default true.
    pub header: bool,
    /// What stands for a missing value. Default nothing.
    pub null: String,
    /// Compression; default what the target's suffix says.
    pub compression: Option<Compression>,
}

impl Default for CsvWrite {
    fn default() -> Self {
        Self { delimiter: b',', header: true, null: String::new(), compression: None }
    }
}

/// Options of JSON files. Missing values are written as `null`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonWrite {
    /// Compression; default what the target's suffix says.
    pub compression: Option<Compression>,
}

/// Compression of Parquet pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ParquetCompression {
    /// None.
    None,
    /// Snappy, which every reader knows.
    #[default]
    Snappy,
    /// Zstandard at its usual level: smaller.
    Zstd,
    /// LZ4 in its framed form.
    Lz4,
    /// gzip.
    Gzip,
}

/// Options of Parquet files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParquetWrite {
    /// Compression of the pages. Default Snappy.
    pub compression: ParquetCompression,
    /// Columns whose values become `name=value` folders instead of being stored.
    pub partition_on: Vec<String>,
    /// Rows of a row group. Default 1 048 576.
    pub row_group_rows: usize,
}

impl Default for ParquetWrite {
    fn default() -> Self {
        Self { compression: ParquetCompression::default(), partition_on: Vec::new(), row_group_rows: 1 << 20 }
    }
}
