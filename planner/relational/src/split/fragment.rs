//! The operations that run parts of a plan.

use std::sync::{Arc, OnceLock};

use datafusion::physical_plan::{ExecutionPlan, displayable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use swath_block::{
    Block, Inputs, OpHandle, Operation, Table, TaskContext, encode_operation, register_operation,
};
use swath_error::{Error, Result};
use swath_graph::Payload;

use super::{codec, marks, slices};
use crate::error::{elsewhere, from_datafusion};
use crate::lines::LinesExec;
use crate::run::collect;
use crate::{Session, stop, threads};

/// A physical plan as it travels, and as it is run.
#[derive(Clone, Debug)]
struct Plan {
    bytes: Arc<[u8]>,
    decoded: OnceLock<Result<Arc<dyn ExecutionPlan>>>,
}

impl Plan {
    /// The plan; `session` knows DataFusion's functions.
    fn get(&self, session: &Session) -> Result<&Arc<dyn ExecutionPlan>> {
        let decode = || codec::decode(&self.bytes, &session.context().task_ctx()).map_err(from_datafusion);
        self.decoded.get_or_init(decode).as_ref().map_err(Clone::clone)
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.bytes)
    }
}

impl<'de> Deserialize<'de> for Plan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let bytes: Vec<u8> = Vec::deserialize(from)?;
        Ok(Self { bytes: bytes.into(), decoded: OnceLock::new() })
    }
}

/// Runs a part of a plan: over the slice of its source that the task's index says, or over the tables it reads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RunFragment {
    plan: Plan,
    /// Whether each of the plan's partitions is a table of its own, in a tuple.
    apart: bool,
}

register_operation!(RunFragment, "relational.fragment");

impl RunFragment {
    /// The operation, or why the plan cannot be run in another process.
    pub(super) fn new(plan: Arc<dyn ExecutionPlan>, apart: bool) -> Result<Self, String> {
        let shown = displayable(plan.as_ref()).indent(true).to_string();
        let bytes = codec::encode(plan).map_err(|e| reason(&from_datafusion(e)))?;
        let plan = Plan { bytes: bytes.into(), decoded: OnceLock::new() };
        let back = plan.get(&Session::new()).map_err(|e| reason(&e))?;
        if displayable(back.as_ref()).indent(true).to_string() != shown {
            return Err("a step of it would be another one in another process".into());
        }
        Ok(Self { plan, apart })
    }

    pub(super) fn payload(self) -> Payload {
        OpHandle::payload(self)
    }
}

fn reason(error: &Error) -> String {
    let message = error.message();
    let first = message.lines().next().unwrap_or_default();
    format!("it cannot be written down in parts: {}", first.get(..160).unwrap_or(first))
}

impl Operation for RunFragment {
    fn name(&self) -> &'static str {
        "relational.fragment"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let tables = inputs.into_iter().map(Block::into_table).collect::<Result<Vec<_>>>()?;
        let mut open = marks::gather(tables.iter().map(AsRef::as_ref))?;
        let session = Session::for_task(ctx)?;
        let (plan, source) =
            slices::filled(self.plan.get(&session)?, ctx.index as usize, &tables).map_err(from_datafusion)?;
        drop(tables);
        let schema = plan.schema();
        let plan = stop::stoppable(plan)?;
        let reads = Arc::clone(session.reads());
        let context = session.context().task_ctx();
        let parts = threads::drive(ctx, &reads, collect(plan, context)).map_err(elsewhere)?;
        open.extend(source.downcast_ref::<LinesExec>().map(LinesExec::open_quotes).unwrap_or_default());
        let noted = marks::noted(Arc::clone(&schema), &open);
        if !self.apart {
            return Ok(Table::new(noted, parts.into_iter().flatten().collect())?.into());
        }
        // Notes are kept once, with the first table.
        let schemas = std::iter::once(noted).chain(std::iter::repeat(schema));
        let tables = parts.into_iter().zip(schemas).map(|(rows, schema)| Table::new(schema, rows));
        Ok(Block::Tuple(tables.map(|t| t.map(Block::from)).collect::<Result<_>>()?))
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

/// Hands on one table of a tuple of so many: task `i` the one at the remainder of its index.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bucket {
    pub(super) of: u32,
}

register_operation!(Bucket, "relational.bucket");

impl Operation for Bucket {
    fn name(&self) -> &'static str {
        "relational.bucket"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let missing = || Error::internal("a part gave fewer tables than it was asked for");
        let tables = inputs.into_iter().next().ok_or_else(missing)?.into_tuple()?;
        let index = ctx.index.checked_rem(self.of).ok_or_else(missing)?;
        tables.get(index as usize).cloned().ok_or_else(missing)
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}
