//! Files as tables: which quoted names are paths, how they are read, and `COPY … TO`.

use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::dml::CopyTo;
use datafusion::sql::parser::Statement;
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_relational::{CsvWrite, ParquetWrite, Sink};

use super::{SqlContext, catalog};
use crate::engine;
use crate::formats::Format;
use crate::frame::Frame;
use crate::{Collection, DataFrame};

/// Whether a table's name is a path, glob, folder or URL.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', '*', '?', '.'])
}

/// Makes the files that a statement names tables of these names. They are looked at anew for every statement.
pub(crate) fn register(context: &SqlContext, table: &TableReference) -> Result<()> {
    if let TableReference::Partial { schema, table: name } = table {
        let path = format!("{schema}.{name}");
        if context.has(&TableReference::bare(path.as_str())) {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no table {name} in a schema {schema}"),
            )
            .with_help(format!("a table's name with a dot in it is written in quotes: FROM \"{path}\"")));
        }
        if Format::of_name(&path).is_some() {
            return Err(Error::new(
                ErrorKind::NotFound,
                format!("there is no table {name} in a schema {schema}"),
            )
            .with_help(format!("a file's path is written in quotes: FROM '{path}'")));
        }
    }
    match table {
        TableReference::Bare { table: path } if is_path(path) && !context.has(table) => {
            context.put_file(table, catalog::view(read(path)?))
        }
        _ => Ok(()),
    }
}

/// Names the format of a `COPY … TO` that does not, by the file's suffix seen through a compression's.
pub(crate) fn name_format(statement: &mut Statement) {
    if let Statement::CopyTo(copy) = statement
        && copy.stored_as.is_none()
    {
        copy.stored_as = match Format::of_name(&copy.target) {
            Some(Format::Csv) => Some("CSV".to_owned()),
            Some(Format::Parquet) => Some("PARQUET".to_owned()),
            Some(Format::Json) => Some("JSON".to_owned()),
            Some(Format::Tsv) | None => None,
        };
    }
}

/// The plan that reads files, by their suffix.
pub(crate) fn read(path: &str) -> Result<LogicalPlan> {
    match Format::of_path(path)? {
        Format::Csv => engine::scan_csv(path.into(), swath_relational::CsvOptions::default()),
        Format::Tsv => {
            let options = swath_relational::CsvOptions { delimiter: b'\t', ..Default::default() };
            engine::scan_csv(path.into(), options)
        }
        Format::Parquet => engine::scan_parquet(path.into(), swath_relational::ParquetOptions::default()),
        Format::Json => engine::scan_json(path.into(), swath_relational::JsonOptions::default()),
    }
}

/// Writes a query's rows to files; gives what to tell the user. `in_order` says whether the query reads rows in order.
pub(crate) fn copy(copy: CopyTo, in_order: bool) -> Result<String> {
    if !copy.partition_by.is_empty() && copy.file_type.get_ext() != "parquet" {
        return Err(Error::unsupported("COPY … PARTITIONED BY writes Parquet only"));
    }
    let sink = match copy.file_type.get_ext().as_str() {
        "csv" => Sink::Csv(csv_write(&copy)?),
        "parquet" => {
            Sink::Parquet(ParquetWrite { partition_on: copy.partition_by.clone(), ..refuse(&copy)? })
        }
        "json" => Sink::Json(refuse(&copy)?),
        other => {
            return Err(Error::unsupported(format!("COPY does not write {other} files"))
                .with_help("csv, parquet or json"));
        }
    };
    let plan = std::sync::Arc::unwrap_or_clone(copy.input);
    let frame = DataFrame::of(Frame { plan, in_order });
    let written = frame.to_files(&copy.output_url, sink).compute()?;
    Ok(format!("wrote {} rows to {}", written.rows, copy.output_url))
}

/// The default options of a format, when the statement has none.
fn refuse<O: Default>(copy: &CopyTo) -> Result<O> {
    match copy.options.keys().next() {
        Some(name) => Err(Error::unsupported(format!(
            "COPY to {} files has no option '{name}'",
            copy.file_type.get_ext()
        ))),
        None => Ok(O::default()),
    }
}

fn csv_write(copy: &CopyTo) -> Result<CsvWrite> {
    let mut options = CsvWrite::default();
    for (name, value) in &copy.options {
        match name.strip_prefix("format.").unwrap_or(name).to_lowercase().as_str() {
            "has_header" | "header" => options.header = super::external::truth(name, value)?,
            "delimiter" => options.delimiter = super::external::byte(name, value)?,
            "null_value" => options.null.clone_from(value),
            other => {
                let known = ["header", "delimiter", "null_value"];
                return Err(unknown_name(ErrorKind::InvalidArgument, "CSV option", other, known));
            }
        }
    }
    Ok(options)
}
