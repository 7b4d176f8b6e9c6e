//! New chunks move towards the sources: two cuts become one, and a source is read in the chunks that are wanted.

use swath_error::Result;

use super::Sharing;
use crate::broadcast::cut_for;
use crate::chunks::{Axis, Chunks};
use crate::expr::{Expr, Node};
use crate::nodes::{Rechunk, elementwise, permute, rechunk_to};

/// The rechunk of a node as a node of rechunks.
pub(super) fn push(node: &Rechunk, expr: &Expr, sharing: &Sharing) -> Result<Option<Expr>> {
    let input = expr.input()?;
    if absorbs(input, &node.chunks, sharing) {
        recut(input, &node.chunks, sharing).map(Some)
    } else {
        Ok(None)
    }
}

/// Whether the cut ends in a source or another cut, so that nothing is copied for it.
fn absorbs(expr: &Expr, chunks: &Chunks, sharing: &Sharing) -> bool {
    if expr.chunks() == chunks {
        return true;
    }
    if !sharing.is_free(expr) {
        return false;
    }
    match expr.node() {
        Node::Leaf(leaf) => leaf.aligns_with_storage(chunks),
        Node::Rechunk(_) => true,
        Node::Elementwise(_) => {
            expr.inputs().iter().all(|e| absorbs(e, &cut_for(e.chunks(), chunks), sharing))
        }
        Node::Permute(inner) => {
            expr.inputs().iter().all(|e| absorbs(e, &before_permute(e, &inner.axes, chunks), sharing))
        }
        _ => false,
    }
}

/// `expr` in other chunks, where [`absorbs`] said so.
fn recut(expr: &Expr, chunks: &Chunks, sharing: &Sharing) -> Result<Expr> {
    if expr.chunks() == chunks {
        return Ok(expr.clone());
    }
    match expr.node() {
        Node::Leaf(leaf) => leaf.rechunked(chunks.clone()),
        Node::Rechunk(_) => {
            let made = rechunk_to(expr.input()?, chunks.clone())?;
            match made.node() {
                Node::Rechunk(node) => Ok(push(node, &made, sharing)?.unwrap_or(made)),
                _ => Ok(made),
            }
        }
        Node::Elementwise(inner) => {
            let inputs = expr
                .inputs()
                .iter()
                .map(|e| recut(e, &cut_for(e.chunks(), chunks), sharing))
                .collect::<Result<Vec<_>>>()?;
            elementwise(inner.program.clone(), inputs)
        }
        Node::Permute(inner) => {
            let own = expr.input()?;
            permute(&recut(own, &before_permute(own, &inner.axes, chunks), sharing)?, &inner.axes)
        }
        _ => rechunk_to(expr, chunks.clone()),
    }
}

/// The chunks before axes were permuted that become `chunks` after it.
fn before_permute(own: &Expr, axes: &[Option<usize>], chunks: &Chunks) -> Chunks {
    let mut before: Vec<Axis> = own.chunks().axes().to_vec();
    for (from, axis) in axes.iter().zip(chunks.axes()) {
        if let Some(slot) = from.and_then(|a| before.get_mut(a)) {
            *slot = axis.clone();
        }
    }
    Chunks::new(before)
}
