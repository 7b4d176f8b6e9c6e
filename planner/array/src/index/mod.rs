//! Basic indexing: what a user writes between brackets, and the exact slices it stands for.
//!
//! In: integers, ranges with steps, the ellipsis, new axes. Out: one [`AxisSlice`] per axis, and which axes go away or
//! are new. It never looks at chunks except to say which of them a slice touches.

mod item;
mod pieces;
mod slice;

pub(crate) use item::position_on;
pub use item::{Index, IndexPlan, Indices, NewAxis, Stepped, plan_index};
pub(crate) use pieces::pieces_of;
pub use pieces::{Piece, slice_pieces, sliced_axis};
pub use slice::AxisSlice;
