//! What a context knows: tables, their columns, and plans as tables.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::catalog::view::ViewTable;
use datafusion::common::TableReference;
use datafusion::logical_expr::LogicalPlan;
use swath_error::Result;

use super::SqlContext;
use crate::DataFrame;

/// A plan as a table: queries over it see through it.
pub(crate) fn view(plan: LogicalPlan) -> Arc<dyn TableProvider> {
    Arc::new(ViewTable::new(plan, None))
}

impl SqlContext {
    /// The names of the tables and views, sorted; files that queries named are not among them.
    pub fn tables(&self) -> Vec<String> {
        let context = self.session.context();
        let schema = context.catalog("datafusion").and_then(|c| c.schema("public"));
        let mut names = schema.map(|s| s.table_names()).unwrap_or_default();
        names.retain(|n| !self.is_file(n));
        names.sort();
        names
    }

    /// A table's frame without its rows: its columns and types are known, nothing is computed.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::NotFound`] with the nearest names.
    pub fn describe(&self, name: &str) -> Result<DataFrame> {
        self.table(name)
    }

    /// Whether a name is that of a table already, and not of a file that a query named.
    pub(crate) fn has(&self, name: &TableReference) -> bool {
        !self.is_file(name.table()) && self.session.context().table_exist(name.clone()).unwrap_or(false)
    }
}
