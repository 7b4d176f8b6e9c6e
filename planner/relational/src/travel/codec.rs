//! What DataFusion asks us to encode: our tables and our functions.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::common::{DataFusionError, Result, TableReference};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Extension, LogicalPlan, ScalarUDF};
use datafusion_proto::logical_plan::LogicalExtensionCodec;
use serde::{Deserialize, Serialize};
use swath_error::Error;
use swath_files::File;
use swath_graph::Key;

use super::kinds;
use crate::SourceTable;

/// Encodes our tables by kind and our functions by name.
#[derive(Debug)]
pub(super) struct Codec;

/// A [`SourceTable`] as it travels.
#[derive(Serialize, Deserialize)]
struct Travelling {
    kind: String,
    data: Vec<u8>,
    key: Key,
    files: Vec<File>,
    label: String,
}

fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

impl LogicalExtensionCodec for Codec {
    fn try_decode(&self, _: &[u8], _: &[LogicalPlan], _: &TaskContext) -> Result<Extension> {
        Err(external(Error::data("a plan holds a step that this build does not know")))
    }

    fn try_encode(&self, node: &Extension, _: &mut Vec<u8>) -> Result<()> {
        Err(external(Error::unsupported(format!(
            "the step {} of a plan cannot be run in another process",
            node.node.name()
        ))))
    }

    fn try_decode_table_provider(
        &self,
        bytes: &[u8],
        _: &TableReference,
        schema: SchemaRef,
        context: &TaskContext,
    ) -> Result<Arc<dyn TableProvider>> {
        let from: Travelling = postcard::from_bytes(bytes)
            .map_err(|e| external(Error::data(format!("a table of a plan cannot be decoded: {e}"))))?;
        let kind = kinds::table_kind(&from.kind).map_err(external)?;
        let table = (kind.decode)(&from.data, schema, context).map_err(external)?;
        Ok(Arc::new(SourceTable::new(table, from.key, from.files, from.label)))
    }

    fn try_encode_table_provider(
        &self,
        name: &TableReference,
        node: Arc<dyn TableProvider>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let Some(source) = node.downcast_ref::<SourceTable>() else {
            return Err(external(Error::unsupported(format!(
                "the table {name} is of a kind that cannot be read in another process"
            ))));
        };
        let travelling = Travelling {
            kind: source.inner().kind().to_owned(),
            data: source.inner().travel().map_err(external)?,
            key: source.key(),
            files: source.files().to_vec(),
            label: source.label().to_owned(),
        };
        let encoded = postcard::to_stdvec(&travelling)
            .map_err(|e| external(Error::internal(format!("a table cannot be encoded: {e}"))))?;
        out.extend(encoded);
        Ok(())
    }

    fn try_decode_udf(&self, name: &str, _: &[u8]) -> Result<Arc<ScalarUDF>> {
        kinds::function(name).map_err(external)
    }
}
