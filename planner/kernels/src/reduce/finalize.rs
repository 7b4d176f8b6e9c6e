//! Third phase: the result from the last partial result.

use swath_block::{Chunk, DType, Scalar};
use swath_error::{Error, Result};

use super::ReduceOp;
use super::op::Family;
use crate::layout::squeeze;
use crate::ops::{BinaryOp, UnaryOp};
use crate::program::{ProgramBuilder, Value};
use crate::promote::Kind;

/// The result, of [`ReduceOp::result_dtype`] for elements of type `input`; `keepdims` keeps the reduced axes with length
/// 1.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for an extreme of nothing, or the index of an extreme among NaN only.
pub fn finalize(
    op: ReduceOp,
    input: DType,
    parts: Vec<Chunk>,
    axes: &[usize],
    keepdims: bool,
) -> Result<Chunk> {
    if parts.is_empty() {
        return Err(Error::argument(format!("{} of no elements has no value", op.name()))
            .with_help("check that the array is not empty along the reduced axes"));
    }
    if parts.len() != op.parts() {
        return Err(Error::internal(format!("a partial {} has {} chunks", op.name(), parts.len())));
    }
    let mut b = ProgramBuilder::new();
    let values: Vec<Value> = parts.iter().map(|c| b.input(c.dtype())).collect();
    let output = match (op.family(), values.as_slice()) {
        (Family::Mean, [sum, count]) => b.binary(BinaryOp::Divide, *sum, *count)?,
        (Family::Moments, [count, _, squares]) => variance(&mut b, (op, input), *count, *squares)?,
        (Family::Arg, [_, index]) => {
            check_found(op, &parts)?;
            *index
        }
        (_, [value, ..]) => *value,
        _ => return Err(Error::internal(format!("a partial {} has no chunks", op.name()))),
    };
    let output = b.cast(output, op.result_dtype(input)?);
    let shape = parts.first().map(|c| c.shape().to_vec()).unwrap_or_default();
    let result = b.finish(output)?.eval(parts, &shape)?;
    if keepdims { Ok(result) } else { squeeze(&result, axes) }
}

fn variance(
    b: &mut ProgramBuilder,
    (op, input): (ReduceOp, DType),
    count: Value,
    squares: Value,
) -> Result<Value> {
    let (ddof, root) = match op {
        ReduceOp::Var { ddof } | ReduceOp::NanVar { ddof } => (ddof, false),
        ReduceOp::Std { ddof } | ReduceOp::NanStd { ddof } => (ddof, true),
        _ => (0, false),
    };
    let ddof = b.constant(Scalar::I64(ddof), false);
    let zero = b.constant(Scalar::I64(0), false);
    let divisor = b.binary(BinaryOp::Subtract, count, ddof)?;
    let divisor = b.binary(BinaryOp::Maximum, divisor, zero)?;
    let mut variance = b.binary(BinaryOp::Divide, squares, divisor)?;
    if op.skips_nan() && Kind::of(input) >= Kind::Float {
        // NumPy: infinite for too few elements, but without a value for too few that are not NaN.
        let too_few = b.binary(BinaryOp::LessEqual, divisor, zero)?;
        let nothing = b.constant(Scalar::F64(f64::NAN), true);
        variance = b.select(too_few, nothing, variance)?;
    }
    if root { b.unary(UnaryOp::Sqrt, variance) } else { Ok(variance) }
}

/// Skipping arg reductions find nothing among NaN.
fn check_found(op: ReduceOp, parts: &[Chunk]) -> Result<()> {
    let missing = match parts.get(1) {
        Some(index) => index.view::<i64>()?.iter().any(|i| *i < 0),
        None => true,
    };
    if missing {
        Err(Error::argument(format!("{}: all elements of a slice are NaN", op.name())))
    } else {
        Ok(())
    }
}
