//! The start of a file: its header, where its records begin, and some of them.

use swath_error::{Error, Result};
use swath_files::{Compression, File, FileReader};

use super::fields::{FirstRow, Rows, Stop, Syntax, cut, header_row, unquote};
use super::infer::Guess;
use super::options::NullValues;
use super::{CsvOptions, OnError};
use crate::lines::problem;

/// The mark that some programs put before UTF-8 text.
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// What the start of a file says.
#[derive(Debug)]
pub(crate) struct Sample {
    /// The columns' names; empty for a file without a line.
    pub(crate) names: Vec<String>,
    /// What the columns hold.
    pub(crate) guesses: Vec<Guess>,
    /// Where the records begin in the decoded file.
    pub(crate) data_start: u64,
    /// Whether a quoted field holds a newline.
    pub(crate) newlines: bool,
    /// About how many bytes a record takes.
    pub(crate) row_bytes: f64,
}

/// Reads about `bytes` of a file, and more when its header does not fit.
pub(crate) fn sample(file: &File, options: &CsvOptions, nulls: &NullValues, bytes: usize) -> Result<Sample> {
    let compression = options.compression.unwrap_or_else(|| file.compression());
    let mut reader = FileReader::open(file, Some(compression))?;
    let mut text = Vec::new();
    let mut want = bytes.max(1 << 12);
    loop {
        let had = text.len();
        text.resize(want, 0);
        let n = reader.fill(text.get_mut(had..).unwrap_or_default())?;
        text.truncate(had + n);
        let last = text.len() < want;
        if let Some(first) = prologue(&text, last, options) {
            return records(file, compression, &text, last, &first, options, nulls);
        }
        if last {
            return Ok(empty());
        }
        want *= 2;
    }
}

fn empty() -> Sample {
    Sample { names: Vec::new(), guesses: Vec::new(), data_start: 0, newlines: false, row_bytes: 1.0 }
}

/// Where the first line that counts starts; `None` when the text has none.
fn prologue(text: &[u8], last: bool, options: &CsvOptions) -> Option<FirstRow> {
    let mut at = if text.starts_with(&BOM) { BOM.len() } else { 0 };
    for _ in 0..options.skip_rows {
        at += memchr::memchr(b'\n', text.get(at..)?)? + 1;
    }
    header_row(text, at, last, syntax(options))
}

pub(crate) fn syntax(options: &CsvOptions) -> Syntax {
    Syntax { delimiter: options.delimiter, quote: options.quote, comment: options.comment }
}

fn records(
    file: &File,
    compression: Compression,
    text: &[u8],
    last: bool,
    first: &FirstRow,
    options: &CsvOptions,
    nulls: &NullValues,
) -> Result<Sample> {
    if text.starts_with(&[0xFF, 0xFE]) || text.starts_with(&[0xFE, 0xFF]) {
        return Err(file.damaged("the file is UTF-16").with_help("convert it to UTF-8 first"));
    }
    let names = names(file, text, &first.spans, options)?;
    let data_start = if options.has_header { first.next } else { first.start };
    let mut rows = Rows { width: names.len(), ..Rows::default() };
    let (end, stop) = cut(&mut rows, text, data_start, usize::MAX, last, syntax(options), options.on_error);
    if let (Stop::Ragged { start, found }, OnError::Fail) = (stop, options.on_error) {
        return Err(ragged(file, compression, start as u64, found, names.len()));
    }
    let mut scratch = Vec::new();
    let mut guesses = vec![Guess::Missing; names.len()];
    for row in 0..rows.len() {
        for (column, guess) in guesses.iter_mut().enumerate() {
            let (a, b) = rows.span(row, column);
            let raw = text.get(a..b).unwrap_or_default();
            let field = options.quote.map_or(raw, |q| unquote(raw, q, &mut scratch));
            if !nulls.contains(field) {
                *guess = guess.widen(Guess::of(field, options.infer_dates));
            }
        }
    }
    let newlines = (0..rows.len()).any(|row| {
        let from = rows.span(row, 0).0;
        let to = rows.span(row, rows.width.saturating_sub(1)).1;
        memchr::memchr(b'\n', text.get(from..to).unwrap_or_default()).is_some()
    });
    let row_bytes = (end - data_start) as f64 / rows.len().max(1) as f64;
    Ok(Sample { names, guesses, data_start: data_start as u64, newlines, row_bytes: row_bytes.max(1.0) })
}

/// The error of a record of the wrong width.
pub(crate) fn ragged(
    file: &File,
    compression: Compression,
    offset: u64,
    found: usize,
    width: usize,
) -> Error {
    let fields = if found == 1 { "1 field".to_string() } else { format!("{found} fields") };
    problem::at(file, compression, offset, &format!("{fields} where {width} are expected")).with_help(
        "fix the line, or read with on_error Skip (leave such records out) or Null (missing values); if quoted fields \
         hold newlines, read with newlines_in_values",
    )
}

/// The columns' names: the header's or the user's, made unique as pandas does.
fn names(file: &File, text: &[u8], spans: &[(usize, usize)], options: &CsvOptions) -> Result<Vec<String>> {
    if let Some(own) = &options.names {
        if own.len() != spans.len() {
            return Err(Error::argument(format!(
                "{} names are given, but {file} has {} columns",
                own.len(),
                spans.len()
            )));
        }
        return Ok(own.clone());
    }
    let mut names: Vec<String> = Vec::with_capacity(spans.len());
    let mut scratch = Vec::new();
    for (i, (a, b)) in spans.iter().enumerate() {
        let raw = text.get(*a..*b).unwrap_or_default();
        let field = options.quote.map_or(raw, |q| unquote(raw, q, &mut scratch));
        let base = match field {
            _ if !options.has_header => format!("column_{i}"),
            [] => format!("Unnamed: {i}"),
            name => std::str::from_utf8(name)
                .map_err(|_| {
                    file.damaged("the header is not UTF-8").with_help("convert the file to UTF-8 first")
                })?
                .to_string(),
        };
        let mut name = base.clone();
        let mut copy = 0;
        while names.contains(&name) {
            copy += 1;
            name = format!("{base}.{copy}");
        }
        names.push(name);
    }
    Ok(names)
}
