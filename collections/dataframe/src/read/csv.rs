//! Frames of delimited text.

use std::panic::Location;

use swath_files::{Compression, Paths};
use swath_relational::{CsvOptions, OnError};

use super::reader::Reader;
use crate::engine;
use crate::expr::IntoNames;
use crate::types::IntoType;

/// Delimited files to be read; made by [`read_csv`].
pub type CsvReader = Reader<CsvOptions>;

/// A frame of the rows of delimited files: a path, a glob, a folder, a list of them, or URLs, compressed or not.
///
/// Types are found in a sample of the first file. Use the reader as a frame, or set options first:
///
/// ```no_run
/// # use swath_local as _;
/// use swath_dataframe::{read_csv, Collection};
/// println!("{}", read_csv("2015-*.csv").groupby(["user_id"]).mean(["value"]).compute()?);
///
/// let df = read_csv("logs/*.csv.gz").delimiter(b';').usecols(["time", "level"]).dtype([("level", "str")]);
/// println!("{}", df.head(5).compute()?);
/// # Ok::<(), swath_dataframe::Error>(())
/// ```
#[track_caller]
pub fn read_csv(paths: impl Into<Paths>) -> CsvReader {
    Reader::new(paths.into(), CsvOptions::default(), engine::scan_csv, Location::caller())
}

/// As [`read_csv`], with tabs between fields.
#[track_caller]
pub fn read_table(paths: impl Into<Paths>) -> CsvReader {
    read_csv(paths).delimiter(b'\t')
}

impl CsvReader {
    /// The byte between fields. Default `,`.
    pub fn delimiter(self, delimiter: u8) -> Self {
        self.set(|o| o.delimiter = delimiter)
    }

    /// The byte around fields that hold delimiters or newlines; `None` for none. Default `"`.
    pub fn quote(self, quote: impl Into<Option<u8>>) -> Self {
        self.set(|o| o.quote = quote.into())
    }

    /// Lines that start with this byte are left out. Default none.
    pub fn comment(self, comment: u8) -> Self {
        self.set(|o| o.comment = Some(comment))
    }

    /// Whether the first line holds the columns' names. Default true.
    pub fn header(self, header: bool) -> Self {
        self.set(|o| o.has_header = header)
    }

    /// The columns' names, instead of the header's.
    pub fn names(self, names: impl IntoNames) -> Self {
        self.set(|o| o.names = Some(names.into_names()))
    }

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

    /// Columns to read as time stamps, whatever the sample says.
    pub fn parse_dates(self, columns: impl IntoNames) -> Self {
        self.set(|o| o.date_columns = columns.into_names())
    }

    /// Whether ISO dates and time stamps are recognised by themselves. Default true.
    pub fn infer_dates(self, infer: bool) -> Self {
        self.set(|o| o.infer_dates = infer)
    }

    /// The texts that mean a missing value, instead of pandas' list.
    pub fn na_values(self, texts: impl IntoNames) -> Self {
        self.set(|o| o.null_values = Some(texts.into_names()))
    }

    /// Lines left out at the start of every file.
    pub fn skip_rows(self, rows: usize) -> Self {
        self.set(|o| o.skip_rows = rows)
    }

    /// Bytes read by one thread at a time; `None` reads whole files. Default 16 MiB.
    pub fn blocksize(self, bytes: impl Into<Option<u64>>) -> Self {
        self.set(|o| o.blocksize = bytes.into())
    }

    /// Bytes of the first file in which types are found. Default 1 MiB.
    pub fn sample(self, bytes: usize) -> Self {
        self.set(|o| o.sample_bytes = bytes)
    }

    /// What happens to rows that do not fit: fail (the default), skip them, or take what does not fit as missing.
    pub fn on_error(self, what: OnError) -> Self {
        self.set(|o| o.on_error = what)
    }

    /// Whether files may have different columns. Default false: that is an error.
    pub fn unify_schemas(self, unify: bool) -> Self {
        self.set(|o| o.unify_schemas = unify)
    }

    /// Whether quoted fields hold newlines; found in the sample by default.
    pub fn newlines_in_values(self, newlines: bool) -> Self {
        self.set(|o| o.newlines_in_values = Some(newlines))
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
