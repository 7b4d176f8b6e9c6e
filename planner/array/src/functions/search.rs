//! Insertion points, bins, membership.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{ReduceOp, Side, promote};

use super::single;
use crate::axes::Axes;
use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::{Chunkwise, astype, expand_dims, reduce, reshape, squeeze};

/// Where each of `values` would be inserted into the sorted vector `sorted`. A vector of many chunks is searched chunk by
/// chunk.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when `sorted` is no vector.
pub fn search_sorted(sorted: &Expr, values: &Expr, side: Side) -> Result<Expr> {
    if sorted.ndim() != 1 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("searchsorted needs a sorted array of one axis, this one has {}", sorted.ndim()),
        ));
    }
    // As many elements of the whole are smaller as there are smaller ones in its chunks together.
    on_all(ChunkKernel::SearchSorted { side }, sorted, values, (DType::I64, ReduceOp::Sum))
}

/// Whether each of `values` is among the elements of `among`. NaN is among nothing.
///
/// # Errors
/// [`ErrorKind::Unsupported`] when `among` has several axes of unknown length.
pub fn is_in(values: &Expr, among: &Expr) -> Result<Expr> {
    let flat = if among.ndim() == 1 { among.clone() } else { reshape(among, &[-1])? };
    on_all(ChunkKernel::IsIn, &flat, values, (DType::Bool, ReduceOp::Any))
}

/// A kernel of every chunk of a vector with every chunk of `values`, joined over the vector's chunks.
fn on_all(
    kernel: ChunkKernel,
    vector: &Expr,
    values: &Expr,
    (dtype, join): (DType, ReduceOp),
) -> Result<Expr> {
    let common = promote(vector.dtype(), values.dtype());
    let (vector, values) = (astype(vector, common)?, astype(values, common)?);
    let pieces = vector.chunks().axis(0)?.blocks();
    let long = match values.ndim() {
        0 => vector.clone(),
        n => expand_dims(&vector, &Axes::from((1..=n).collect::<Vec<_>>()))?,
    };
    let wide = expand_dims(&values, &Axes::from(0))?;
    let with =
        |first: Axis| Chunks::new(std::iter::once(first).chain(values.chunks().axes().iter().cloned()));
    let over = with(vector.chunks().axis(0)?.clone());
    let found =
        Chunkwise { kernel, over, dtype, chunks: with(Axis::regular(pieces, 1)) }.of(vec![long, wide])?;
    if pieces == 1 {
        squeeze(&found, Some(&Axes::from(0)))
    } else {
        reduce(&found, join, &Axes::from(0), None)
    }
}

/// Which bin each element falls into: `bins` is a vector that rises or falls; bins are open on the right, or with `right`
/// on the left.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when `bins` is no vector.
pub fn digitize(x: &Expr, bins: &Expr, right: bool) -> Result<Expr> {
    if bins.ndim() != 1 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("bins must have one axis, these have {}", bins.ndim()),
        ));
    }
    let common = promote(bins.dtype(), x.dtype());
    let (bins, x) = (single(&astype(bins, common)?)?, astype(x, common)?);
    let chunks = x.chunks().clone();
    // A scalar's grid has no axis for the bins.
    let bins = if x.ndim() == 0 { return digitize_one(&x, &bins, right) } else { bins };
    Chunkwise { kernel: ChunkKernel::Digitize { right }, over: chunks.clone(), dtype: DType::I64, chunks }
        .of(vec![bins, x])
}

fn digitize_one(x: &Expr, bins: &Expr, right: bool) -> Result<Expr> {
    squeeze(&digitize(&expand_dims(x, &Axes::from(0))?, bins, right)?, Some(&Axes::from(0)))
}
