//! Array expressions: what is to be computed, before anything is.
//!
//! In: sources, and NumPy's functions over arrays. Out: expressions with exact metadata ([`Expr`]), rewritten
//! ([`rewrite`]) and lowered to layers of tasks ([`lower`]). The modules in the order data meets them: chunks and axes
//! say how arrays are cut, `nodes` make expressions, `rewrite` makes them cheaper, `lower` turns them into tasks. Place
//! in the flow: below the array collection, above the task graph. It never runs a task and never reads a file.
#![forbid(unsafe_code)]

mod axes;
mod broadcast;
mod chunks;
mod explain;
mod expr;
mod functions;
mod index;
mod kernels;
mod lower;
mod made;
mod nodes;
mod reshape_plan;
mod rewrite;
mod triangle;
mod walk;

pub use axes::{Axes, AxisList, normalize_axis};
pub use broadcast::{broadcast_chunks, cut_for};
pub use chunks::{
    Axis, AxisSpec, ChunkSpec, Chunks, Layout, Target, chunk_bytes, common_axis, parse_bytes, plan_rechunk,
    set_chunk_size, with_chunk_size,
};
pub use explain::{chunk_text, explain, tree};
pub use expr::Expr;
pub use functions::{
    HistogramInput, Selection, arg_top, argsort, bin_edges, bincount, compress, digitize, fold, histogram,
    is_in, lengths, mask, nonzero, percentile_approx, quantile, ravel, search_sorted, sort, tail,
    take_along_axis, take_indices, top, unique, unravel, whole_along_for, whole_numbers, within,
};
pub use index::{
    AxisSlice, Index, IndexPlan, Indices, NewAxis, Piece, Stepped, plan_index, slice_pieces, sliced_axis,
};
pub use kernels::{FoldFunction, Kernel, UserFold};
pub use lower::{Grid, OpenSink, lower, place, store};
pub use made::Made;
pub use nodes::{
    BlockFunction, BlockInfo, BlockTasks, Label, Labels, Operand, PlaceCall, PlaceFunction, PlaceOperation,
    Window, all_axes, apply, arg, astype, binary, blocks, blockwise, broadcast_to, concatenate, contract,
    diagonal, expand_dims, from_made, from_source, given, held, held_measured, index, kernel, kernels,
    label_axes, map_blocks, matmul, points, put, rechunk, reduce, reshape, reshape_blockwise, scan, select,
    squeeze, stack, take_along, take_groups, transpose, unary, windows,
};
pub use rewrite::rewrite;
pub use swath_factor::{FftKind, FftNorm};
pub use triangle::Triangle;
