//! Slices move towards the sources, so that less is read and computed.

use smallvec::SmallVec;
use swath_error::Result;

use super::Sharing;
use crate::chunks::Chunks;
use crate::expr::{Expr, Node};
use crate::index::{AxisSlice, sliced_axis};
use crate::nodes::{Slice, elementwise, permute, slice};

type Slices = SmallVec<[AxisSlice; 4]>;

/// The slice of a node as a node of slices.
pub(super) fn push(node: &Slice, expr: &Expr, sharing: &Sharing) -> Result<Option<Expr>> {
    let input = expr.input()?;
    if !sharing.is_free(input) || !input.chunks().is_known() {
        return Ok(None);
    }
    let pushed = match input.node() {
        Node::Leaf(leaf) => {
            // Chunks of the slice, not of the slice's own idea of the leaf: they are what the user sees.
            return leaf.sliced(&node.slices, expr.chunks().clone()).map(Some);
        }
        Node::Slice(inner) => {
            let slices: Slices = node.slices.iter().zip(&inner.slices).map(|(o, i)| o.of(i)).collect();
            slice(input.input()?, &slices)?
        }
        Node::Elementwise(inner) => {
            let inputs = input
                .inputs()
                .iter()
                .map(|e| push_into(e, &part_for(e.chunks(), input.chunks(), &node.slices), sharing))
                .collect::<Result<Vec<_>>>()?;
            elementwise(inner.program.clone(), inputs)?
        }
        Node::Permute(inner) => {
            let own = input.input()?;
            let mut slices: Slices = own
                .chunks()
                .axes()
                .iter()
                .map(|a| Ok(AxisSlice::full(a.length()?)))
                .collect::<Result<_>>()?;
            for (axis, s) in inner.axes.iter().zip(&node.slices) {
                match axis.and_then(|a| slices.get_mut(a)) {
                    Some(slot) => *slot = *s,
                    // A slice of a new axis of length 1 that takes nothing stays where it is.
                    None if s.len != 1 => return Ok(None),
                    None => {}
                }
            }
            permute(&push_into(own, &slices, sharing)?, &inner.axes)?
        }
        Node::Reduce(inner) => {
            let Some(slices) = before_reduction(inner, &node.slices)? else { return Ok(None) };
            let inputs = input
                .inputs()
                .iter()
                .map(|e| push_into(e, &part_for(e.chunks(), &inner.mapped, &slices), sharing))
                .collect::<Result<Vec<_>>>()?;
            let chunks = inner.mapped.axes().iter().zip(&slices).map(|(a, s)| sliced_axis(a, *s));
            let mapped = Chunks::new(chunks.collect::<Result<Vec<_>>>()?);
            crate::nodes::Reduce { mapped, ..inner.clone() }.over(inputs)?
        }
        _ => return Ok(None),
    };
    // The merged slices of a slice may cut chunks elsewhere than the two slices did.
    Ok((pushed.chunks() == expr.chunks()).then_some(pushed))
}

/// The slice of `input`, pushed further where that is possible.
fn push_into(input: &Expr, slices: &[AxisSlice], sharing: &Sharing) -> Result<Expr> {
    let made = slice(input, slices)?;
    let Node::Slice(node) = made.node() else { return Ok(made) };
    Ok(push(node, &made, sharing)?.unwrap_or(made))
}

/// What a slice of a combination takes of one of the arrays combined.
fn part_for(own: &Chunks, common: &Chunks, slices: &[AxisSlice]) -> Slices {
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
fn before_reduction(node: &crate::nodes::Reduce, slices: &[AxisSlice]) -> Result<Option<Slices>> {
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
