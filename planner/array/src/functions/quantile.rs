//! Quantiles: exact along axes, and approximate over all elements.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{Kind, QuantileMethod};

use super::whole_along;
use crate::axes::{Axes, AxisList};
use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::kernels::{ChunkKernel, TreeKernel};
use crate::nodes::{Chunkwise, Tree, expand_dims, reshape, transpose};

/// The exact quantiles `q` (0 to 1) over axes, as a new first axis. `float32` stays, other real types give `float64`; the
/// axes become one chunk.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for a quantile outside 0 to 1 or axes that are not there; [`ErrorKind::TypeMismatch`]
/// for complex numbers; [`ErrorKind::Unsupported`] for axes of unknown length.
pub fn quantile(x: &Expr, axes: &Axes, q: &[f64], method: QuantileMethod, skip_nan: bool) -> Result<Expr> {
    check(x, q)?;
    let list = axes.resolve(x.ndim())?;
    if list.is_empty() {
        return Err(Error::argument("quantiles need at least one axis"));
    }
    let (merged, axis) = merged(x, &list)?;
    let x_whole = whole_along(&merged, axis)?;
    let over = x_whole.chunks().clone();
    let kept = over.axes().iter().enumerate().filter(|(a, _)| *a != axis).map(|(_, a)| a.clone());
    let chunks = Chunks::new(std::iter::once(Axis::whole(q.len())).chain(kept));
    let kernel = ChunkKernel::Quantile { axis, q: q.to_vec(), method, skip_nan };
    let found = Chunkwise { kernel, over, dtype: float_of(x.dtype()), chunks }.of(vec![x_whole])?;
    if !axes.keeps_dims() {
        return Ok(found);
    }
    let back: Vec<usize> = list.iter().map(|a| a + 1).collect();
    expand_dims(&found, &Axes::from(back))
}

fn float_of(dtype: DType) -> DType {
    if dtype == DType::F32 { DType::F32 } else { DType::F64 }
}

fn check(x: &Expr, q: &[f64]) -> Result<()> {
    if let Some(bad) = q.iter().find(|q| !(0.0..=1.0).contains(*q)) {
        return Err(Error::argument(format!("quantiles must be in the range 0 to 1, found {bad}"))
            .with_help("percentiles are in the range 0 to 100"));
    }
    if Kind::of(x.dtype()) == Kind::Complex {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("quantiles are not defined for {}: complex numbers have no order", x.dtype()),
        )
        .with_help("take the absolute value or the real part first"));
    }
    Ok(())
}

/// The array with the axes named as one, and which one it is.
fn merged(x: &Expr, axes: &AxisList) -> Result<(Expr, usize)> {
    if let [axis] = axes.as_slice() {
        return Ok((x.clone(), *axis));
    }
    let kept: Vec<usize> = (0..x.ndim()).filter(|a| !axes.contains(a)).collect();
    let order: Vec<isize> = kept.iter().chain(axes).map(|a| *a as isize).collect();
    let shape = x.shape()?;
    let length = |a: &usize| shape.get(*a).copied().unwrap_or(1);
    let count: usize = axes.iter().map(length).product();
    let wanted: Vec<isize> = kept.iter().map(length).chain([count]).map(|n| n as isize).collect();
    Ok((reshape(&transpose(x, Some(&order))?, &wanted)?, kept.len()))
}

/// Approximate quantiles `q` (0 to 1) over all elements, from summaries of the chunks: an axis of `float64`. Exact for
/// up to some thousands of elements.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for a quantile outside 0 to 1 or an empty array; [`ErrorKind::TypeMismatch`] for
/// complex numbers.
pub fn percentile_approx(x: &Expr, q: &[f64], split_every: Option<usize>) -> Result<Expr> {
    check(x, q)?;
    if x.chunks().axes().iter().any(|a| a.known_len() == Some(0)) {
        return Err(Error::argument("percentiles of no elements have no value"));
    }
    Tree {
        kernel: TreeKernel::Summary { q: q.to_vec() },
        over: x.chunks().clone(),
        axes: (0..x.ndim()).collect(),
        split_every,
        output: 0,
        dtype: DType::F64,
        chunks: Chunks::single(&[q.len()]),
        identity: None,
    }
    .of(vec![x.clone()])
}
