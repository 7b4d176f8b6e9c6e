//! The tables and functions of ours that plans may name, whichever crate they are in.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{LogicalPlan, ScalarUDF};
use swath_error::{Error, ErrorKind, Result, unknown_name};

/// A table that can say what another process needs to open it.
pub trait PlanTable: TableProvider {
    /// The name its [`TableKind`] is registered under.
    fn kind(&self) -> &'static str;

    /// What its [`TableKind`] decodes.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a table that stays in this process.
    fn travel(&self) -> Result<Vec<u8>> {
        Err(Error::unsupported(format!("a table of kind {} cannot be read in another process", self.kind())))
    }

    /// The plan that the table is made of, when it is.
    fn input(&self) -> Option<&LogicalPlan> {
        None
    }

    /// The same table made of another plan.
    ///
    /// # Errors
    /// [`DataFusionError::Internal`] for a table that is not made of a plan.
    fn over(&self, input: LogicalPlan) -> Result<Arc<dyn PlanTable>, DataFusionError> {
        let _ = input;
        Err(DataFusionError::Internal(format!("a table of kind {} is not made of a plan", self.kind())))
    }
}

/// Opens a table from its data and its columns.
pub type DecodeTable = fn(&[u8], SchemaRef, &TaskContext) -> Result<Arc<dyn PlanTable>>;

/// A kind of table; submitted with `inventory`.
pub struct TableKind {
    /// Its name, unique in a build.
    pub name: &'static str,
    /// Opens one from its data and its columns.
    pub decode: DecodeTable,
}

/// A function of ours; submitted with `inventory`.
pub struct FunctionKind {
    /// Its name in plans.
    pub name: &'static str,
    /// Makes it.
    pub make: fn() -> Arc<ScalarUDF>,
}

inventory::collect!(TableKind);
inventory::collect!(FunctionKind);

pub(crate) fn table_kind(name: &str) -> Result<&'static TableKind> {
    let mut kinds = inventory::iter::<TableKind>.into_iter();
    kinds.find(|k| k.name == name).ok_or_else(|| {
        let known = inventory::iter::<TableKind>.into_iter().map(|k| k.name);
        unknown_name(ErrorKind::NotFound, "kind of table", name, known)
    })
}

pub(crate) fn function(name: &str) -> Result<Arc<ScalarUDF>> {
    let mut kinds = inventory::iter::<FunctionKind>.into_iter();
    match kinds.find(|k| k.name == name) {
        Some(kind) => Ok((kind.make)()),
        None => Err(Error::new(ErrorKind::NotFound, format!("there is no function {name} in this build"))),
    }
}
