//! How long chunks turn out to be.

use swath_block::DType;
use swath_error::Result;

use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::Chunkwise;

/// The lengths of every chunk along every axis, chunk after chunk in row-major order: one axis of `int64`.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for more chunks than a graph can have.
pub fn lengths(x: &Expr) -> Result<Expr> {
    let ndim = x.ndim().max(1);
    let over = x.chunks().clone();
    let chunks = Chunks::new([Axis::regular(over.blocks() * ndim, ndim)]);
    Chunkwise { kernel: ChunkKernel::Lengths, over, dtype: DType::I64, chunks }.of(vec![x.clone()])
}
