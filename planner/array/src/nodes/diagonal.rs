//! The diagonal of two axes: one piece for every chunk that it crosses.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use super::permute;
use crate::axes::normalize_axis;
use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// A diagonal of the last two axes, which lies `offset` to the right of the main one.
pub(crate) struct Diagonal {
    pub(crate) offset: isize,
    /// The pieces, in the order of the result.
    pub(crate) spans: Vec<Span>,
}

/// What the diagonal takes of one chunk of the last two axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    /// The chunk along both axes.
    pub(crate) blocks: (usize, usize),
    /// The first element, counted from the chunk's start.
    pub(crate) at: (usize, usize),
    /// How many elements.
    pub(crate) len: usize,
}

/// The diagonal of two axes that lies `offset` to the right of the main one, as the last axis of the result.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for axes that are not there or the same;
/// [`swath_error::ErrorKind::Unsupported`] when chunk lengths are unknown.
pub fn diagonal(x: &Expr, offset: isize, axis1: isize, axis2: isize) -> Result<Expr> {
    if x.ndim() < 2 {
        return Err(Error::argument("diag requires an array of at least two dimensions"));
    }
    let (rows, columns) = (normalize_axis(axis1, x.ndim())?, normalize_axis(axis2, x.ndim())?);
    if rows == columns {
        return Err(Error::argument("axis1 and axis2 cannot be the same"));
    }
    let others = (0..x.ndim()).filter(|a| *a != rows && *a != columns);
    let order: Vec<Option<usize>> = others.chain([rows, columns]).map(Some).collect();
    make(&permute::permute(x, &order)?, offset)
}

fn make(x: &Expr, offset: isize) -> Result<Expr> {
    let [others @ .., rows, columns] = x.chunks().axes() else {
        return Err(Error::internal("a diagonal of fewer than two axes"));
    };
    let spans = spans(rows, columns, offset)?;
    let along = Axis::known(spans.iter().map(|s| s.len).collect::<Vec<_>>());
    let chunks = Chunks::new(others.iter().cloned().chain([along]));
    let key = key_of("diagonal", &(offset, &spans), std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), chunks, Diagonal { offset, spans }, [x.clone()])
}

/// The pieces of a diagonal; an empty one is one empty piece.
fn spans(rows: &Axis, columns: &Axis, offset: isize) -> Result<Vec<Span>> {
    let (row_starts, column_starts) = (rows.starts()?, columns.starts()?);
    let (row_sizes, column_sizes) = (rows.sizes()?, columns.sizes()?);
    let shift = offset.unsigned_abs();
    let (mut row, mut column) = if offset < 0 { (shift, 0) } else { (0, shift) };
    let (height, width) = (rows.length()?, columns.length()?);
    let chunk_at = |starts: &[usize], sizes: &[usize], at: usize| {
        let block = starts.partition_point(|s| *s <= at).saturating_sub(1);
        let start = starts.get(block).copied().unwrap_or(0);
        (block, at - start, start + sizes.get(block).copied().unwrap_or(0))
    };
    let mut spans = Vec::new();
    while row < height && column < width {
        let (i, down, bottom) = chunk_at(&row_starts, row_sizes, row);
        let (j, along, right) = chunk_at(&column_starts, column_sizes, column);
        let len = (bottom - row).min(right - column);
        spans.push(Span { blocks: (i, j), at: (down, along), len });
        (row, column) = (row + len, column + len);
    }
    if spans.is_empty() {
        spans.push(Span { blocks: (0, 0), at: (0, 0), len: 0 });
    }
    Ok(spans)
}

impl ArrayNode for Diagonal {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        make(super::sole(&inputs)?, self.offset)
    }

    fn label(&self) -> String {
        format!("diagonal(offset {})", self.offset)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::diagonal(self, expr, to)
    }
}
