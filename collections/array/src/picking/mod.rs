//! Selection beyond slices: by truth, by computed positions, by points, by chunks; sorting, choosing, assigning.

mod blocks;
mod choose;
mod coarsen;
mod groups;
mod masking;
mod points;
mod positions;
mod set;
mod sorting;

pub use choose::{ChooseMode, Piece, choose, piecewise, select};
pub use masking::extract;
