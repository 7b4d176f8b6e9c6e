//! Slices move towards the sources, so that less is read and computed.
//!
//! In: a slice of a node. Out: the node over slices of its inputs, the same values in the same chunks. It never slices an
//! input that others need whole.

mod moving;
mod through;

use smallvec::SmallVec;
use swath_error::Result;

use super::Sharing;
use crate::expr::{Expr, Node};
use crate::index::AxisSlice;
use crate::nodes::{Slice, rechunk_to, slice};

type Slices = SmallVec<[AxisSlice; 4]>;

/// The slice of a node as a node of slices.
pub(super) fn push(node: &Slice, expr: &Expr, sharing: &Sharing) -> Result<Option<Expr>> {
    let input = expr.input()?;
    if !sharing.is_free(input) || !input.chunks().is_known() {
        return Ok(None);
    }
    let slices = &node.slices;
    let pushed = match input.node() {
        // Chunks of the slice, not of the slice's own idea of the leaf: they are what the user sees.
        Node::Leaf(leaf) => return leaf.sliced(slices, expr.chunks().clone()).map(Some),
        Node::Slice(inner) => {
            let slices: Slices = slices.iter().zip(&inner.slices).map(|(o, i)| o.of(i)).collect();
            Some(slice(input.input()?, &slices)?)
        }
        Node::Rechunk(_) => {
            let sliced = push_into(input.input()?, slices, sharing)?;
            Some(rechunk_to(&sliced, expr.chunks().clone())?)
        }
        Node::Elementwise(inner) => Some(through::elementwise(inner, input, slices, sharing)?),
        Node::Permute(inner) => through::permute(inner, input, slices, sharing)?,
        Node::Reduce(inner) => through::reduce(inner, input, slices, sharing)?,
        Node::Broadcast(_) => Some(moving::broadcast(input, expr.chunks(), slices, sharing)?),
        Node::Concat(inner) => moving::concat(inner, input, slices, sharing)?,
        Node::Contract(inner) => moving::contract(inner, input, slices, sharing)?,
        _ => None,
    };
    // The merged slices of a slice may cut chunks elsewhere than the two slices did.
    Ok(pushed.filter(|pushed| pushed.chunks() == expr.chunks()))
}

/// The slice of `input`, pushed further where that is possible.
fn push_into(input: &Expr, slices: &[AxisSlice], sharing: &Sharing) -> Result<Expr> {
    let made = slice(input, slices)?;
    let Node::Slice(node) = made.node() else { return Ok(made) };
    Ok(push(node, &made, sharing)?.unwrap_or(made))
}
