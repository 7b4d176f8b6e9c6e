//! Frames of JSON lines.

use std::panic::Location;

use swath_files::{Compression, Paths};
use swath_relational::JsonOptions;

use super::reader::Reader;
use crate::engine;
use crate::expr::IntoNames;
use crate::types::IntoType;

/// Files of JSON lines to be read; made by [`read_json`].
pub type JsonReader = Reader<JsonOptions>;

/// A frame of files with one JSON object per line: a path, a glob, a folder, a list of them, or URLs, compressed or not.
///
/// Columns and types are found in a sample of the files.
#[track_caller]
pub fn read_json(paths: impl Into<Paths>) -> JsonReader {
    Reader::new(paths.into(), JsonOptions::default(), engine::scan_json, Location::caller())
}

impl JsonReader {
    /// The columns to read, in this order. Default all.
    pub fn usecols(self, columns: impl IntoNames) -> Self {
        self.set(|o| o.columns = Some(columns.into_names()))
    }

    /// Types of columns, instead of those found in the sample: `dtype([("id", "int64"), ("name", "str")])`.
    pub fn dtype<A: AsRef<str>, T: IntoType>(self, types: impl IntoIterator<Item = (A, T)>) -> Self {
        self.try_set(|o| {
            for (name, t) in types {
                o.dtypes.push((name.as_ref().to_owned(), t.into_type()?));
            }
            Ok(())
        })
    }

    /// Whether lines that are no object, or whose values have other types, are left out. Default false: an error.
    pub fn skip_bad_lines(self, skip: bool) -> Self {
        self.set(|o| o.skip_bad_lines = skip)
    }

    /// Bytes read by one thread at a time; `None` reads whole files. Default 16 MiB.
    pub fn blocksize(self, bytes: impl Into<Option<u64>>) -> Self {
        self.set(|o| o.blocksize = bytes.into())
    }

    /// Bytes of the first file in which columns and types are found. Default 1 MiB.
    pub fn sample(self, bytes: usize) -> Self {
        self.set(|o| o.sample_bytes = bytes)
    }

    /// The files' compression, instead of what their suffixes say.
    pub fn compression(self, compression: Compression) -> Self {
        self.set(|o| o.compression = Some(compression))
    }

    /// Whether `name=value` folders become columns. Default true.
    pub fn hive(self, hive: bool) -> Self {
        self.set(|o| o.hive = hive)
    }
}
