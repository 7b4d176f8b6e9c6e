//! Parquet files: footers read once when the plan is made, columns and row groups pruned by DataFusion when it runs.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use bytes::Bytes;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::stats::Precision;
use datafusion::common::{DataFusionError, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, TableType, col};
use datafusion::parquet::arrow::parquet_to_arrow_schema;
use datafusion::parquet::errors::{ParquetError, Result as ParquetResult};
use datafusion::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use datafusion::parquet::file::reader::{ChunkReader, Length};
use datafusion::physical_plan::ExecutionPlan;
use swath_error::{Error, ErrorKind, Result, unknown_name};
use swath_files::{File, Location, Paths, Resolve, Source, resolve};
use swath_graph::Key;

use crate::SourceTable;
use crate::error::from_datafusion;
use crate::hive::{self, HiveColumn};

/// Options of [`crate::read_parquet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetOptions {
    /// The columns to keep, in this order; default all.
    pub columns: Option<Vec<String>>,
    /// Whether files may have different columns: the result has all of them, missing where a file lacks one. Default
    /// false: different columns are an error.
    pub unify_schemas: bool,
    /// Whether `name=value` folders become columns. Default true.
    pub hive: bool,
}

impl Default for ParquetOptions {
    fn default() -> Self {
        Self { columns: None, unify_schemas: false, hive: true }
    }
}

/// A plan that reads Parquet files: paths, globs, folders (also hive-partitioned ones) or URLs.
///
/// Only the columns a query uses are read, and only the row groups and pages whose statistics its filters admit.
///
/// # Errors
/// [`ErrorKind::NotFound`] when nothing matches; [`ErrorKind::InvalidData`] naming a file whose footer is damaged;
/// [`ErrorKind::SchemaMismatch`] naming two files that differ; [`ErrorKind::UnknownColumn`].
pub fn read_parquet(paths: impl Into<Paths>, options: &ParquetOptions) -> Result<LogicalPlan> {
    let paths = paths.into();
    let search = Resolve { hive: options.hive, ..Resolve::extensions(&["parquet", "parq", "pq"]) };
    let files = resolve(paths.clone(), &search)?;
    let mut footers = Vec::with_capacity(files.len());
    let mut schema: Option<(SchemaRef, &File)> = None;
    for file in &files {
        let footer = footer(file)?;
        let here = Arc::new(arrow_schema(file, &footer)?);
        schema = Some(match schema {
            None => (here, file),
            Some((known, first)) => (merged(&known, first, &here, file, options)?, first),
        });
        footers.push(footer);
    }
    let (schema, _) = schema.ok_or_else(|| Error::argument("the list of paths is empty"))?;
    let hive = hive::columns(&files)?;
    let table = ParquetTable::new(&files, &footers, schema, &hive)?;
    let mut key = Key::of("parquet").str(&format!("{options:?}"));
    for file in &files {
        key = file.key(key);
    }
    let plan =
        SourceTable::new(Arc::new(table), key.finish(), files, format!("parquet: {paths}")).into_plan()?;
    select(plan, options.columns.as_deref())
}

/// The plan with only these columns.
pub(crate) fn select(plan: LogicalPlan, columns: Option<&[String]>) -> Result<LogicalPlan> {
    let Some(columns) = columns else { return Ok(plan) };
    let names: Vec<&str> = plan.schema().fields().iter().map(|f| f.name().as_str()).collect();
    if let Some(unknown) = columns.iter().find(|c| !names.contains(&c.as_str())) {
        return Err(unknown_name(ErrorKind::UnknownColumn, "column", unknown, names));
    }
    let wanted: Vec<Expr> =
        columns.iter().map(|c| col(datafusion::common::Column::new_unqualified(c))).collect();
    LogicalPlanBuilder::from(plan)
        .project(wanted)
        .and_then(LogicalPlanBuilder::build)
        .map_err(from_datafusion)
}

/// Reads a file's footer.
fn footer(file: &File) -> Result<ParquetMetaData> {
    let chunks = Chunks { source: Mutex::new(Source::open(file)?), size: file.size };
    ParquetMetaDataReader::new().parse_and_finish(&chunks).map_err(|e| damaged(file, e))
}

