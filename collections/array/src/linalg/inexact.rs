//! What all of linear algebra needs: element types that divide, checked shapes, adjoints, several results at once.

use swath_array_plan::{self as plan, Expr};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::UnaryOp;

use crate::{Array, Element};

/// In an element type that divides: integers and booleans become `f64`.
pub(super) fn inexact(x: &Expr) -> Result<Expr> {
    match x.dtype() {
        DType::F32 | DType::F64 | DType::C64 | DType::C128 => Ok(x.clone()),
        _ => plan::astype(x, DType::F64),
    }
}

/// The real type of absolute and singular values.
pub(super) fn real(dtype: DType) -> DType {
    swath_kernels::real_dtype(dtype)
}

/// The lengths of a matrix.
pub(super) fn lengths(a: &Expr, function: &str) -> Result<(usize, usize)> {
    match a.shape()?.as_slice() {
        [rows, columns] => Ok((*rows, *columns)),
        shape => Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("{function}: {}-dimensional array given. Array must be two-dimensional", shape.len()),
        )),
    }
}

/// The length of both axes of a square matrix.
pub(super) fn square(a: &Expr, function: &str) -> Result<usize> {
    match lengths(a, function)? {
        (rows, columns) if rows == columns => Ok(rows),
        (rows, columns) => Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("{function}: the array must be square, not of shape ({rows}, {columns})"),
        )),
    }
}

/// The transpose, conjugated.
pub(super) fn adjoint(a: &Expr) -> Result<Expr> {
    let t = plan::transpose(a, None)?;
    match t.dtype() {
        DType::C64 | DType::C128 => plan::unary(UnaryOp::Conjugate, &t),
        _ => Ok(t),
    }
}

/// Rows `rows` and columns `columns` of a matrix.
pub(super) fn part(a: &Expr, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> Result<Expr> {
    plan::index(a, &[rows.into(), columns.into()])
}

/// Two arrays, or the error twice.
#[track_caller]
pub(super) fn two<A: Element, B: Element>(made: Result<(Expr, Expr)>) -> (Array<A>, Array<B>) {
    match made {
        Ok((a, b)) => (Array::new(Ok(a)), Array::new(Ok(b))),
        Err(e) => (Array::new(Err(e.clone())), Array::new(Err(e))),
    }
}

/// Three arrays, or the error three times.
#[track_caller]
pub(super) fn three<A: Element, B: Element, C: Element>(
    made: Result<(Expr, Expr, Expr)>,
) -> (Array<A>, Array<B>, Array<C>) {
    match made {
        Ok((a, b, c)) => (Array::new(Ok(a)), Array::new(Ok(b)), Array::new(Ok(c))),
        Err(e) => (Array::new(Err(e.clone())), Array::new(Err(e.clone())), Array::new(Err(e))),
    }
}
