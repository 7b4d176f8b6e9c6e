//! Slices of what only moves or multiplies elements: each input gives its share.

use swath_error::Result;

use super::{push_into, through::part_for};
use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::index::AxisSlice;
use crate::nodes::{self, Concat, Contract, Label};
use crate::rewrite::Sharing;

/// Repeated axes are repeated less often; the others are sliced.
pub(super) fn broadcast(of: &Expr, chunks: &Chunks, slices: &[AxisSlice], sharing: &Sharing) -> Result<Expr> {
    let own = of.input()?;
    let sliced = push_into(own, &part_for(own.chunks(), of.chunks(), slices), sharing)?;
    nodes::broadcast_chunked(&sliced, chunks.clone())
}

/// The parts of the arrays that the slice meets, in its order.
pub(super) fn concat(
    node: &Concat,
    of: &Expr,
    slices: &[AxisSlice],
    sharing: &Sharing,
) -> Result<Option<Expr>> {
    let Some(along) = slices.get(node.axis) else { return Ok(None) };
    let mut parts = Vec::new();
    let mut start = 0;
    for input in of.inputs() {
        let end = start + input.chunks().axis(node.axis)?.length()?;
        if let Some(part) = within(along, start, end) {
            let mut own: super::Slices = slices.into();
            own[node.axis] = part;
            parts.push(push_into(input, &own, sharing)?);
        }
        start = end;
    }
    if along.step < 0 {
        parts.reverse();
    }
    // Of a slice without elements, chunks are told by the slice itself.
    if parts.is_empty() { Ok(None) } else { nodes::join(parts, node.axis).map(Some) }
}

/// The elements of a slice that are in `start..end`, counted from `start`; none when there are none.
fn within(slice: &AxisSlice, start: usize, end: usize) -> Option<AxisSlice> {
    let distance = slice.step.unsigned_abs().max(1);
    // Elements before the first, and up to the last one inside.
    let (skip, until) = if slice.step > 0 {
        (
            start.saturating_sub(slice.start).div_ceil(distance),
            end.saturating_sub(slice.start).div_ceil(distance),
        )
    } else {
        let above = |n: usize| (slice.start + 1).saturating_sub(n).div_ceil(distance);
        (above(end), above(start))
    };
    let until = until.min(slice.len);
    let len = until.checked_sub(skip).filter(|n| *n > 0)?;
    let first = slice.at(skip).checked_sub(start)?;
    Some(AxisSlice { start: first, step: if len == 1 { 1 } else { slice.step }, len })
}

/// The parts of both factors along the axes that are kept.
pub(super) fn contract(
    node: &Contract,
    of: &Expr,
    slices: &[AxisSlice],
    sharing: &Sharing,
) -> Result<Option<Expr>> {
    let [a, b] = of.inputs() else { return Ok(None) };
    if slices.iter().any(|s| s.len == 0) {
        return Ok(None);
    }
    let cut = |x: &Expr, labels: &[Label]| {
        let of_axis = |(label, axis): (&Label, &Axis)| {
            let n = axis.length()?;
            let kept = node.out.iter().position(|l| l == label);
            let whole = kept.and_then(|i| of.chunks().axes().get(i)).and_then(Axis::known_len);
            // An axis of length 1 that broadcasts stays.
            let part = kept.filter(|_| whole == Some(n)).and_then(|i| slices.get(i));
            Ok(part.copied().unwrap_or_else(|| AxisSlice::full(n)))
        };
        let own = labels.iter().zip(x.chunks().axes()).map(of_axis).collect::<Result<super::Slices>>()?;
        push_into(x, &own, sharing)
    };
    let (a, b) = (cut(a, &node.a)?, cut(b, &node.b)?);
    node.clone().over(a, b).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_slice_are_its_elements() {
        for start in 0..9usize {
            for step in [-4isize, -2, -1, 1, 2, 3, 5] {
                for len in 1..9usize {
                    let slice = AxisSlice { start, step: if len == 1 { 1 } else { step }, len };
                    let all: Vec<isize> =
                        (0..len).map(|i| start as isize + slice.step * i as isize).collect();
                    if all.iter().any(|i| !(0..12).contains(i)) {
                        continue;
                    }
                    for (from, to) in [(0, 12), (0, 5), (5, 6), (6, 12), (3, 3)] {
                        let want: Vec<usize> =
                            all.iter().map(|i| *i as usize).filter(|i| (from..to).contains(i)).collect();
                        let part = within(&slice, from, to);
                        let got: Vec<usize> =
                            part.iter().flat_map(|p| (0..p.len).map(|i| from + p.at(i))).collect();
                        assert_eq!(got, want, "{slice:?} {from}..{to}");
                    }
                }
            }
        }
    }
}
