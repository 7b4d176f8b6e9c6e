//! Other shapes, orders and chunks of the same elements; arrays joined, taken apart and framed.
//!
//! In: arrays. Out: arrays over the same elements, moved as little as possible: most of these functions only say which
//! part of which chunk stands where. They never compute with elements, but for the borders that `pad` asks for.

mod axes;
mod block;
mod broadcast;
mod chunks;
mod diagonal;
mod edit;
mod grids;
mod join;
mod pad;
mod pad_stat;
mod places;
mod repeat;
mod roll;
mod sides;
mod split;

use swath_array_plan::{Axis, Chunks, Expr, Index, index};
use swath_error::Result;

pub use block::{Blocks, block};
pub use broadcast::{broadcast_arrays, unify_chunks};
pub use diagonal::diag;
pub use grids::{Meshgrid, indices, meshgrid, meshgrid_with};
pub use join::{column_stack, concatenate, dstack, hstack, stack, vstack};
pub use pad::Pad;
pub use places::{tril_indices, tril_indices_from, triu_indices, triu_indices_from};
pub use sides::Sides;
pub use split::Cuts;

/// [`crate::methods`] whose result has the elements' type.
macro_rules! same_type {
    ($($(#[$doc:meta])* fn $name:ident($x:ident $(, $arg:ident: $t:ty)*) $body:expr;)*) => {
        $crate::methods::methods! { $crate::Element:
            $($(#[$doc])* fn $name($x $(, $arg: $t)*) -> T = $body;)*
        }
    };
}

pub(crate) use same_type;

/// `start..stop` along one axis, the others whole.
pub(crate) fn part(x: &Expr, axis: usize, start: Option<isize>, stop: Option<isize>) -> Result<Expr> {
    let mut items = vec![Index::from(..); axis];
    items.push(Index::Slice { start, stop, step: 1 });
    index(x, &items)
}

/// The array in row-major order along axis 0 when no axis is named, and which axis is meant.
pub(crate) fn flat_or(x: &Expr, axis: Option<isize>) -> Result<(Expr, usize)> {
    match axis {
        Some(axis) => Ok((x.clone(), swath_array_plan::normalize_axis(axis, x.ndim())?)),
        None => Ok((swath_array_plan::reshape(x, &[-1])?, 0)),
    }
}

/// The chunks of an array that is `n` long along one axis and otherwise like this one; no chunk is larger than before.
pub(crate) fn resized(chunks: &Chunks, axis: usize, n: usize) -> Result<Chunks> {
    let largest = chunks.axis(axis)?.largest().max(1);
    Ok(Chunks::new(
        chunks
            .axes()
            .iter()
            .enumerate()
            .map(|(i, a)| if i == axis { Axis::regular(n, largest) } else { a.clone() }),
    ))
}
