//! Batches to bytes: one open file.

use std::io::{BufWriter, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_writer::ArrowWriterOptions;
use datafusion::parquet::basic::{Compression as Pages, ZstdLevel};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::properties::WriterProperties;
use swath_error::{Error, Result};
use swath_files::{Compression, Encoder};

use super::{ParquetCompression, ParquetWrite, Sink};
use crate::error::of_arrow;

/// What a file is written through: its bytes counted.
type Out = Encoder<BufWriter<Box<dyn Write + Send>>>;

/// A file that takes batches.
pub(crate) enum FileWriter {
    Csv(Box<arrow::csv::Writer<Out>>),
    Json(Box<arrow::json::LineDelimitedWriter<Out>>),
    Parquet(Box<ArrowWriter<BufWriter<Box<dyn Write + Send>>>>),
}

impl FileWriter {
    /// Starts a file of `schema` on `out`. `header` says whether a CSV file starts with the columns' names.
    pub(crate) fn start(
        sink: &Sink,
        compression: Compression,
        schema: &SchemaRef,
        header: bool,
        out: Box<dyn Write + Send>,
    ) -> Result<Self> {
        let out = BufWriter::with_capacity(1 << 18, out);
        let encoder = |out| Encoder::new(compression, out).map_err(|e| Error::io("the encoder", e));
        Ok(match sink {
            Sink::Csv(options) => {
                let mut out = encoder(out)?;
                let header = header && options.header;
                if header {
                    // Written here so that a file without rows has it too.
                    csv_header(&mut out, schema, options.delimiter)?;
                }
                let builder = arrow::csv::WriterBuilder::new()
                    .with_header(false)
                    .with_delimiter(options.delimiter)
                    .with_null(options.null.clone());
                Self::Csv(Box::new(builder.build(out)))
            }
            Sink::Json(_) => {
                let builder = arrow::json::WriterBuilder::new().with_explicit_nulls(true);
                Self::Json(Box::new(builder.build(encoder(out)?)))
            }
            Sink::Parquet(options) => {
                let options = parquet_options(options, schema)?;
                let writer = ArrowWriter::try_new_with_options(out, SchemaRef::clone(schema), options)
                    .map_err(of_parquet)?;
                Self::Parquet(Box::new(writer))
            }
        })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        match self {
            Self::Csv(writer) => writer.write(batch).map_err(|e| of_arrow(&e)),
            Self::Json(writer) => writer.write(batch).map_err(|e| of_arrow(&e)),
            Self::Parquet(writer) => writer.write(batch).map_err(of_parquet),
        }
    }

    /// Bytes held until the next row group is written.
    pub(crate) fn held(&self) -> usize {
        match self {
            Self::Csv(_) | Self::Json(_) => 0,
            Self::Parquet(writer) => writer.memory_size(),
        }
    }

    /// Ends the file and writes everything out.
    pub(crate) fn finish(self) -> Result<()> {
        let flush = |out: Out| out.finish().and_then(|mut w| w.flush()).map_err(|e| Error::io("writing", e));
        match self {
            Self::Csv(writer) => flush(writer.into_inner()),
            Self::Json(mut writer) => {
                writer.finish().map_err(|e| of_arrow(&e))?;
                flush(writer.into_inner())
            }
            Self::Parquet(writer) => {
                let mut out = writer.into_inner().map_err(of_parquet)?;
                out.flush().map_err(|e| Error::io("writing", e))
            }
        }
    }
}

fn csv_header(out: &mut Out, schema: &SchemaRef, delimiter: u8) -> Result<()> {
    let quoted = |name: &str| {
        let special = name.bytes().any(|b| b == delimiter || matches!(b, b'"' | b'\n' | b'\r'));
        if special { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_string() }
    };
    let names: Vec<String> = schema.fields().iter().map(|f| quoted(f.name())).collect();
    let line = names.join(&char::from(delimiter).to_string()) + "\n";
    out.write_all(line.as_bytes()).map_err(|e| Error::io("writing", e))
}

fn parquet_options(options: &ParquetWrite, schema: &SchemaRef) -> Result<ArrowWriterOptions> {
    let compression = match options.compression {
        ParquetCompression::None => Pages::UNCOMPRESSED,
        ParquetCompression::Snappy => Pages::SNAPPY,
        ParquetCompression::Zstd => Pages::ZSTD(ZstdLevel::default()),
        ParquetCompression::Lz4 => Pages::LZ4_RAW,
        ParquetCompression::Gzip => Pages::GZIP(datafusion::parquet::basic::GzipLevel::default()),
    };
    if options.row_group_rows == 0 {
        return Err(Error::argument("row_group_rows is 0: a row group holds at least one row"));
    }
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(options.row_group_rows))
        .build();
    // Views are a form in memory only: without Arrow's own schema other readers see plain strings.
    let views = |t: &DataType| matches!(t, DataType::Utf8View | DataType::BinaryView);
    let plain = schema.fields().iter().any(|f| views(f.data_type()));
    Ok(ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(plain))
}

fn of_parquet(error: ParquetError) -> Error {
    match error {
        ParquetError::NYI(what) => Error::unsupported(format!("Parquet: {what}")),
        other => {
            Error::new(swath_error::ErrorKind::Io, format!("writing Parquet: {other}")).with_source(other)
        }
    }
}
