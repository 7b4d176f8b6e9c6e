//! How each of our own tables travels.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use datafusion_proto::bytes::Serializeable;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};
use swath_files::{Compression, File};

use super::kinds::{PlanTable, TableKind};
use crate::csv::travel::{CsvFile, CsvTable, NullValues, OnError, Origin, Syntax};
use crate::error::from_datafusion;
use crate::json::travel::{JsonFile, JsonTable};
use crate::lines::LineFormat;
use crate::memory_table::{InputTable, MemoryTable};
use crate::parquet::ParquetTable;

fn written<T: Serialize>(table: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(table)
        .map_err(|e| Error::internal(format!("a table cannot be encoded: {e}")).with_source(e))
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes)
        .map_err(|e| Error::data(format!("a table of a plan cannot be decoded: {e}")).with_source(e))
}

/// One value in DataFusion's encoding.
#[derive(Serialize, Deserialize)]
pub(crate) struct Constant(Vec<u8>);

impl Constant {
    pub(crate) fn of(value: &ScalarValue) -> Result<Self> {
        let literal = Expr::Literal(value.clone(), None);
        literal.to_bytes().map(|bytes| Self(bytes.to_vec())).map_err(from_datafusion)
    }

    pub(crate) fn value(&self) -> Result<ScalarValue> {
        match Expr::from_bytes(&self.0).map_err(from_datafusion)? {
            Expr::Literal(value, _) => Ok(value),
            other => Err(Error::data(format!("{other} is not a value"))),
        }
    }
}

inventory::submit! {
    TableKind {
        name: "csv",
        decode: |bytes, schema, _| Ok(Arc::new(read::<CsvForm>(bytes)?.table(schema)?)),
    }
}

#[derive(Serialize, Deserialize)]
struct CsvForm {
    files: Vec<CsvFileForm>,
    syntax: Syntax,
    nulls: Vec<Vec<u8>>,
    on_error: OnError,
    blocksize: Option<u64>,
    newlines: bool,
    row_bytes: f64,
}

#[derive(Serialize, Deserialize)]
struct CsvFileForm {
    file: File,
    compression: Compression,
    data_start: u64,
    width: u64,
    origins: Vec<OriginForm>,
}

#[derive(Serialize, Deserialize)]
enum OriginForm {
    Field(u64),
    Constant(Constant),
}

impl PlanTable for CsvTable {
    fn kind(&self) -> &'static str {
        "csv"
    }

    fn travel(&self) -> Result<Vec<u8>> {
        let files = self.files.iter().map(CsvFileForm::of).collect::<Result<_>>()?;
        written(&CsvForm {
            files,
            syntax: self.syntax,
            nulls: self.nulls.texts().to_vec(),
            on_error: self.on_error,
            blocksize: self.blocksize,
            newlines: self.newlines,
            row_bytes: self.row_bytes,
        })
    }
}

impl CsvForm {
    fn table(self, schema: SchemaRef) -> Result<CsvTable> {
        let files = self.files.into_iter().map(CsvFileForm::file).collect::<Result<_>>()?;
        Ok(CsvTable {
            schema,
            files,
            syntax: self.syntax,
            nulls: NullValues::of(self.nulls),
            on_error: self.on_error,
            blocksize: self.blocksize,
            newlines: self.newlines,
            row_bytes: self.row_bytes,
        })
    }
}

impl CsvFileForm {
    fn of(file: &CsvFile) -> Result<Self> {
        let origin = |origin: &Origin| match origin {
            Origin::Field(at) => Ok(OriginForm::Field(*at as u64)),
            Origin::Constant(value) => Constant::of(value).map(OriginForm::Constant),
        };
        Ok(Self {
            file: (*file.file).clone(),
            compression: file.compression,
            data_start: file.data_start,
            width: file.width as u64,
            origins: file.origins.iter().map(origin).collect::<Result<_>>()?,
        })
    }

    fn file(self) -> Result<CsvFile> {
        let origin = |origin: OriginForm| match origin {
            OriginForm::Field(at) => Ok(Origin::Field(at as usize)),
            OriginForm::Constant(value) => value.value().map(Origin::Constant),
        };
        Ok(CsvFile {
            file: Arc::new(self.file),
            compression: self.compression,
            data_start: self.data_start,
            width: self.width as usize,
            origins: self.origins.into_iter().map(origin).collect::<Result<_>>()?,
        })
    }
}

inventory::submit! {
    TableKind {
        name: "json",
        decode: |bytes, schema, _| Ok(Arc::new(read::<JsonForm>(bytes)?.table(schema)?)),
    }
}

#[derive(Serialize, Deserialize)]
struct JsonForm {
    own: u64,
    files: Vec<(File, Compression, Vec<Constant>)>,
    skip_bad_lines: bool,
    blocksize: Option<u64>,
    row_bytes: f64,
}

