//! The largest or smallest elements along an axis.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::Kind;

use crate::axes::normalize_axis;
use crate::chunks::Axis;
use crate::expr::Expr;
use crate::kernels::TreeKernel;
use crate::nodes::Tree;

/// The `k` largest elements along an axis in falling order; with a negative `k` the smallest in rising order. Fewer where
/// there are fewer. NaN counts as the largest.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for an axis that is not there; [`ErrorKind::Unsupported`] when its length is unknown;
/// [`ErrorKind::TypeMismatch`] for complex numbers.
pub fn top(x: &Expr, k: isize, axis: isize, split_every: Option<usize>) -> Result<Expr> {
    tree(x, k, axis, split_every, 0)
}

/// Where the elements of [`top`] are along the axis; of equal ones, the first.
///
/// # Errors
/// As [`top`].
pub fn arg_top(x: &Expr, k: isize, axis: isize, split_every: Option<usize>) -> Result<Expr> {
    tree(x, k, axis, split_every, 1)
}

fn tree(x: &Expr, k: isize, axis: isize, split_every: Option<usize>, output: usize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    if k == 0 {
        return Err(Error::argument("topk of 0 elements: k must not be 0"));
    }
    if Kind::of(x.dtype()) == Kind::Complex {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("topk is not defined for {}: complex numbers have no order", x.dtype()),
        ));
    }
    let along = x.chunks().axis(axis)?;
    let (length, starts) = (along.length()?, along.starts()?);
    let count = k.unsigned_abs();
    let chunks = x.chunks().clone().with_axis(axis, Axis::whole(count.min(length)));
    Tree {
        kernel: TreeKernel::Top { axis, k: count, largest: k > 0, starts },
        over: x.chunks().clone(),
        axes: std::iter::once(axis).collect(),
        split_every,
        output,
        dtype: if output == 0 { x.dtype() } else { DType::I64 },
        chunks,
        identity: None,
    }
    .of(vec![x.clone()])
}
