//! Reductions in three phases: partial results per chunk, combined in any tree, finished once.
//!
//! In: chunks, or a program and its inputs ([`partial_fused`]: nothing the size of a chunk is made). Out: partial
//! results as chunks with the reduced axes of length 1, then the result. Sums are made by many accumulators and
//! variances by Chan's formula, in an order that depends only on shapes, so results do not change from run to run.
//! It never decides how chunks are arranged in a tree.

mod combine;
mod extreme;
mod finalize;
mod fold;
mod moments;
#[allow(clippy::cast_lossless)] // a macro for every integer type
mod number;
mod op;
mod partial;
mod reducer;

use swath_block::Chunk;
use swath_error::Result;

pub use combine::combine;
pub use finalize::finalize;
pub use op::ReduceOp;
pub use partial::{partial_fed, partial_fused};

use crate::program::Program;

/// Where a chunk lies in the whole array: arg reductions give indices into the whole array.
///
/// The index counts along the reduced axes only: with one reduced axis it is the position on it, with all axes reduced
/// it is the position in row-major order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The chunk's first element, along every axis.
    pub offset: Vec<usize>,
    /// The whole array's shape.
    pub shape: Vec<usize>,
}

/// The partial result of one chunk: [`ReduceOp::parts`] chunks of the chunk's shape with the reduced axes of length 1,
/// or none when there is nothing to reduce and the reduction has no value for nothing (min, max, argmin, argmax).
///
/// `origin` is needed by arg reductions only.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] when the reduction is not defined for the type;
/// [`swath_error::ErrorKind::ShapeMismatch`] when an axis does not exist or is named twice.
///
/// ```
/// use swath_block::Chunk;
/// use swath_kernels::{ReduceOp, combine, finalize, partial};
/// let chunks = [Chunk::from_vec(vec![1.0, 2.0], &[2])?, Chunk::from_vec(vec![6.0], &[1])?];
/// let parts = chunks.iter().map(|c| partial(ReduceOp::Mean, c, &[0], None)).collect::<Result<Vec<_>, _>>()?;
/// let mean = finalize(ReduceOp::Mean, chunks[0].dtype(), combine(ReduceOp::Mean, parts)?, &[0], false)?;
/// assert_eq!(mean.as_slice::<f64>()?, Some(&[3.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn partial(op: ReduceOp, chunk: &Chunk, axes: &[usize], origin: Option<&Origin>) -> Result<Vec<Chunk>> {
    partial_fused(
        &Program::identity(chunk.dtype()),
        std::slice::from_ref(chunk),
        chunk.shape(),
        op,
        axes,
        origin,
    )
}
