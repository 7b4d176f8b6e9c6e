//! The nodes of expressions, one per file: parameters, metadata, key, and how they are made.
//!
//! In: expressions and parameters. Out: an expression with exact metadata, or the error NumPy would give. No node looks
//! at data, and none is changed after it is made.

mod blocks;
mod blockwise;
mod broadcast;
mod chunkwise;
mod concat;
mod contract;
mod diagonal;
mod elementwise;
mod given;
mod held;
mod leaf;
mod map_blocks;
mod part;
mod permute;
mod points;
mod put;
mod rechunk;
mod reduce;
mod reshape;
mod reshape_blockwise;
mod scan;
mod slice;
mod take;
mod tree;
mod windows;

use swath_error::{Error, Result};

use crate::expr::Expr;

pub use blocks::blocks;
pub use blockwise::{
    Label, Labels, PlaceCall, PlaceFunction, PlaceOperation, all_axes, blockwise, kernel, kernels, label_axes,
};
pub use broadcast::broadcast_to;
pub use concat::{concatenate, stack};
pub use contract::{contract, matmul};
pub use diagonal::diagonal;
pub use elementwise::{Operand, apply, arg, astype, binary, select, unary};
pub use given::{BlockTasks, given};
pub use held::{held, held_measured};
pub use leaf::{from_made, from_source};
pub use map_blocks::{BlockFunction, BlockInfo, map_blocks};
pub use permute::{expand_dims, squeeze, transpose};
pub use points::points;
pub use put::put;
pub use rechunk::rechunk;
pub use reduce::reduce;
pub use reshape::reshape;
pub use reshape_blockwise::reshape_blockwise;
pub use scan::scan;
pub use slice::index;
pub use take::{take_along, take_groups};
pub use windows::{Window, windows};

pub(crate) use blocks::Blocks;
pub(crate) use blockwise::Blockwise;
pub(crate) use broadcast::{Broadcast, broadcast_chunked};
pub(crate) use chunkwise::Chunkwise;
pub(crate) use concat::{Concat, join};
pub(crate) use contract::Contract;
pub(crate) use diagonal::{Diagonal, Span};
pub(crate) use elementwise::{Elementwise, Mapped, elementwise};
pub(crate) use given::Given;
pub(crate) use held::Held;
pub(crate) use leaf::{Leaf, Origin};
pub(crate) use map_blocks::MapBlocks;
pub(crate) use part::Part;
pub(crate) use permute::{Permute, permute};
pub(crate) use points::Points;
pub(crate) use put::Put;
pub(crate) use rechunk::{Rechunk, rechunk_to};
pub(crate) use reduce::Reduce;
pub(crate) use reshape::{Reshape, regular};
pub(crate) use scan::Scan;
pub(crate) use slice::{Slice, slice};
pub(crate) use take::Take;
pub(crate) use tree::Tree;
pub(crate) use windows::Windows;

/// The input of a node that has one.
fn sole(inputs: &[Expr]) -> Result<&Expr> {
    match inputs {
        [input] => Ok(input),
        _ => Err(Error::internal(format!("a node of one input was given {}", inputs.len()))),
    }
}