impl PlanTable for JsonTable {
    fn kind(&self) -> &'static str {
        "json"
    }

    fn travel(&self) -> Result<Vec<u8>> {
        let file = |f: &JsonFile| {
            let constants = f.constants.iter().map(Constant::of).collect::<Result<_>>()?;
            Ok(((*f.file).clone(), f.compression, constants))
        };
        written(&JsonForm {
            own: self.own as u64,
            files: self.files.iter().map(file).collect::<Result<_>>()?,
            skip_bad_lines: self.skip_bad_lines,
            blocksize: self.blocksize,
            row_bytes: self.row_bytes,
        })
    }
}

impl JsonForm {
    fn table(self, schema: SchemaRef) -> Result<JsonTable> {
        let file = |(file, compression, constants): (File, Compression, Vec<Constant>)| {
            let constants = constants.iter().map(Constant::value).collect::<Result<_>>()?;
            Ok(JsonFile { file: Arc::new(file), compression, constants })
        };
        Ok(JsonTable {
            schema,
            own: self.own as usize,
            files: self.files.into_iter().map(file).collect::<Result<_>>()?,
            skip_bad_lines: self.skip_bad_lines,
            blocksize: self.blocksize,
            row_bytes: self.row_bytes,
        })
    }
}

/// The files of lines that [`PlanTable::travel`] of a table of kind `kind` wrote down.
pub(crate) fn line_format(kind: &str, bytes: &[u8], schema: SchemaRef) -> Result<Arc<dyn LineFormat>> {
    match kind {
        "csv" => Ok(Arc::new(read::<CsvForm>(bytes)?.table(schema)?)),
        "json" => Ok(Arc::new(read::<JsonForm>(bytes)?.table(schema)?)),
        other => Err(Error::data(format!("a table of kind {other} is not made of lines"))),
    }
}

/// A schema as bytes.
pub(crate) fn schema_bytes(schema: &SchemaRef) -> Result<Vec<u8>> {
    memory_bytes(schema, &[])
}

/// The schema of [`schema_bytes`].
pub(crate) fn read_schema(bytes: &[u8]) -> Result<SchemaRef> {
    let reader = StreamReader::try_new(bytes, None)
        .map_err(|e| Error::data(format!("the columns of a table cannot be decoded: {e}")))?;
    Ok(reader.schema())
}

inventory::submit! {
    TableKind {
        name: "parquet",
        decode: |bytes, schema, _| {
            let (files, own): (Vec<File>, u64) = read(bytes)?;
            let fields: Vec<_> = schema.fields().iter().take(own as usize).cloned().collect();
            Ok(Arc::new(ParquetTable::reopen(files, Arc::new(Schema::new(fields)))?))
        },
    }
}

impl PlanTable for ParquetTable {
    fn kind(&self) -> &'static str {
        "parquet"
    }

    fn travel(&self) -> Result<Vec<u8>> {
        written(&(self.sources(), self.own_columns() as u64))
    }
}

inventory::submit! {
    TableKind {
        name: "memory",
        decode: |bytes, schema, _| Ok(Arc::new(MemoryTable { batches: read_memory(bytes)?, schema })),
    }
}

impl PlanTable for MemoryTable {
    fn kind(&self) -> &'static str {
        "memory"
    }

    fn travel(&self) -> Result<Vec<u8>> {
        memory_bytes(&self.schema, &self.batches)
    }
}

/// Batches as an Arrow IPC stream.
fn memory_bytes(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<Vec<u8>> {
    let wrong = |e| Error::internal(format!("a table in memory cannot be encoded: {e}"));
    let mut writer = StreamWriter::try_new(Vec::new(), schema).map_err(wrong)?;
    for batch in batches {
        writer.write(batch).map_err(wrong)?;
    }
    writer.into_inner().map_err(wrong)
}

/// The batches of [`memory_bytes`].
fn read_memory(bytes: &[u8]) -> Result<Vec<RecordBatch>> {
    let wrong = |e| Error::data(format!("a table in memory cannot be decoded: {e}"));
    StreamReader::try_new(bytes, None).map_err(wrong)?.map(|batch| batch.map_err(wrong)).collect()
}

inventory::submit! {
    TableKind {
        name: "input",
        decode: |bytes, schema, _| {
            let (slot, count): (u64, u64) = read(bytes)?;
            Ok(Arc::new(InputTable { slot: slot as usize, count: count as usize, schema }))
        },
    }
}

impl PlanTable for InputTable {
    fn kind(&self) -> &'static str {
        "input"
    }

    fn travel(&self) -> Result<Vec<u8>> {
        written(&(self.slot as u64, self.count as u64))
    }
}
