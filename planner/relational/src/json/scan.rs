//! From paths and options to a plan.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::reader::infer_json_schema;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, ScalarValue};
use datafusion::logical_expr::LogicalPlan;
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_files::{Compression, File, FileReader, Paths, Resolve, resolve};
use swath_graph::Key;

use super::JsonOptions;
use super::reader::JsonBlock;
use crate::lines::{self, BlockRows, Cut, LineFormat, Piece, Wanted, cut_files, problem};
use crate::parquet::select;
use crate::{PlanTable, SourceTable, hive};

/// A plan that reads JSON lines: paths, globs, folders or URLs, compressed or not.
///
/// The columns are the fields of the sampled lines; a line without one has a missing value there.
///
/// # Errors
/// [`ErrorKind::NotFound`] when nothing matches; [`ErrorKind::InvalidData`] naming a file whose lines are not objects;
/// [`ErrorKind::SchemaMismatch`] when a field has types in two files that do not fit together;
/// [`ErrorKind::UnknownColumn`].
pub fn read_json(paths: impl Into<Paths>, options: &JsonOptions) -> Result<LogicalPlan> {
    let paths = paths.into();
    let search = Resolve { hive: options.hive, ..Resolve::extensions(&["json", "jsonl", "ndjson"]) };
    let files = resolve(paths.clone(), &search)?;
    let mut schema: Option<(Schema, &File)> = None;
    let mut row_bytes = 0.0;
    for file in &files {
        let bytes = if schema.is_none() { options.sample_bytes } else { options.sample_bytes / 16 };
        let Some((found, bytes)) = sample(file, options, bytes)? else { continue };
        schema = Some(match schema {
            None => {
                row_bytes = bytes;
                (found, file)
            }
            Some((known, first)) => (merge(known, first, found, file)?, first),
        });
    }
    let Some((schema, _)) = schema else {
        let name = files.first().map_or_else(String::new, ToString::to_string);
        return Err(Error::new(ErrorKind::InvalidData, format!("{name} is empty: it has no line")));
    };
    let table = table(&files, schema, row_bytes, options)?;
    let mut key = Key::of("json").str(&format!("{options:?}"));
    for file in &files {
        key = file.key(key);
    }
    let plan =
        SourceTable::new(Arc::new(table), key.finish(), files, format!("json: {paths}")).into_plan()?;
    select(plan, options.columns.as_deref())
}

/// The columns of a file's first lines, and about how many bytes a line takes; `None` for an empty file.
fn sample(file: &File, options: &JsonOptions, bytes: usize) -> Result<Option<(Schema, f64)>> {
    let mut reader = FileReader::open(file, options.compression)?;
    let mut text = Vec::new();
    let mut want = bytes.max(1 << 12);
    let lines = loop {
        let had = text.len();
        text.resize(want, 0);
        let n = reader.fill(text.get_mut(had..).unwrap_or_default())?;
        text.truncate(had + n);
        if text.len() < want {
            break text.as_slice();
        }
        if let Some(newline) = memchr::memrchr(b'\n', &text) {
            break text.get(..newline).unwrap_or_default();
        }
        want *= 2;
    };
    let first = lines.iter().find(|b| !b.is_ascii_whitespace());
    match first {
        None => return Ok(None),
        Some(b'[') => {
            return Err(file
                .damaged("the file is one JSON list, not one object per line")
                .with_help("convert it to JSON lines, for example with `jq -c '.[]'`"));
        }
        Some(_) => {}
    }
    let (schema, rows) = if options.skip_bad_lines {
        tolerant(lines)
    } else {
        infer_json_schema(lines, None).map_err(|e| not_objects(file, options, lines, e))?
    };
    Ok(Some((schema, lines.len() as f64 / rows.max(1) as f64)))
}

/// The error for the first of some lines that is no JSON object.
fn not_objects(file: &File, options: &JsonOptions, lines: &[u8], why: ArrowError) -> Error {
    let mut offset = 0;
    for line in lines.split_inclusive(|b| *b == b'\n') {
        if let Err(why) = infer_json_schema(line, None) {
            let compression = options.compression.unwrap_or_else(|| file.compression());
            let what = format!("{} is not a JSON object: {why}", problem::shown(line.trim_ascii_end()));
            return problem::at(file, compression, offset, &what)
                .with_help("fix the line, or read with skip_bad_lines")
                .with_source(why);
        }
        offset += line.len() as u64;
    }
    file.damaged(format!("the sampled lines do not fit together: {why}")).with_source(why)
}

/// The columns of those lines that are objects.
fn tolerant(lines: &[u8]) -> (Schema, usize) {
    let mut fields: Option<Schema> = None;
    let mut rows = 0;
    for line in lines.split(|b| *b == b'\n') {
        if let Ok((found, 1)) = infer_json_schema(line, None) {
            rows += 1;
            fields = Some(match fields {
                None => found,
                Some(known) => widen(known.clone(), &found).unwrap_or(known),
            });
        }
    }
    (fields.unwrap_or_else(Schema::empty), rows)
}

