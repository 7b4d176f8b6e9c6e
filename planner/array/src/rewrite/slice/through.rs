//! Slices of what is computed for each element, or reduced: the same of its inputs.

use swath_error::Result;

use super::{Slices, push_into};
use crate::chunks::Chunks;
use crate::expr::Expr;
use crate::index::{AxisSlice, sliced_axis};
use crate::nodes::{self, Elementwise, Permute, Reduce};
use crate::rewrite::Sharing;

pub(super) fn elementwise(
    node: &Elementwise,
    of: &Expr,
    slices: &[AxisSlice],
    sharing: &Sharing,
) -> Result<Expr> {
    let part = |e: &Expr| push_into(e, &part_for(e.chunks(), of.chunks(), slices), sharing);
    let inputs = of.inputs().iter().map(part).collect::<Result<Vec<_>>>()?;
    nodes::elementwise(node.program.clone(), inputs)
}

/// None when a new axis of length 1 is sliced away.
pub(super) fn permute(
    node: &Permute,
    of: &Expr,
    slices: &[AxisSlice],
    sharing: &Sharing,
) -> Result<Option<Expr>> {
    let own = of.input()?;
    let full = own.chunks().axes().iter().map(|a| Ok(AxisSlice::full(a.length()?)));
    let mut before = full.collect::<Result<Slices>>()?;
    for (axis, s) in node.axes.iter().zip(slices) {
        match axis.and_then(|a| before.get_mut(a)) {
            Some(slot) => *slot = *s,
            None if s.len != 1 => return Ok(None),
            None => {}
        }
    }
    nodes::permute(&push_into(own, &before, sharing)?, &node.axes).map(Some)
}

/// None when a kept axis is sliced away.
pub(super) fn reduce(
    node: &Reduce,
    of: &Expr,
    slices: &[AxisSlice],
    sharing: &Sharing,
) -> Result<Option<Expr>> {
    let Some(before) = before_reduction(node, slices)? else { return Ok(None) };
    let part = |e: &Expr| push_into(e, &part_for(e.chunks(), &node.mapped, &before), sharing);
    let inputs = of.inputs().iter().map(part).collect::<Result<Vec<_>>>()?;
    let chunks = node.mapped.axes().iter().zip(&before).map(|(a, s)| sliced_axis(a, *s));
    let mapped = Chunks::new(chunks.collect::<Result<Vec<_>>>()?);
    Reduce { mapped, ..node.clone() }.over(inputs).map(Some)
}

/// What a slice of a combination takes of one of the arrays combined.
pub(super) fn part_for(own: &Chunks, common: &Chunks, slices: &[AxisSlice]) -> Slices {
    let missing = common.ndim().saturating_sub(own.ndim());
    own.axes()
        .iter()
        .zip(common.axes().iter().zip(slices).skip(missing))
        .map(|(own, (common, s))| match own.known_len() {
            Some(n) if own.known_len() != common.known_len() => AxisSlice::full(n),
            _ => *s,
        })
        .collect()
}

/// The slices of what is reduced that a slice of the result stands for; none when a kept axis is sliced away.
fn before_reduction(node: &Reduce, slices: &[AxisSlice]) -> Result<Option<Slices>> {
    let mut out = Slices::new();
    let mut rest = slices.iter();
    for (i, axis) in node.mapped.axes().iter().enumerate() {
        let reduced = node.axes.contains(&i);
        let own = if reduced && !node.keepdims { None } else { rest.next() };
        out.push(match own {
            Some(s) if reduced && s.len != 1 => return Ok(None),
            Some(s) if !reduced => *s,
            _ => AxisSlice::full(axis.length()?),
        });
    }
    Ok(Some(out))
}