fn damaged(file: &File, error: ParquetError) -> Error {
    if let ParquetError::External(inner) = &error
        && let Some(own) = inner.downcast_ref::<Error>()
    {
        return own.clone();
    }
    file.damaged(format!("the Parquet footer cannot be read: {error}"))
        .with_help("the file is cut short, damaged or not Parquet")
        .with_source(error)
}

fn arrow_schema(file: &File, footer: &ParquetMetaData) -> Result<Schema> {
    let meta = footer.file_metadata();
    let schema = parquet_to_arrow_schema(meta.schema_descr(), meta.key_value_metadata())
        .map_err(|e| damaged(file, e))?;
    let fields = schema.fields().iter().map(|f| view_field(f)).collect::<Vec<_>>();
    Ok(Schema::new(fields))
}

/// Strings and bytes as views, which filters and joins pass on without copying.
fn view_field(field: &Field) -> Field {
    let dtype = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        other => other.clone(),
    };
    Field::new(field.name(), dtype, true)
}

/// The schema of two files together.
fn merged(
    known: &SchemaRef,
    first: &File,
    here: &SchemaRef,
    file: &File,
    options: &ParquetOptions,
) -> Result<SchemaRef> {
    if known == here {
        return Ok(Arc::clone(known));
    }
    let advice = "make the files agree, or read them with unify_schemas";
    if !options.unify_schemas {
        let what = difference(known, here);
        return Err(Error::new(
            ErrorKind::SchemaMismatch,
            format!("{file} and {first} have different columns: {what}"),
        )
        .with_help(advice));
    }
    let mut fields: Vec<Field> = known.fields().iter().map(|f| f.as_ref().clone()).collect();
    for field in here.fields() {
        match fields.iter_mut().find(|f| f.name() == field.name()) {
            None => fields.push(field.as_ref().clone()),
            Some(same) => match widened(same.data_type(), field.data_type()) {
                Some(dtype) => *same = same.clone().with_data_type(dtype),
                None => {
                    return Err(Error::new(
                        ErrorKind::SchemaMismatch,
                        format!(
                            "column '{}' is {} in {file} and {} in {first}, which no type holds",
                            field.name(),
                            field.data_type(),
                            same.data_type()
                        ),
                    ));
                }
            },
        }
    }
    Ok(Arc::new(Schema::new(fields)))
}

fn widened(a: &DataType, b: &DataType) -> Option<DataType> {
    if a == b {
        return Some(a.clone());
    }
    datafusion::logical_expr::type_coercion::binary::comparison_coercion(a, b)
}

/// The first difference, for people.
fn difference(a: &Schema, b: &Schema) -> String {
    for field in b.fields() {
        match a.field_with_name(field.name()) {
            Err(_) => return format!("'{}' is in the first only", field.name()),
            Ok(other) if other.data_type() != field.data_type() => {
                return format!("'{}' is {} and {}", field.name(), field.data_type(), other.data_type());
            }
            Ok(_) => {}
        }
    }
    match a.fields().iter().find(|f| b.field_with_name(f.name()).is_err()) {
        Some(field) => format!("'{}' is in the second only", field.name()),
        None => "their order differs".into(),
    }
}

