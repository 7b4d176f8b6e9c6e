//! Chunked n-d arrays: NumPy's functions over arrays larger than memory, in parallel. Usually imported as `da`.
//!
//! In: ndarrays, files, ranges and random numbers. Out: lazy [`Array`]s (and [`DynArray`]s, typed at run time), computed
//! to ndarrays. Place in the flow: what users write, above the array planner. It never computes before it is asked to,
//! and no function that builds an array fails: an error waits in the array and comes out, with the source line that
//! caused it, at `compute()`, `shape()` or `explain()`.
//!
//! ```
//! # use swath_local as _;
//! use swath_array as da;
//! let x = da::arange(12).astype::<f64>().reshape([3, 4]).chunks([2, 2]);
//! let y = &x - x.mean(da::axes(1).keepdims());
//! assert_eq!(y.compute()?[[0, 0]], -1.5);
//! assert_eq!(y.std(..).item()?, 1.118033988749895);
//! # Ok::<(), swath_error::Error>(())
//! ```
#![forbid(unsafe_code)]

mod along_axis;
mod array;
mod binary;
mod blockwise;
mod compute;
mod compute_into;
mod contract;
mod create;
mod delayed;
mod dims;
mod dynamic;
pub mod fft;
mod gufunc;
mod hdf5;
mod indexing;
mod join;
mod like;
pub mod linalg;
mod map_blocks;
mod methods;
mod npy;
mod npy_stack;
mod numeric;
mod open;
mod operand;
mod operators;
pub mod overlap;
mod picking;
pub mod random;
mod reductions;
mod searching;
mod shaping;
mod show;
mod statistics;
pub mod stats;
mod store;
mod times;
mod ufuncs;
mod zarr;

pub use array::Array;
pub use binary::{RawOptions, from_binary, from_binary_with};
pub use blockwise::{Blockwise, blockwise};
pub use contract::{TensorAxes, dot, einsum, inner, kron, matmul, outer, tensordot, vdot};
pub use create::{
    Steps, arange, arange_f64, array, asarray, eye, eye_as, from_array, from_ndarray, from_source,
    fromfunction, full, full_like, identity, linspace, ones, ones_as, ones_like, tri, zeros, zeros_as,
    zeros_like,
};
pub use delayed::{from_delayed, from_tasks};
pub use dims::Dims;
pub use dynamic::DynArray;
pub use gufunc::apply_gufunc;
pub use hdf5::{Hdf5Options, from_hdf5, from_hdf5_dyn, to_hdf5};
pub use indexing::Ellipsis;
pub use like::ArrayLike;
pub use map_blocks::map_blocks;
pub use npy::{from_npy, from_npy_dyn};
pub use npy_stack::{from_npy_stack, from_npy_stack_dyn};
pub use numeric::{Numeric, Promote};
pub use open::{ArrayFile, open};
pub use operand::{DynOperand, Operand};
pub use overlap::{map_overlap, sliding_window_view};
pub use picking::{IndexMode, Piece, choose, extract, piecewise, ravel_multi_index, select, unravel_index};
pub use reductions::{axes, keepdims};
pub use searching::{
    BincountOptions, Bins, HistogramOptions, Unique, bincount, digitize, histogram, histogram2d, histogramdd,
    isin, searchsorted, union1d,
};
pub use shaping::{
    Blocks, Cuts, Meshgrid, Pad, Sides, block, broadcast_arrays, column_stack, concatenate, diag, dstack,
    hstack, indices, meshgrid, meshgrid_with, stack, tril_indices, tril_indices_from, triu_indices,
    triu_indices_from, unify_chunks, vstack,
};
pub use statistics::{CovOptions, DiffEnds, Quantiles, Spacing, corrcoef, cov, percentile_approx, reduction};
pub use times::{Durations, Instants, NAT};
pub use ufuncs::{Casting, NanToNum, where_};
pub use zarr::{ZarrOptions, from_zarr, from_zarr_dyn};

pub use store::store;
pub use swath_array_io::{
    ArrayInfo, ArraySink, ArraySource, Attribute, Bands, ReadInto, Region, TimeUnit, Travelling,
};
pub use swath_array_plan::{
    Axes, Axis, AxisSpec, BlockInfo, ChunkSpec, Chunks, Index, Indices, NewAxis, Stepped, chunk_bytes,
    set_chunk_size, with_chunk_size,
};
pub use swath_block::{Chunk, DType, Element, Scalar};
pub use swath_graph::Key;
pub use swath_kernels::{BinaryOp, QuantileMethod, ReduceOp, Side, UnaryOp, promote as promote_types};

/// What arrays can be written to with [`store`](crate::store()): files of every kind. Arrays have a method for each of them
/// too, which sees to chunks and options.
pub mod sinks {
    pub use swath_array_io::{NpySink, NpyStackSink, RawSink};
    pub use swath_hdf5::Hdf5Sink;
    pub use swath_zarr::ZarrSink;
}

/// Re-exported for [`s!`].
#[doc(hidden)]
pub mod indexing_support {
    pub use swath_array_plan::{Index, Indices, Stepped};
}
