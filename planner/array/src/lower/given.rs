//! Blocks of other collections' tasks, checked against what the array promises.

use std::sync::Arc;

use ndarray::{Array, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn};
use serde::{Deserialize, Serialize};
use swath_block::{
    Block, Chunk, DType, Element, Inputs, Operation, TaskContext, Value, encode_operation,
    register_operation, with_dtype,
};
use swath_error::{Error, ErrorKind, Result};

use super::blockwise::Lengths;
use super::elementwise::annotations;
use super::{Grid, Lowering};
use crate::expr::Expr;
use crate::nodes::Given;

/// Hands a block on that is what was promised.
#[derive(Debug, Serialize, Deserialize)]
struct Expect {
    name: String,
    dtype: DType,
    /// None where chunk lengths are unknown.
    lengths: Option<Lengths>,
}

register_operation!(Expect, "array.given");

impl Operation for Expect {
    fn name(&self) -> &'static str {
        "array.given"
    }

    fn run(&self, inputs: Inputs, ctx: &TaskContext<'_>) -> Result<Block> {
        let block = inputs.into_iter().next().ok_or_else(|| Error::internal("a task has no input"))?;
        let chunk = match block {
            Block::Array(chunk) => Arc::unwrap_or_clone(chunk),
            Block::Value(value) => with_dtype!(self.dtype, T => of_ndarray::<T>(value))
                .map_err(|found| self.refuse(found.type_name()))??,
            other => return Err(self.refuse(other.kind())),
        };
        let shape = self.lengths.as_ref().map(|l| l.shape(ctx.index));
        if chunk.dtype() != self.dtype || shape.as_ref().is_some_and(|s| s.as_slice() != chunk.shape()) {
            let promised = shape.map(|s| format!(" of shape {:?}", s.as_slice())).unwrap_or_default();
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "{} gave {} of shape {:?} where {}{promised} was promised",
                    self.name,
                    chunk.dtype(),
                    chunk.shape(),
                    self.dtype
                ),
            )
            .with_help("name the shape and the element type that the function gives"));
        }
        Ok(chunk.into())
    }

    fn encode(&self) -> Result<Vec<u8>> {
        encode_operation(self)
    }
}

impl Expect {
    fn refuse(&self, found: &str) -> Error {
        Error::new(
            ErrorKind::TypeMismatch,
            format!("{} gave a {found} where an array of {} was promised", self.name, self.dtype),
        )
        .with_help("the function's result must be an ndarray of this element type, or a Chunk")
    }
}

/// The chunk of an ndarray that a function of this process gave; the value again when it is something else.
fn of_ndarray<T: Element>(value: Value) -> std::result::Result<Result<Chunk>, Value> {
    macro_rules! dimensions {
        ($($d:ty)*) => { $(
            if value.type_name() == std::any::type_name::<Array<T, $d>>() {
                let array = value.downcast_any::<Array<T, $d>>();
                return Ok(array.map(|a| Chunk::from_array(Arc::unwrap_or_clone(a).into_dyn())));
            }
        )* };
    }
    dimensions! { IxDyn Ix0 Ix1 Ix2 Ix3 Ix4 Ix5 Ix6 }
    Err(value)
}

/// The layer that checks blocks of other tasks.
pub(crate) fn given(node: &Given, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
    let sources = (node.tasks)(to.builder)?;
    let blocks = expr.chunks().blocks();
    if sources.len() != blocks {
        return Err(Error::argument(format!(
            "{} has {} results where an array of {blocks} chunks was promised",
            node.name,
            sources.len()
        )));
    }
    let lengths = expr.chunks().is_known().then(|| Lengths::of(expr)).transpose()?;
    let operation = Expect { name: node.name.to_string(), dtype: expr.dtype(), lengths };
    let tasks = to.layer(expr.key(), "from_delayed", operation, blocks, annotations(expr), |i, out| {
        out.extend(sources.get(i));
    })?;
    Grid::new(expr.chunks().grid(), tasks)
}
