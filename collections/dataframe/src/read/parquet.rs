//! Frames of Parquet files.

use std::panic::Location;

use swath_files::Paths;
use swath_relational::ParquetOptions;

use super::reader::Reader;
use crate::engine;
use crate::expr::IntoNames;

/// Parquet files to be read; made by [`read_parquet`].
pub type ParquetReader = Reader<ParquetOptions>;

/// A frame of the rows of Parquet files: a path, a glob, a folder (also a hive-partitioned one), a list of them, URLs.
///
/// Only the columns that are used are read, and only the row groups that can hold what a filter wants.
#[track_caller]
pub fn read_parquet(paths: impl Into<Paths>) -> ParquetReader {
    Reader::new(paths.into(), ParquetOptions::default(), engine::scan_parquet, Location::caller())
}

impl ParquetReader {
    /// The columns to read, in this order. Default all.
    pub fn usecols(self, columns: impl IntoNames) -> Self {
        self.set(|o| o.columns = Some(columns.into_names()))
    }

    /// Whether files may have different columns. Default false: that is an error.
    pub fn unify_schemas(self, unify: bool) -> Self {
        self.set(|o| o.unify_schemas = unify)
    }

    /// Whether `name=value` folders become columns. Default true.
    pub fn hive(self, hive: bool) -> Self {
        self.set(|o| o.hive = hive)
    }
}
