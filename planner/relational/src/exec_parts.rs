//! What many of DataFusion's traits ask of our plans and tables in the same words.
//!
//! In: the impl block that needs them. Out: the methods. They never hold anything that differs between two plans.

/// The methods of an `ExecutionPlan` that reads no other plan and keeps its `properties`.
macro_rules! leaf_plan {
    () => {
        fn properties(&self) -> &Arc<PlanProperties> {
            &self.properties
        }

        fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
            Vec::new()
        }

        fn with_new_children(
            self: Arc<Self>,
            _: Vec<Arc<dyn ExecutionPlan>>,
        ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
            Ok(self)
        }

        $crate::exec_parts::no_expressions!();
    };
}

/// For an `ExecutionPlan` without expressions of its own.
macro_rules! no_expressions {
    () => {
        fn apply_expressions(
            &self,
            _: &mut dyn FnMut(
                &Arc<dyn datafusion::physical_expr::PhysicalExpr>,
            )
                -> Result<datafusion::common::tree_node::TreeNodeRecursion, DataFusionError>,
        ) -> Result<datafusion::common::tree_node::TreeNodeRecursion, DataFusionError> {
            Ok(datafusion::common::tree_node::TreeNodeRecursion::Continue)
        }
    };
}

/// The methods of a `TableProvider` that is a table with a `schema`.
macro_rules! base_table {
    () => {
        fn schema(&self) -> SchemaRef {
            Arc::clone(&self.schema)
        }

        fn table_type(&self) -> datafusion::logical_expr::TableType {
            datafusion::logical_expr::TableType::Base
        }
    };
}

pub(crate) use {base_table, leaf_plan, no_expressions};
