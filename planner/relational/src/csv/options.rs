//! How delimited text is to be read.

use arrow::datatypes::DataType;
use swath_files::Compression;

use super::infer::Guess;
use super::values;

/// What happens to a record that does not fit: too many or too few fields, or a value that is not of its column's type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum OnError {
    /// The run fails, naming the file, the line and the value.
    #[default]
    Fail,
    /// The record is left out. Every column is then decoded, so that the answer does not depend on which are used.
    Skip,
    /// The value is missing; missing fields are missing values, surplus fields are dropped.
    Null,
}

/// Options of [`crate::read_csv`]; the defaults read what pandas' `read_csv` reads, with dates recognised.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools)]
pub struct CsvOptions {
    /// Between fields. Default `,`.
    pub delimiter: u8,
    /// Around fields that hold delimiters or newlines, doubled inside; `None` makes it an ordinary character. Default `"`.
    pub quote: Option<u8>,
    /// Lines that start with this are left out. Default none.
    pub comment: Option<u8>,
    /// Whether the first line holds the columns' names. Default true; else they are `column_0`, `column_1`, …
    pub has_header: bool,
    /// Names to use instead of the header's, as many as there are columns.
    pub names: Option<Vec<String>>,
    /// The columns to keep, in this order; default all, as in the files.
    pub columns: Option<Vec<String>>,
    /// Types of columns by name, instead of those found in the sample.
    pub dtypes: Vec<(String, DataType)>,
    /// Columns to read as timestamps, whatever the sample says.
    pub date_columns: Vec<String>,
    /// Whether ISO dates and timestamps are recognised. Default true; else they are strings.
    pub infer_dates: bool,
    /// Texts that mean a missing value; default pandas' list: nothing, `NA`, `NaN`, `null`, `None`, `N/A`, …
    pub null_values: Option<Vec<String>>,
    /// Lines left out at the start of every file.
    pub skip_rows: usize,
    /// Bytes read by one thread at a time; default 16 MiB. `None` reads whole files.
    pub blocksize: Option<u64>,
    /// Bytes of the first file from which types are found; the other files give a sixteenth each. Default 1 MiB.
    pub sample_bytes: usize,
    /// What happens to records that do not fit.
    pub on_error: OnError,
    /// Whether files may have different columns: the result has all of them, missing where a file lacks one, and types
    /// that hold the values of all. Default false: different columns are an error.
    pub unify_schemas: bool,
    /// Whether quoted fields hold newlines, so that files cannot be read from the middle; default: found in the sample.
    pub newlines_in_values: Option<bool>,
    /// Compression; default what the suffix says.
    pub compression: Option<Compression>,
    /// Whether `name=value` folders become columns. Default true.
    pub hive: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: Some(b'"'),
            comment: None,
            has_header: true,
            names: None,
            columns: None,
            dtypes: Vec::new(),
            date_columns: Vec::new(),
            infer_dates: true,
            null_values: None,
            skip_rows: 0,
            blocksize: Some(16 << 20),
            sample_bytes: 1 << 20,
            on_error: OnError::Fail,
            unify_schemas: false,
            newlines_in_values: None,
            compression: None,
            hive: true,
        }
    }
}

/// What pandas takes for missing.
const PANDAS_NULLS: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
    "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// NaN is looked at again after decoding anyway.
fn is_nan(text: &[u8]) -> bool {
    values::float(text).is_some_and(f64::is_nan)
}

/// The texts that mean a missing value, with a quick way to say no.
#[derive(Clone, Debug)]
pub(crate) struct NullValues {
    texts: Vec<Vec<u8>>,
    longest: usize,
    first: Box<[bool; 256]>,
    pub(crate) empty: bool,
    /// Whether some text would also be a number, a truth value or a date, so that fields are compared before they are
    /// decoded.
    pub(crate) ambiguous: bool,
}

impl NullValues {
    pub(crate) fn new(options: &CsvOptions) -> Self {
        Self::of(match &options.null_values {
            Some(own) => own.iter().map(|t| t.clone().into_bytes()).collect(),
            None => PANDAS_NULLS.iter().map(|t| t.as_bytes().to_vec()).collect(),
        })
    }

    /// The texts that mean a missing value.
    pub(crate) fn texts(&self) -> &[Vec<u8>] {
        &self.texts
    }

    pub(crate) fn of(texts: Vec<Vec<u8>>) -> Self {
        let mut first = Box::new([false; 256]);
        for text in &texts {
            if let Some(flag) = text.first().and_then(|b| first.get_mut(usize::from(*b))) {
                *flag = true;
            }
        }
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let empty = texts.iter().any(Vec::is_empty);
        let ambiguous = texts.iter().any(|t| !matches!(Guess::of(t, true), Guess::Text) && !is_nan(t));
        Self { texts, longest, first, empty, ambiguous }
    }

    /// Whether a field means a missing value.
    #[inline]
    pub(crate) fn contains(&self, field: &[u8]) -> bool {
        match field.first() {
            None => self.empty,
            Some(b) => {
                field.len() <= self.longest
                    && self.first.get(usize::from(*b)).copied().unwrap_or(false)
                    && self.texts.iter().any(|t| t == field)
            }
        }
    }
}
