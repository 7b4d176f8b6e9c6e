//! Selection beyond slices: by truth, by computed positions, by points, by chunks; sorting, choosing, assigning.

mod blocks;
mod choose;
mod coarsen;
mod groups;
mod masking;
mod mode;
mod multi_index;
mod points;
mod positions;
mod set;
mod sorting;

pub use choose::{Piece, choose, piecewise, select};
pub use masking::extract;
pub use mode::IndexMode;
pub use multi_index::{ravel_multi_index, unravel_index};
