//! A scan of Parquet files as it travels: slices of files, the columns read, what row groups must hold.
//!
//! The files' footers do not travel: a worker reads those of its slices.

use std::sync::Arc;

use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::listing::{FileRange, PartitionedFile};
use datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::TaskContext;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::projection::ProjectionExec;
use serde::{Deserialize, Serialize};
use swath_error::Error;

use super::codec;
use crate::error::to_datafusion;
use crate::travel::{Constant, read_schema, schema_bytes};

/// The scan.
#[derive(Serialize, Deserialize)]
pub(super) struct ParquetForm {
    /// The columns in the files, and how many of the folders' follow.
    schema: Vec<u8>,
    of_folders: u64,
    store: String,
    slices: Vec<Vec<FileForm>>,
    /// The columns read, as a plan of their expressions.
    projection: Option<Vec<u8>>,
    /// What rows must satisfy, in the same way; it is checked again above the scan.
    predicate: Option<Vec<u8>>,
    fetch: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct FileForm {
    path: String,
    size: u64,
    range: Option<(i64, i64)>,
    /// Values of the folders' columns.
    values: Vec<Constant>,
}

impl FileForm {
    fn of(file: &PartitionedFile) -> swath_error::Result<Self> {
        Ok(Self {
            path: file.object_meta.location.to_string(),
            size: file.object_meta.size,
            range: file.range.as_ref().map(|r| (r.start, r.end)),
            values: file.partition_values.iter().map(Constant::of).collect::<swath_error::Result<_>>()?,
        })
    }

    fn file(self) -> Result<PartitionedFile> {
        let values =
            self.values.iter().map(Constant::value).collect::<swath_error::Result<Vec<ScalarValue>>>();
        let mut file = PartitionedFile::new(String::new(), self.size)
            .with_partition_values(values.map_err(to_datafusion)?);
        file.object_meta.location = object_store::path::Path::parse(&self.path)
            .map_err(|e| to_datafusion(Error::data(format!("'{}' is no path: {e}", self.path))))?;
        file.range = self.range.map(|(start, end)| FileRange { start, end });
        Ok(file)
    }
}

impl ParquetForm {
    /// The form of a scan; none for another kind of scan.
    pub(super) fn of(node: &Arc<dyn ExecutionPlan>) -> Result<Option<Self>> {
        let Some(scan) = node.downcast_ref::<DataSourceExec>() else { return Ok(None) };
        let Some((config, source)) = scan.downcast_to_file_source::<ParquetSource>() else { return Ok(None) };
        let columns = |exprs: &ProjectionExprs| expressions(config, exprs.iter().cloned().collect());
        let predicate = |filter| expressions(config, vec![ProjectionExpr::new(filter, "predicate")]);
        let slice = |group: &FileGroup| group.iter().map(FileForm::of).collect::<swath_error::Result<_>>();
        let slices = config.file_groups.iter().map(slice).collect::<swath_error::Result<_>>();
        Ok(Some(Self {
            schema: schema_bytes(source.table_schema().table_schema()).map_err(to_datafusion)?,
            of_folders: source.table_schema().table_partition_cols().len() as u64,
            store: config.object_store_url.as_str().to_owned(),
            slices: slices.map_err(to_datafusion)?,
            projection: source.projection().map(columns).transpose()?,
            predicate: source.filter().map(predicate).transpose()?,
            fetch: config.limit.map(|n| n as u64),
        }))
    }

    /// The scan; `context` knows DataFusion's functions.
    pub(super) fn node(self, context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = read_schema(&self.schema).map_err(to_datafusion)?;
        let own = schema.fields().len().saturating_sub(self.of_folders as usize);
        let fields = schema.fields().iter();
        let in_files = arrow::datatypes::Schema::new(fields.clone().take(own).cloned().collect::<Vec<_>>());
        let table = TableSchema::builder(Arc::new(in_files))
            .with_table_partition_cols(fields.skip(own).cloned().collect::<Vec<_>>())
            .build();
        let mut source = ParquetSource::new(table);
        if let Some(predicate) = self.predicate {
            let filter = read_expressions(&predicate, context)?.into_iter().next();
            source = filter.into_iter().fold(source, |s, f| s.with_predicate(f.expr));
        }
        let mut source: Arc<dyn FileSource> = Arc::new(source);
        if let Some(projection) = self.projection {
            let columns = ProjectionExprs::new(read_expressions(&projection, context)?);
            source = source.try_pushdown_projection(&columns)?.ok_or_else(|| {
                DataFusionError::Internal("a Parquet scan does not take its columns".into())
            })?;
        }
        let slice = |files: Vec<FileForm>| {
            files.into_iter().map(FileForm::file).collect::<Result<Vec<_>>>().map(FileGroup::new)
        };
        let slices = self.slices.into_iter().map(slice).collect::<Result<Vec<_>>>()?;
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(&self.store)?, source)
            .with_file_groups(slices)
            .with_limit(self.fetch.map(|n| n as usize))
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// Expressions over the table of a scan, as a plan that computes them.
fn expressions(config: &FileScanConfig, exprs: Vec<ProjectionExpr>) -> Result<Vec<u8>> {
    let table = Arc::clone(config.file_source().table_schema().table_schema());
    let exprs: Vec<(Arc<dyn PhysicalExpr>, String)> = exprs.into_iter().map(|e| (e.expr, e.alias)).collect();
    codec::encode(Arc::new(ProjectionExec::try_new(exprs, Arc::new(EmptyExec::new(table)))?))
}

fn read_expressions(bytes: &[u8], context: &TaskContext) -> Result<Vec<ProjectionExpr>> {
    let plan = codec::decode(bytes, context)?;
    let exprs = plan.downcast_ref::<ProjectionExec>().map(|p| p.expr().to_vec());
    exprs.ok_or_else(|| to_datafusion(Error::data("the columns of a Parquet scan cannot be decoded")))
}
