//! What DataFusion asks us to encode of a physical plan: our scans, our functions.

use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::ScalarUDF;
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::bytes::{
    physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use serde::{Deserialize, Serialize};
use swath_error::Error;

use super::parquet::ParquetForm;
use crate::error::{from_datafusion, to_datafusion};
use crate::inputs_exec::InputsExec;
use crate::lines::LinesExec;
use crate::travel::{function, line_format, read_schema, schema_bytes};

/// The bytes of a physical plan.
pub(super) fn encode(plan: Arc<dyn ExecutionPlan>) -> Result<Vec<u8>> {
    physical_plan_to_bytes_with_extension_codec(plan, &Codec).map(|bytes| bytes.to_vec())
}

/// The physical plan in `bytes`; `context` knows DataFusion's functions.
pub(super) fn decode(bytes: &[u8], context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
    physical_plan_from_bytes_with_extension_codec(bytes, context, &Codec)
}

#[derive(Debug)]
struct Codec;

/// A step of ours as it travels.
#[derive(Serialize, Deserialize)]
enum Step {
    Lines {
        kind: String,
        table: Vec<u8>,
        schema: Vec<u8>,
        columns: Vec<u64>,
        cut_for: u64,
        fetch: Option<u64>,
    },
    Inputs {
        schema: Vec<u8>,
        columns: Vec<u64>,
        partitions: u64,
    },
    Parquet(ParquetForm),
}

impl Step {
    fn of(node: &Arc<dyn ExecutionPlan>) -> swath_error::Result<Self> {
        if let Some(scan) = ParquetForm::of(node).map_err(from_datafusion)? {
            return Ok(Self::Parquet(scan));
        }
        if let Some(inputs) = node.downcast_ref::<InputsExec>() {
            let (schema, columns, partitions) = inputs.parts();
            let columns = columns.iter().map(|c| *c as u64).collect();
            return Ok(Self::Inputs {
                schema: schema_bytes(schema)?,
                columns,
                partitions: partitions as u64,
            });
        }
        let Some(lines) = node.downcast_ref::<LinesExec>() else {
            return Err(Error::unsupported(format!("{} cannot be run in another process", node.name())));
        };
        let (format, columns, cut_for, fetch) = lines.parts();
        Ok(Self::Lines {
            kind: format.as_table().kind().to_owned(),
            table: format.as_table().travel()?,
            schema: schema_bytes(format.schema())?,
            columns: columns.iter().map(|c| *c as u64).collect(),
            cut_for: cut_for as u64,
            fetch: fetch.map(|n| n as u64),
        })
    }

    fn node(self, context: &TaskContext) -> Result<Arc<dyn ExecutionPlan>> {
        match self {
            Self::Parquet(scan) => scan.node(context),
            Self::Inputs { schema, columns, partitions } => {
                let schema = read_schema(&schema).map_err(to_datafusion)?;
                let columns = columns.into_iter().map(|c| c as usize).collect();
                let inputs = InputsExec::of_table(&schema, Some(&columns), 0, 1)?;
                Ok(Arc::new(inputs.of_task(partitions as usize)))
            }
            Self::Lines { kind, table, schema, columns, cut_for, fetch } => {
                let schema = read_schema(&schema).map_err(to_datafusion)?;
                let format = line_format(&kind, &table, schema).map_err(to_datafusion)?;
                let columns = columns.into_iter().map(|c| c as usize).collect();
                let (cut_for, fetch) = (cut_for as usize, fetch.map(|n| n as usize));
                let scan = LinesExec::new(format, columns, 1, fetch)?;
                Ok(Arc::new(scan.sliced(cut_for)?))
            }
        }
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        _: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let step: Step = postcard::from_bytes(bytes)
            .map_err(|e| to_datafusion(Error::data(format!("a step of a plan cannot be decoded: {e}"))))?;
        step.node(context)
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        out: &mut Vec<u8>,
        _: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let step = Step::of(&node).map_err(to_datafusion)?;
        let bytes = postcard::to_stdvec(&step)
            .map_err(|e| DataFusionError::Internal(format!("a step of a plan cannot be encoded: {e}")))?;
        out.extend(bytes);
        Ok(())
    }

    fn try_decode_udf(&self, name: &str, _: &[u8]) -> Result<Arc<ScalarUDF>> {
        function(name).map_err(to_datafusion)
    }
}
