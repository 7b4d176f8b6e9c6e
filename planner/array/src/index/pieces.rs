//! Which chunks a slice touches, and what it takes of each.

use serde::{Deserialize, Serialize};
use swath_error::Result;

use super::AxisSlice;
use crate::chunks::Axis;

/// What a slice takes of one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The chunk along the axis.
    pub block: usize,
    /// What is taken, counted from the chunk's start.
    pub slice: AxisSlice,
}

/// The pieces of `slice` over an axis, in the order of the result; an empty slice is one empty piece.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] when the chunk lengths are unknown.
pub fn slice_pieces(axis: &Axis, slice: AxisSlice) -> Result<Vec<Piece>> {
    Ok(pieces_of(axis.sizes()?, &axis.starts()?, slice))
}

/// The same over chunks of these lengths that start here: for many slices of one axis.
pub(crate) fn pieces_of(sizes: &[usize], starts: &[usize], slice: AxisSlice) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut next = 0;
    while next < slice.len {
        let at = slice.at(next);
        let block = starts.partition_point(|s| *s <= at).saturating_sub(1);
        // Chunks of length 0 share their start with the next one, and `partition_point` finds the last of them.
        let (start, size) = (starts.get(block).copied().unwrap_or(0), sizes.get(block).copied().unwrap_or(0));
        let local = at - start;
        let room = if slice.step > 0 { size - 1 - local } else { local };
        let len = (room / slice.step.unsigned_abs() + 1).min(slice.len - next);
        let step = if len <= 1 { 1 } else { slice.step };
        pieces.push(Piece { block, slice: AxisSlice { start: local, step, len } });
        next += len;
    }
    if pieces.is_empty() {
        pieces.push(Piece { block: 0, slice: AxisSlice { start: 0, step: 1, len: 0 } });
    }
    pieces
}

/// The chunks of the result of a slice.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] when the chunk lengths are unknown.
pub fn sliced_axis(axis: &Axis, slice: AxisSlice) -> Result<Axis> {
    if let Axis::Known(sizes) = axis
        && slice.is_full(sizes.iter().sum())
    {
        return Ok(axis.clone());
    }
    let sizes: Vec<usize> = slice_pieces(axis, slice)?.iter().map(|p| p.slice.len).collect();
    Ok(Axis::known(sizes))
}
