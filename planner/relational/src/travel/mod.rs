//! Plans that other processes run.
//!
//! In: a logical plan. Out: its bytes, and in the other process the plan again. Tables of ours travel as what it takes to
//! open them there: files as their paths and how they are read, small tables in memory as Arrow IPC. Functions travel by
//! name. Place in the flow: between the operations that run plans and DataFusion's own encoding. It never reads a file
//! before the plan is decoded where it runs.

mod codec;
mod inputs;
mod kinds;
mod lazy;
mod quoted;
mod subqueries;
mod tables;

use datafusion::execution::TaskContext;
use datafusion::logical_expr::LogicalPlan;
use datafusion_proto::bytes::{
    logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
};
use swath_error::{Error, ErrorKind, Result};

use crate::error::from_datafusion;
use codec::Codec;

pub(crate) use inputs::{settle, settle_kept};
pub(crate) use kinds::function;
pub use kinds::{DecodeTable, FunctionKind, PlanTable, TableKind};
pub(crate) use lazy::TravellingPlan;
pub(crate) use tables::{Constant, line_format, read_schema, schema_bytes};

/// Bytes of a table in memory that stand within the plan that reads it; larger ones are handed out by tasks of their own.
pub(crate) const INLINE: u64 = 1 << 20;

/// The bytes of a plan.
///
/// # Errors
/// [`ErrorKind::Unsupported`] naming what stays in this process: a closure of the user's, a table or step of a kind that
/// has no encoding.
pub fn encode_plan(plan: &LogicalPlan) -> Result<Vec<u8>> {
    let plan = subqueries::joined(plan)?;
    let quoted = quoted::quoted(&plan);
    let encoded = quoted.and_then(|plan| logical_plan_to_bytes_with_extension_codec(&plan, &Codec));
    encoded.map(|bytes| bytes.to_vec()).map_err(|e| match from_datafusion(e) {
        e if e.kind() == ErrorKind::Unsupported => e,
        e => Error::unsupported(format!("this plan cannot be run in another process: {}", e.message()))
            .with_source(e),
    })
}

/// The plan in `bytes`; `context` knows DataFusion's functions.
///
/// # Errors
/// [`ErrorKind::InvalidData`] for bytes that are not a plan; [`ErrorKind::NotFound`] naming a function, a kind of table or
/// a file that this process does not have.
pub fn decode_plan(bytes: &[u8], context: &TaskContext) -> Result<LogicalPlan> {
    logical_plan_from_bytes_with_extension_codec(bytes, context, &Codec).map_err(|e| {
        match from_datafusion(e) {
            e if e.kind() == ErrorKind::Internal => {
                Error::data(format!("a plan cannot be decoded: {}", e.message())).with_source(e)
            }
            e => e,
        }
    })
}