/// A file as the Parquet library reads it.
struct Chunks {
    source: Mutex<Source>,
    size: u64,
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        let rest = usize::try_from(self.size.saturating_sub(start)).unwrap_or(usize::MAX);
        Ok(bytes::Buf::reader(self.get_bytes(start, rest)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let mut bytes = vec![0; length];
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let n = source.read_at(start, &mut bytes).map_err(|e| ParquetError::External(Box::new(e)))?;
        if n < length {
            return Err(ParquetError::EOF(format!("{length} bytes were expected at {start}, {n} are there")));
        }
        Ok(bytes.into())
    }
}

/// Parquet files that DataFusion scans.
#[derive(Debug)]
pub(crate) struct ParquetTable {
    sources: Vec<File>,
    schema: TableSchema,
    store: ObjectStoreUrl,
    files: Vec<PartitionedFile>,
    statistics: Statistics,
}

impl ParquetTable {
    fn new(
        files: &[File],
        footers: &[ParquetMetaData],
        schema: SchemaRef,
        hive: &[HiveColumn],
    ) -> Result<Self> {
        let folders: Vec<FieldRef> =
            hive.iter().map(|h| Arc::new(Field::new(&h.name, h.dtype.clone(), true))).collect();
        let table = TableSchema::builder(Arc::clone(&schema)).with_table_partition_cols(folders).build();
        let mut statistics = Statistics::new_unknown(table.table_schema());
        let rows: i64 = footers.iter().map(|f| f.file_metadata().num_rows()).sum();
        statistics.num_rows = Precision::Exact(usize::try_from(rows).unwrap_or(0));
        let mut parts = Vec::with_capacity(files.len());
        for (file, footer) in files.iter().zip(footers) {
            let values = hive.iter().map(|h| h.value(file)).collect::<Result<Vec<_>>>()?;
            let found = DFParquetMetadata::statistics_from_parquet_metadata(footer, &schema)
                .map_err(from_datafusion)?;
            let mut part = partitioned(file)?.with_partition_values(values);
            part = part.with_statistics(Arc::new(found));
            parts.push(part);
        }
        Ok(Self {
            sources: files.to_vec(),
            schema: table,
            store: store_url(files)?,
            files: parts,
            statistics,
        })
    }

    /// The table that another process made of `files`, whose own columns, without those of the folders, are `schema`.
    pub(crate) fn reopen(files: Vec<File>, schema: SchemaRef) -> Result<Self> {
        let footers = files.iter().map(footer).collect::<Result<Vec<_>>>()?;
        Self::new(&files, &footers, schema, &hive::columns(&files)?)
    }

    /// The files.
    pub(crate) fn sources(&self) -> &[File] {
        &self.sources
    }

    /// How many columns are in the files; those of the folders follow.
    pub(crate) fn own_columns(&self) -> usize {
        self.schema.file_schema().fields().len()
    }

    /// The files in `n` contiguous groups; DataFusion cuts them further where that evens them out.
    fn groups(&self, n: usize) -> Vec<FileGroup> {
        let per_group = self.files.len().div_ceil(n.max(1)).max(1);
        self.files.chunks(per_group).map(|files| FileGroup::new(files.to_vec())).collect()
    }
}

/// A file as DataFusion knows it.
fn partitioned(file: &File) -> Result<PartitionedFile> {
    let path = match &file.location {
        Location::Local(path) => object_store::path::Path::from_absolute_path(path)
            .map_err(|e| Error::argument(format!("{file}: {e}")))?,
        Location::Url(_) => {
            let url = file.location.url()?;
            object_store::path::Path::from_url_path(url.path())
                .map_err(|e| Error::argument(format!("{file}: {e}")))?
        }
    };
    let mut part = PartitionedFile::new(String::new(), file.size);
    part.object_meta.location = path;
    Ok(part)
}

/// The store that all files are in.
fn store_url(files: &[File]) -> Result<ObjectStoreUrl> {
    let root = |file: &File| {
        let url = file.location.url()?;
        Ok(format!("{}://{}", url.scheme(), url.authority()))
    };
    let Some(first) = files.first() else { return Ok(ObjectStoreUrl::local_filesystem()) };
    let expected = root(first)?;
    for file in files {
        if root(file)? != expected {
            return Err(Error::unsupported(format!("{file} and {first} are in different stores"))
                .with_help("read them as two tables and concatenate those"));
        }
    }
    if expected == "file://" {
        return Ok(ObjectStoreUrl::local_filesystem());
    }
    ObjectStoreUrl::parse(&expected).map_err(from_datafusion)
}

#[async_trait]
impl TableProvider for ParquetTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.schema.table_schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let options = TableParquetOptions {
            global: state.config_options().execution.parquet.clone(),
            ..TableParquetOptions::default()
        };
        let source = ParquetSource::new(self.schema.clone()).with_table_parquet_options(options);
        let config = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(self.groups(state.config().target_partitions()))
            .with_statistics(self.statistics.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    fn statistics(&self) -> Option<Statistics> {
        Some(self.statistics.clone())
    }
}
