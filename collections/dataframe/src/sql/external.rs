//! `CREATE EXTERNAL TABLE name [(columns)] STORED AS CSV|PARQUET|JSON LOCATION 'path' [OPTIONS (…)]`.

use datafusion::logical_expr::{CreateExternalTable, LogicalPlan};
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_relational::CsvOptions;

use crate::engine;
use crate::formats::Format;

/// The plan that reads the table's files.
pub(crate) fn plan(create: &CreateExternalTable) -> Result<LogicalPlan> {
    if create.unbounded {
        return Err(Error::unsupported("unbounded external tables are not supported"));
    }
    let paths = create.locations.clone().into();
    match create.file_type.to_lowercase().as_str() {
        "csv" | "tsv" => engine::scan_csv(paths, csv_options(create)?),
        "parquet" => {
            refuse_options(create, "PARQUET")?;
            engine::scan_parquet(paths, swath_relational::ParquetOptions::default())
        }
        "json" | "ndjson" | "jsonl" => {
            refuse_options(create, "JSON")?;
            engine::scan_json(paths, swath_relational::JsonOptions::default())
        }
        other => {
            Err(unknown_name(ErrorKind::Unsupported, "file format", other, Format::NAMES.iter().copied()))
        }
    }
}

fn refuse_options(create: &CreateExternalTable, format: &str) -> Result<()> {
    match create.options.keys().next() {
        Some(option) => Err(Error::unsupported(format!("{format} tables have no option '{option}'"))),
        None => Ok(()),
    }
}

fn csv_options(create: &CreateExternalTable) -> Result<CsvOptions> {
    let mut options = CsvOptions::default();
    if create.file_type.eq_ignore_ascii_case("tsv") {
        options.delimiter = b'\t';
    }
    let declared = create.schema.fields();
    if !declared.is_empty() {
        options.dtypes = declared.iter().map(|f| (f.name().clone(), f.data_type().clone())).collect();
        options.columns = Some(declared.iter().map(|f| f.name().clone()).collect());
    }
    for (name, value) in &create.options {
        let name = name.strip_prefix("format.").unwrap_or(name).to_lowercase();
        set_option(&mut options, &name, value)?;
    }
    if !options.has_header && !declared.is_empty() {
        options.names.clone_from(&options.columns);
    }
    Ok(options)
}

fn set_option(options: &mut CsvOptions, name: &str, value: &str) -> Result<()> {
    match name {
        "has_header" | "header" => options.has_header = truth(name, value)?,
        "delimiter" => options.delimiter = byte(name, value)?,
        "quote" => options.quote = Some(byte(name, value)?),
        "comment" => options.comment = Some(byte(name, value)?),
        "null_value" => options.null_values = Some(vec![value.to_owned()]),
        "newlines_in_values" => options.newlines_in_values = Some(truth(name, value)?),
        "compression" => options.compression = Some(swath_files::Compression::parse(value)?),
        _ => {
            let known = [
                "has_header",
                "delimiter",
                "quote",
                "comment",
                "null_value",
                "newlines_in_values",
                "compression",
            ];
            return Err(unknown_name(ErrorKind::InvalidArgument, "CSV option", name, known));
        }
    }
    Ok(())
}

/// An option that is one character.
pub(crate) fn byte(name: &str, value: &str) -> Result<u8> {
    match value.as_bytes() {
        [only] => Ok(*only),
        b"\\t" => Ok(b'\t'),
        _ => Err(Error::argument(format!("the option '{name}' is one character, not '{value}'"))),
    }
}

/// An option that is true or false.
pub(crate) fn truth(name: &str, value: &str) -> Result<bool> {
    value
        .to_lowercase()
        .parse()
        .map_err(|_| Error::argument(format!("the option '{name}' is true or false, not '{value}'")))
}
