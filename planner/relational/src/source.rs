//! Tables with a key: what a plan reads, so that the same plan over the same inputs is the same work.

use std::fmt::Debug;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{ScanArgs, ScanResult, Session, TableProvider};
use datafusion::common::{Constraints, DataFusionError, Statistics};
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::UNNAMED_TABLE;
use datafusion::logical_expr::{
    Expr, LogicalPlan, LogicalPlanBuilder, TableProviderFilterPushDown, TableType,
};
use datafusion::physical_plan::ExecutionPlan;
use swath_error::Result;
use swath_files::File;
use swath_graph::Key;

use crate::PlanTable;
use crate::error::from_datafusion;

/// A table and the key of its contents: files by place, size and time of change, data in memory by identity.
#[derive(Debug)]
pub struct SourceTable {
    inner: Arc<dyn PlanTable>,
    key: Key,
    files: Vec<File>,
    label: String,
}

impl SourceTable {
    /// A table whose contents `key` identifies; `label` is shown by `explain()`.
    pub fn new(inner: Arc<dyn PlanTable>, key: Key, files: Vec<File>, label: impl Into<String>) -> Self {
        Self { inner, key, files, label: label.into() }
    }

    /// The key of the contents.
    pub fn key(&self) -> Key {
        self.key
    }

    /// The files it reads; empty for data in memory.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// What `explain()` shows: `csv: 2015-*.csv (12 files)`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The same table made of something else.
    pub(crate) fn with_inner(&self, inner: Arc<dyn PlanTable>) -> Self {
        Self { inner, key: self.key, files: self.files.clone(), label: self.label.clone() }
    }

    pub(crate) fn inner(&self) -> &dyn PlanTable {
        &*self.inner
    }

    pub(crate) fn provider(&self) -> &dyn TableProvider {
        &*self.inner
    }

    /// A plan that reads the whole table.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when two columns have the same name.
    pub fn into_plan(self) -> Result<LogicalPlan> {
        LogicalPlanBuilder::scan(UNNAMED_TABLE, provider_as_source(Arc::new(self)), None)
            .and_then(LogicalPlanBuilder::build)
            .map_err(from_datafusion)
    }
}

#[async_trait]
impl TableProvider for SourceTable {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }

    fn constraints(&self) -> Option<&Constraints> {
        self.inner.constraints()
    }

    fn table_type(&self) -> TableType {
        self.inner.table_type()
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        self.inner.scan(state, projection, filters, limit).await
    }

    async fn scan_with_args<'a>(
        &self,
        state: &dyn Session,
        args: ScanArgs<'a>,
    ) -> Result<ScanResult, DataFusionError> {
        self.inner.scan_with_args(state, args).await
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        self.inner.supports_filters_pushdown(filters)
    }

    fn statistics(&self) -> Option<Statistics> {
        self.inner.statistics()
    }
}
