//! From paths and options to a plan: files found, sampled, and made to agree.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::common::ScalarValue;
use datafusion::logical_expr::LogicalPlan;
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_files::{File, Paths, Resolve, resolve};
use swath_graph::Key;

use super::CsvOptions;
use super::infer::Guess;
use super::sample::{Sample, sample};
use super::table::{CsvFile, CsvTable, Origin};
use crate::SourceTable;
use crate::hive::{self, HiveColumn};

/// A plan that reads delimited text: paths, globs, folders or URLs, compressed or not.
///
/// Names come from the first line, types from a sample; both are the same for all files unless
/// [`CsvOptions::unify_schemas`] says otherwise. Only the columns a query uses are decoded.
///
/// ```
/// use swath_relational::{read_csv, CsvOptions};
/// # let dir = tempfile::tempdir()?;
/// # std::fs::write(dir.path().join("2015-01.csv"), "user_id,value\n1,2.5\n")?;
/// let plan = read_csv(format!("{}/2015-*.csv", dir.path().display()), &CsvOptions::default())?;
/// assert_eq!(plan.schema().field(1).data_type().to_string(), "Float64");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ErrorKind::NotFound`] when nothing matches; [`ErrorKind::InvalidData`] for a file without a line or a ragged one,
/// naming it; [`ErrorKind::SchemaMismatch`] naming two files that differ; [`ErrorKind::UnknownColumn`] for a column of
/// the options that is not there.
pub fn read_csv(paths: impl Into<Paths>, options: &CsvOptions) -> Result<LogicalPlan> {
    let paths = paths.into();
    let hive = options.hive;
    let files = resolve(paths.clone(), &Resolve { hive, ..Resolve::extensions(&["csv", "tsv", "txt"]) })?;
    let table = table(&files, options)?;
    let mut key = Key::of("csv").str(&format!("{options:?}"));
    for file in &files {
        key = file.key(key);
    }
    let label = format!("csv: {paths}");
    SourceTable::new(Arc::new(table), key.finish(), files, label).into_plan()
}

fn table(files: &[File], options: &CsvOptions) -> Result<CsvTable> {
    let (syntax, nulls) = CsvTable::settings(options);
    let mut sampled: Vec<(&File, Sample)> = Vec::new();
    for file in files {
        let bytes = if sampled.is_empty() { options.sample_bytes } else { options.sample_bytes / 16 };
        let found = sample(file, options, &nulls, bytes)?;
        if !found.names.is_empty() {
            sampled.push((file, found));
        }
    }
    let Some((first, start)) = sampled.first() else {
        let name = files.first().map_or_else(|| "no file".to_string(), ToString::to_string);
        return Err(Error::new(
            ErrorKind::InvalidData,
            format!("{name} is empty: it has no header and no record"),
        ));
    };
    let mut columns: Vec<(String, Guess)> =
        start.names.iter().cloned().zip(start.guesses.iter().copied()).collect();
    for (file, other) in sampled.iter().skip(1) {
        if options.unify_schemas {
            unify(&mut columns, other);
        } else {
            agree(&mut columns, first, file, other, options)?;
        }
    }
    let hive = hive::columns(files)?;
    let row_bytes = start.row_bytes;
    let newlines = options.newlines_in_values.unwrap_or_else(|| sampled.iter().any(|(_, s)| s.newlines));
    let fields = fields(&columns, &hive, options)?;
    let files = sampled
        .into_iter()
        .map(|(file, sample)| csv_file(file, &sample, &fields, &hive, options))
        .collect::<Result<Vec<_>>>()?;
    Ok(CsvTable {
        schema: Arc::new(Schema::new(fields)),
        files,
        syntax,
        nulls,
        on_error: options.on_error,
        blocksize: options.blocksize,
        newlines,
        row_bytes,
    })
}

/// Adds another file's columns and widens the types of those both have.
fn unify(columns: &mut Vec<(String, Guess)>, other: &Sample) {
    for (name, guess) in other.names.iter().zip(&other.guesses) {
        match columns.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = known.widen(*guess),
            None => columns.push((name.clone(), *guess)),
        }
    }
}

