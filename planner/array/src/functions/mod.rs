//! NumPy's functions that are one kernel each: which grid the kernel runs over, and what comes out.
//!
//! In: expressions and parameters. Out: expressions, or the error NumPy would give. No function looks at data.

mod count;
mod fold;
mod lengths;
mod mask;
mod order;
mod positions;
mod quantile;
mod search;
mod select;
mod tail;
mod top;
mod unique;

use swath_error::Result;

use crate::chunks::{AxisSpec, ChunkSpec, chunk_bytes};
use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::{Chunkwise, rechunk};

pub use count::{HistogramInput, bin_edges, bincount, histogram};
pub use fold::fold;
pub use lengths::lengths;
pub use mask::{compress, mask, nonzero};
pub use order::{argsort, sort};
pub use positions::{ravel, unravel, whole_numbers, within};
pub use quantile::{percentile_approx, quantile};
pub use search::{digitize, is_in, search_sorted};
pub use select::{take_along_axis, take_indices};
pub use tail::tail;
pub use top::{arg_top, top};
pub use unique::{Selection, unique};

/// The array with `axis` as one chunk; the other axes are cut finer where chunks would grow beyond the usual size.
fn whole_along(x: &Expr, axis: usize) -> Result<Expr> {
    if x.chunks().axis(axis)?.blocks() == 1 { Ok(x.clone()) } else { whole_along_for(x, axis, 0) }
}

/// The array with `axis` as one chunk; the other axes are cut finer where chunks would grow beyond the usual size, also
/// when the axis becomes `length` elements long.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] when the length of the axis is not known.
pub fn whole_along_for(x: &Expr, axis: usize, length: usize) -> Result<Expr> {
    let length = x.chunks().axis(axis)?.length()?.max(length);
    let others: usize = x
        .chunks()
        .axes()
        .iter()
        .enumerate()
        .filter(|(a, _)| *a != axis)
        .map(|(_, a)| a.largest().max(1))
        .product();
    let bytes = (length as u64).saturating_mul(others as u64).saturating_mul(x.dtype().size() as u64);
    let other = if bytes <= chunk_bytes() { AxisSpec::Keep } else { AxisSpec::Auto(None) };
    let specs = (0..x.ndim()).map(|a| if a == axis { AxisSpec::Whole } else { other.clone() }).collect();
    rechunk(x, &ChunkSpec::PerAxis(specs))
}

/// The array as one chunk.
fn single(x: &Expr) -> Result<Expr> {
    if x.chunks().blocks() == 1 { Ok(x.clone()) } else { rechunk(x, &ChunkSpec::Every(AxisSpec::Whole)) }
}

/// A kernel whose result has the chunks of its first input.
fn like_first(kernel: ChunkKernel, dtype: swath_block::DType, inputs: Vec<Expr>) -> Result<Expr> {
    let chunks = inputs.first().map(|x| x.chunks().clone()).unwrap_or_default();
    Chunkwise { kernel, over: chunks.clone(), dtype, chunks }.of(inputs)
}
