//! The largest or smallest elements along an axis, and where they are.

use std::cmp::Ordering;

use swath_block::{Chunk, with_dtype};
use swath_error::{Error, Result};

use super::{Order as _, axis_back, axis_last, values_of, with_last};
use crate::layout::concat;

/// The `k` largest elements along an axis in falling order, or with `largest` false the smallest in rising order, and
/// their positions counted from `first`. Fewer where there are fewer. NaN counts as the largest.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the axis does not exist.
pub fn top(chunk: &Chunk, axis: usize, k: usize, largest: bool, first: usize) -> Result<(Chunk, Chunk)> {
    let rows = axis_last(chunk, axis)?;
    let n = rows.shape().last().copied().unwrap_or(0);
    let lanes: usize = rows.shape().iter().rev().skip(1).product();
    let line: Vec<i64> = (first as i64..(first + n) as i64).collect();
    let positions = Chunk::from_vec(line.repeat(lanes), rows.shape())?;
    pick(&rows, &positions, k, largest, axis)
}

/// The same of several results of [`top`], given in the order of their chunks.
///
/// # Errors
/// As [`top`].
pub fn top_of(parts: &[(Chunk, Chunk)], axis: usize, k: usize, largest: bool) -> Result<(Chunk, Chunk)> {
    let join = |parts: Vec<Chunk>| axis_last(&concat(&parts, axis)?, axis);
    let values = join(parts.iter().map(|(v, _)| v.clone()).collect())?;
    let positions = join(parts.iter().map(|(_, p)| p.clone()).collect())?;
    pick(&values, &positions, k, largest, axis)
}

/// The best `k` of every lane; both chunks lie in row-major order with the lanes last.
fn pick(rows: &Chunk, positions: &Chunk, k: usize, largest: bool, axis: usize) -> Result<(Chunk, Chunk)> {
    let n = rows.shape().last().copied().unwrap_or(0);
    let k = k.min(n);
    let shape = with_last(rows.shape(), k);
    let lanes: usize = rows.shape().iter().rev().skip(1).product();
    let positions = values_of::<i64>(positions)?;
    with_dtype!(rows.dtype(), T => {
        let values = values_of::<T>(rows)?;
        let better = |a: &(T, i64), b: &(T, i64)| -> Ordering {
            let order = a.0.order(&b.0);
            (if largest { order.reverse() } else { order }).then(a.1.cmp(&b.1))
        };
        let (mut best, mut at) = (Vec::with_capacity(lanes * k), Vec::with_capacity(lanes * k));
        for lane in 0..lanes {
            let range = lane * n..(lane + 1) * n;
            let (row, places) = values
                .get(range.clone())
                .zip(positions.get(range))
                .ok_or_else(|| Error::internal("positions do not fit the elements they stand for"))?;
            let mut pairs: Vec<(T, i64)> = row.iter().copied().zip(places.iter().copied()).collect();
            if k > 0 && k < pairs.len() {
                pairs.select_nth_unstable_by(k - 1, better);
            }
            pairs.truncate(k);
            pairs.sort_unstable_by(better);
            best.extend(pairs.iter().map(|p| p.0));
            at.extend(pairs.iter().map(|p| p.1));
        }
        let back = |c: Chunk| axis_back(&c, axis);
        Ok((back(Chunk::from_vec(best, &shape)?)?, back(Chunk::from_vec(at, &shape)?)?))
    })
}