/// Refuses another file whose columns differ from the first one's.
fn agree(
    columns: &mut [(String, Guess)],
    first: &File,
    file: &File,
    other: &Sample,
    options: &CsvOptions,
) -> Result<()> {
    let mismatch = |what: String| {
        Err(Error::new(ErrorKind::SchemaMismatch, what).with_help(
            "make the files agree, or read them with unify_schemas: all columns, missing where a file lacks one",
        ))
    };
    if !columns.iter().map(|(name, _)| name).eq(&other.names) {
        let here: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        return mismatch(format!(
            "{file} has the columns {} and {first} has {}",
            other.names.join(", "),
            here.join(", ")
        ));
    }
    for ((name, known), guess) in columns.iter_mut().zip(&other.guesses) {
        let told = options.dtypes.iter().any(|(n, _)| n == name) || options.date_columns.contains(name);
        if !told && !known.agrees(*guess) {
            return mismatch(format!(
                "column '{name}' holds {} in {file} and {} in {first}",
                guess.name(),
                known.name()
            ));
        }
        *known = known.widen(*guess);
    }
    Ok(())
}

/// The table's columns: those asked for, with the types found or given, then the folders' ones.
fn fields(columns: &[(String, Guess)], hive: &[HiveColumn], options: &CsvOptions) -> Result<Vec<Field>> {
    let known = || columns.iter().map(|(name, _)| name.as_str()).chain(hive.iter().map(|h| h.name.as_str()));
    let named = options.dtypes.iter().map(|(name, _)| name).chain(&options.date_columns);
    if let Some(unknown) = named.chain(options.columns.iter().flatten()).find(|n| !known().any(|k| k == *n)) {
        return Err(unknown_name(ErrorKind::UnknownColumn, "column", unknown, known()));
    }
    let mut all: Vec<Field> =
        columns.iter().map(|(name, guess)| Field::new(name, dtype(name, *guess, options), true)).collect();
    for column in hive {
        if all.iter().any(|f| f.name() == &column.name) {
            return Err(Error::new(
                ErrorKind::SchemaMismatch,
                format!("the column '{}' is in the files and in the names of their folders", column.name),
            ));
        }
        all.push(Field::new(&column.name, column.dtype.clone(), true));
    }
    match &options.columns {
        None => Ok(all),
        Some(kept) => {
            Ok(kept.iter().filter_map(|name| all.iter().find(|f| f.name() == name)).cloned().collect())
        }
    }
}

fn dtype(name: &str, guess: Guess, options: &CsvOptions) -> DataType {
    if let Some((_, dtype)) = options.dtypes.iter().find(|(n, _)| n == name) {
        return match dtype {
            DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
            other => other.clone(),
        };
    }
    match guess.dtype() {
        DataType::Timestamp(unit, zone) => DataType::Timestamp(unit, zone),
        _ if options.date_columns.iter().any(|n| n == name) => {
            DataType::Timestamp(TimeUnit::Microsecond, None)
        }
        other => other,
    }
}

/// Where the table's columns come from in one file.
fn csv_file(
    file: &File,
    sample: &Sample,
    fields: &[Field],
    hive: &[HiveColumn],
    options: &CsvOptions,
) -> Result<CsvFile> {
    let origin = |field: &Field| {
        if let Some(at) = sample.names.iter().position(|n| n == field.name()) {
            return Ok(Origin::Field(at));
        }
        match hive.iter().find(|h| &h.name == field.name()) {
            Some(column) => Ok(Origin::Constant(column.value(file)?)),
            None => {
                ScalarValue::try_from(field.data_type()).map(Origin::Constant).map_err(crate::from_datafusion)
            }
        }
    };
    Ok(CsvFile {
        file: Arc::new(file.clone()),
        compression: options.compression.unwrap_or_else(|| file.compression()),
        data_start: sample.data_start,
        width: sample.names.len(),
        origins: fields.iter().map(origin).collect::<Result<Vec<_>>>()?,
    })
}
