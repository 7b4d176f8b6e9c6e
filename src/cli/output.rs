//! Results on stdout, as a table, CSV or JSON lines; errors on stderr.
//!
//! A reader that goes away (`swath sql … | head`) ends the program quietly.

use std::io::{self, Write};

use clap::ValueEnum;
use swath::{Error, Table};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns; long results show their first and last rows.
    #[default]
    Table,
    /// Comma-separated values with a header, every row.
    Csv,
    /// One JSON object per row, every row.
    Json,
}

/// Why a command stopped.
pub enum Failure {
    /// Whoever read the output has gone.
    Closed,
    /// Something went wrong.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Error(Error::io("stdout", error)),
        }
    }
}

/// Prints an error. A stderr that is gone cannot be told so.
pub fn complain(error: &Error) {
    let _ = writeln!(io::stderr(), "error: {error}");
}

/// Prints a line.
pub fn line(text: &str) -> Result<(), Failure> {
    writeln!(io::stdout(), "{text}")?;
    Ok(())
}

/// Prints a result; tables show at most `rows` rows.
pub fn table(table: &Table, format: Format, rows: usize) -> Result<(), Failure> {
    match format {
        Format::Table if table.column_names() == ["plan_type", "plan"] => plans(table),
        Format::Table => line(&table.show(rows, 30)),
        Format::Csv => csv(table),
        Format::Json => json(table),
    }
}

/// Prints the answer to EXPLAIN: plans are text of several lines that no table holds.
fn plans(table: &Table) -> Result<(), Failure> {
    let column = |name| table.optional_values::<String>(name);
    for (kind, plan) in column("plan_type")?.into_iter().zip(column("plan")?) {
        line(&format!("{}\n{}", kind.unwrap_or_default(), plan.unwrap_or_default().trim_end()))?;
    }
    Ok(())
}

/// The output error in an Arrow error, if that is what it is.
fn arrow(error: arrow::error::ArrowError) -> Failure {
    match error {
        arrow::error::ArrowError::IoError(_, error) => error.into(),
        other => {
            let text = other.to_string();
            // arrow-csv turns what the writer says into text.
            if text.contains("Broken pipe") {
                Failure::Closed
            } else {
                Failure::Error(Error::unsupported(text))
            }
        }
    }
}

fn csv(table: &Table) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut header = true;
    let empty = arrow::array::RecordBatch::new_empty(table.schema().clone());
    let none = table.batches().is_empty().then_some(&empty);
    for batch in none.into_iter().chain(table.batches()) {
        let mut writer = arrow::csv::WriterBuilder::new().with_header(header).build(&mut out);
        writer.write(batch).map_err(arrow)?;
        header = false;
    }
    out.flush()?;
    Ok(())
}

fn json(table: &Table) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut writer = arrow::json::WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, arrow::json::writer::LineDelimited>(&mut out);
    for batch in table.batches() {
        writer.write(batch).map_err(arrow)?;
    }
    writer.finish().map_err(arrow)?;
    drop(writer);
    out.flush()?;
    Ok(())
}