/// The columns of both; `Err` names a field whose types do not fit together.
fn widen(known: Schema, found: &Schema) -> Result<Schema, Box<(Field, Field)>> {
    let mut fields: Vec<Field> = known.fields().iter().map(|f| f.as_ref().clone()).collect();
    for field in found.fields() {
        match fields.iter_mut().find(|f| f.name() == field.name()) {
            None => fields.push(field.as_ref().clone()),
            Some(same) => match common(same.data_type(), field.data_type()) {
                Some(dtype) => *same = same.clone().with_data_type(dtype),
                None => return Err(Box::new((same.clone(), field.as_ref().clone()))),
            },
        }
    }
    Ok(Schema::new(fields))
}

fn common(a: &DataType, b: &DataType) -> Option<DataType> {
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (DataType::Null, other) | (other, DataType::Null) => Some(other.clone()),
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => {
            Some(DataType::Float64)
        }
        (DataType::Struct(x), DataType::Struct(y)) => {
            widen(Schema::new(x.clone()), &Schema::new(y.clone())).ok().map(|s| DataType::Struct(s.fields))
        }
        (DataType::List(x), DataType::List(y)) => {
            let item = common(x.data_type(), y.data_type())?;
            Some(DataType::List(Arc::new(x.as_ref().clone().with_data_type(item))))
        }
        _ => None,
    }
}

fn merge(known: Schema, first: &File, found: Schema, file: &File) -> Result<Schema> {
    widen(known, &found).map_err(|both| {
        let (a, b) = both.as_ref();
        Error::new(
            ErrorKind::SchemaMismatch,
            format!("field '{}' is {} in {file} and {} in {first}", a.name(), b.data_type(), a.data_type()),
        )
        .with_help("make the files agree, or give the field's type in dtypes")
    })
}

fn table(files: &[File], found: Schema, row_bytes: f64, options: &JsonOptions) -> Result<JsonTable> {
    let known = || found.fields().iter().map(|f| f.name().as_str());
    if let Some((unknown, _)) = options.dtypes.iter().find(|(n, _)| !known().any(|k| k == n)) {
        return Err(unknown_name(ErrorKind::UnknownColumn, "column", unknown, known()));
    }
    let typed = |field: &Field| match options.dtypes.iter().find(|(n, _)| n == field.name()) {
        Some((_, dtype)) => dtype.clone(),
        // A field that is always null.
        None if field.data_type().is_null() => DataType::Utf8,
        None => field.data_type().clone(),
    };
    let mut fields: Vec<Field> =
        found.fields().iter().map(|f| Field::new(f.name(), typed(f), true)).collect();
    let own = fields.len();
    let hive = hive::columns(files)?;
    fields.extend(hive.iter().map(|h| Field::new(&h.name, h.dtype.clone(), true)));
    let files = files
        .iter()
        .map(|file| {
            let constants = hive.iter().map(|h| h.value(file)).collect::<Result<Vec<_>>>()?;
            let compression = options.compression.unwrap_or_else(|| file.compression());
            Ok(JsonFile { file: Arc::new(file.clone()), compression, constants })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(JsonTable {
        schema: Arc::new(Schema::new(fields)),
        own,
        files,
        skip_bad_lines: options.skip_bad_lines,
        blocksize: options.blocksize,
        row_bytes: row_bytes.max(1.0),
    })
}

/// One file of the table.
#[derive(Clone, Debug)]
pub(crate) struct JsonFile {
    pub(crate) file: Arc<File>,
    pub(crate) compression: Compression,
    /// The values of the folders' columns.
    pub(crate) constants: Vec<ScalarValue>,
}

/// Files of JSON lines and how they are read.
#[derive(Clone, Debug)]
pub(crate) struct JsonTable {
    pub(crate) schema: SchemaRef,
    /// How many columns are in the files; the rest are the folders'.
    pub(crate) own: usize,
    pub(crate) files: Vec<JsonFile>,
    pub(crate) skip_bad_lines: bool,
    pub(crate) blocksize: Option<u64>,
    pub(crate) row_bytes: f64,
}

lines::line_table!(JsonTable);

impl LineFormat for JsonTable {
    fn name(&self) -> &'static str {
        "JsonExec"
    }

    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn as_table(&self) -> &dyn PlanTable {
        self
    }

    fn stored_bytes(&self) -> u64 {
        self.files.iter().map(|f| f.file.size).sum()
    }

    fn row_bytes(&self) -> Option<f64> {
        let packed = self.files.iter().any(|f| f.compression != Compression::None);
        (!packed).then_some(self.row_bytes)
    }

    fn pieces(&self, partitions: usize) -> Vec<Piece> {
        let files = self.files.iter().map(|f| Cut { file: &f.file, compression: f.compression, start: 0 });
        cut_files(files, self.blocksize, partitions)
    }

    fn open(self: Arc<Self>, wanted: Wanted, piece: Piece) -> Result<Box<dyn BlockRows>> {
        Ok(Box::new(JsonBlock::open(&self, wanted, piece)?))
    }
}
