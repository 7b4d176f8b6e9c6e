//! Kernels over array chunks.
//!
//! In: chunks of any element type. Out: chunks, under NumPy 2's rules for types, broadcasting, NaN and rounding. The
//! modules, in the order data meets them: [`promote`] and the operations ([`UnaryOp`], [`BinaryOp`]) say which types
//! come out; a [`Program`] is a fused chain of operations run tile by tile in cache; [`ReduceOp`] reduces in three
//! phases ([`partial`] or [`partial_fused`], [`combine`], [`finalize`]); [`slice()`],
//! [`concat_grid`], [`transpose`] and others move elements; [`sort`], [`quantile`], [`unique`] and others rest on their
//! order; [`scan`] runs along an axis; [`histogram`] and [`bincount`] count; [`matmul`] contracts; [`random`], [`arange`]
//! and others make elements; [`tail`] gives probabilities. Place in the flow: called by the operations that
//! array expressions are lowered to. It never starts a thread and never looks beyond the chunks it is given.
#![deny(unsafe_op_in_unsafe_fn)]
// A function that is not inlined into its loop is not compiled for the loop's processor.
#![allow(clippy::inline_always)]

mod cast;
mod contract;
mod count;
mod create;
// Macros for every pair of types: some of the conversions could be `From`.
#[allow(clippy::cast_lossless, clippy::needless_bitwise_bool)]
mod elementwise;
mod layout;
mod math;
mod ops;
mod order;
mod program;
mod promote;
mod random;
mod reduce;
mod scan;
mod tails;

pub use cast::cast;
pub use contract::{Contraction, matmul, matmul_add};
pub use count::{bin_edges, bincount, bincount_merge, histogram};
pub use create::{arange, eye, linspace};
pub use layout::{
    PadMode, SliceIndex, assemble, broadcast_rows, broadcast_shapes, broadcast_to, concat, concat_grid,
    contiguous, copy_into, diagonal, expand_dims, flip, mask, mask_axis, nonzero, pad, pad_source, put,
    repeat, reshape, roll, slice, sliding_windows, squeeze, stack, take, take_along_axis, take_indices,
    take_points, transpose,
};
pub use ops::{BinaryOp, UnaryOp};
pub use order::{
    QuantileMethod, Side, argsort, digitize, is_in, quantile, search_sorted, sort, summarize, summary_merge,
    summary_quantile, top, top_of, unique, unique_merge,
};
pub use program::{Feed, Instr, NextRows, Operand, Program, ProgramBuilder, Value, walks_in_order};
pub use promote::{
    Kind, cast_scalar, complex_dtype, convert_scalar, float_dtype, promote, promote_scalar, real_dtype,
    scalar_dtype,
};
pub use random::{Distribution, look_up, permutation, place, random};
pub use reduce::{Origin, ReduceOp, combine, finalize, partial, partial_fed, partial_fused};
pub use scan::{ScanOp, scan};
pub use tails::{Tail, tail};
