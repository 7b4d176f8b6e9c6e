//! Positions in an array, along its axes or in row-major order.

use swath_block::{DType, Scalar};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, Kind};

use super::like_first;
use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::{Operand, apply, arg, astype, binary};

/// Whole numbers as `int64`.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] for elements that are no whole numbers.
pub fn whole_numbers(x: &Expr) -> Result<Expr> {
    if !Kind::of(x.dtype()).is_integer() && x.dtype() != DType::Bool {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("only int indices permitted, these are {}", x.dtype()),
        )
        .with_help("convert them with astype::<i64>()"));
    }
    as_positions(x)
}

/// Whole numbers as `int64`; those beyond become the largest, which lies outside of every array, instead of wrapping to a
/// position from its end.
pub(crate) fn as_positions(x: &Expr) -> Result<Expr> {
    if x.dtype() != DType::U64 {
        return astype(x, DType::I64);
    }
    let most = Operand::literal(Scalar::U64(i64::MAX as u64));
    astype(&binary(BinaryOp::Minimum, x.into(), most)?, DType::I64)
}

/// The whole numbers themselves, as `int64`; one that is not in `0..below` is an error when it is met, which begins with
/// `complaint`.
///
/// # Errors
/// As [`whole_numbers`].
pub fn within(x: &Expr, below: usize, complaint: &str) -> Result<Expr> {
    let kernel = ChunkKernel::Within { below: below as u64, complaint: complaint.to_owned() };
    like_first(kernel, DType::I64, vec![whole_numbers(x)?])
}

/// The positions in row-major order of an array of `shape` whose positions along the axes are given; all are in range.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when the positions do not broadcast; [`ErrorKind::InvalidArgument`] when there are none.
pub fn ravel(positions: &[Expr], shape: &[usize]) -> Result<Expr> {
    let operands: Vec<Operand> = positions.iter().map(Into::into).collect();
    apply(&operands, |b, v| {
        let mut flat = arg(v, 0)?;
        for (i, n) in shape.iter().enumerate().skip(1) {
            let (n, along) = (b.constant(Scalar::I64(*n as i64), false), arg(v, i)?);
            let before = b.binary(BinaryOp::Multiply, flat, n)?;
            flat = b.binary(BinaryOp::Add, before, along)?;
        }
        Ok(flat)
    })
}

/// The positions along each axis of an array of `shape` whose positions in row-major order are given; all are in range.
///
/// # Errors
/// None but of programming.
pub fn unravel(at: &Expr, shape: &[usize]) -> Result<Vec<Expr>> {
    let mut found = Vec::with_capacity(shape.len());
    for (axis, n) in shape.iter().enumerate() {
        let stride: usize = shape.iter().skip(axis + 1).product();
        let scalar = |n: usize| Scalar::I64(n.max(1) as i64);
        found.push(apply(&[at.into()], |b, v| {
            let (by, over) = (b.constant(scalar(stride), false), b.constant(scalar(*n), false));
            let along = b.binary(BinaryOp::FloorDivide, arg(v, 0)?, by)?;
            b.binary(BinaryOp::Remainder, along, over)
        })?);
    }
    Ok(found)
}
