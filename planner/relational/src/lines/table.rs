//! Formats of lines as DataFusion's tables.
//!
//! In: a [`super::LineFormat`] with a `schema`. Out: its `TableProvider`. It never looks into the files.

macro_rules! line_table {
    ($table:ty) => {
        #[async_trait::async_trait]
        impl TableProvider for $table {
            crate::exec_parts::base_table!();

            async fn scan(
                &self,
                state: &dyn datafusion::catalog::Session,
                projection: Option<&Vec<usize>>,
                _filters: &[datafusion::logical_expr::Expr],
                limit: Option<usize>,
            ) -> Result<Arc<dyn datafusion::physical_plan::ExecutionPlan>, DataFusionError> {
                $crate::lines::scan(Arc::new(self.clone()), state, projection, limit)
            }

            fn statistics(&self) -> Option<datafusion::common::Statistics> {
                Some($crate::lines::statistics(self))
            }
        }
    };
}

pub(crate) use line_table;
