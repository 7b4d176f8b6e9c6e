//! Elementwise programs become one, and become part of reductions: no temporary the size of a chunk is made.

use swath_error::Result;
use swath_kernels::{Instr, Program};

use super::Sharing;
use crate::chunks::Chunks;
use crate::expr::{Expr, Node};
use crate::nodes::{Mapped, elementwise};

/// Programs stop growing here: beyond it, registers no longer fit into the cache.
const LONGEST: usize = 96;

/// Inputs of one program: more would have every task wait for too many others.
const WIDEST: usize = 16;

/// A program this short is run again for each of its readers rather than held for them.
const CHEAP: usize = 3;

/// Takes elementwise inputs into an elementwise node.
pub(super) fn into_elementwise(expr: &Expr, sharing: &Sharing) -> Result<Option<Expr>> {
    let Node::Elementwise(node) = expr.node() else { return Ok(None) };
    let map = Mapped {
        program: node.program.clone(),
        inputs: expr.inputs().to_vec(),
        chunks: expr.chunks().clone(),
    };
    match fused(&map, sharing)? {
        Some(map) => elementwise(map.program, map.inputs).map(Some),
        None => Ok(None),
    }
}

/// Takes elementwise inputs into a reduction.
pub(super) fn into_reduction(expr: &Expr, sharing: &Sharing) -> Result<Option<Expr>> {
    let Node::Reduce(node) = expr.node() else { return Ok(None) };
    match fused(&node.map(expr.inputs()), sharing)? {
        Some(map) => node.over_mapped(map).map(Some),
        None => Ok(None),
    }
}

/// The map with every elementwise input taken in that may be.
fn fused(map: &Mapped, sharing: &Sharing) -> Result<Option<Mapped>> {
    let mut size = map.program.code().len();
    let mut width = map.inputs.len();
    let mut taken = Vec::new();
    for input in &map.inputs {
        let Node::Elementwise(inner) = input.node() else { continue };
        let grown = size + inner.program.code().len();
        let widened = width + input.inputs().len();
        let fits = grown <= LONGEST && widened <= WIDEST;
        if fits
            && input.chunks() == &map.chunks
            && (sharing.is_sole(input) || is_cheap(input, &inner.program))
        {
            size = grown;
            width = widened;
            taken.push(input.key());
        }
    }
    if taken.is_empty() {
        return Ok(None);
    }
    map.inline(&|e| taken.contains(&e.key())).map(Some)
}

/// Whether computing the node again costs less than holding its result for several readers: a few instructions, and at
/// most one input of its size that is held instead.
fn is_cheap(expr: &Expr, program: &Program) -> bool {
    let simple = |i: &Instr| !matches!(i, Instr::Unary(op, _) if is_slow(*op));
    let full: Vec<&Expr> = expr.inputs().iter().filter(|e| same_size(e.chunks(), expr.chunks())).collect();
    let held = full.iter().filter(|e| !matches!(e.node(), Node::Leaf(_))).count();
    program.code().len() <= CHEAP && program.code().iter().all(simple) && held <= 1 && full.len() <= 1
}

fn same_size(a: &Chunks, b: &Chunks) -> bool {
    a.largest() == b.largest() && a.blocks() == b.blocks()
}

/// Operations that cost many times a memory access.
fn is_slow(op: swath_kernels::UnaryOp) -> bool {
    use swath_kernels::UnaryOp::{
        Absolute, Conjugate, ImagPart, Invert, IsFinite, IsInf, IsNan, LogicalNot, Negative, RealPart, Sign,
        SignBit, Square,
    };
    !matches!(
        op,
        Absolute
            | Conjugate
            | ImagPart
            | Invert
            | IsFinite
            | IsInf
            | IsNan
            | LogicalNot
            | Negative
            | RealPart
            | Sign
            | SignBit
            | Square
    )
}
