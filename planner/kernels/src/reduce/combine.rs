//! Second phase: partial results of neighbouring chunks into one.
//!
//! The formulas are programs over the partial chunks, so they too run tile by tile without temporaries.

use swath_block::{Chunk, Scalar};
use swath_error::{Error, Result};

use super::ReduceOp;
use super::op::Family;
use crate::ops::{BinaryOp, UnaryOp};
use crate::program::{ProgramBuilder, Value};
use crate::promote::Kind;

/// One partial result from several, given in the order of their chunks along the reduced axes.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the partial results have different shapes.
pub fn combine(op: ReduceOp, parts: Vec<Vec<Chunk>>) -> Result<Vec<Chunk>> {
    let mut parts: Vec<Vec<Chunk>> = parts.into_iter().filter(|p| !p.is_empty()).collect();
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or_default());
    }
    if let Some(bad) = parts.iter().find(|p| p.len() != op.parts()) {
        return Err(Error::internal(format!("a partial {} has {} chunks", op.name(), bad.len())));
    }
    match op.family() {
        Family::Fold | Family::Extreme | Family::Logical => Ok(vec![tree(&column(&parts, 0), joiner(op))?]),
        Family::Mean => {
            Ok(vec![tree(&column(&parts, 0), BinaryOp::Add)?, tree(&column(&parts, 1), BinaryOp::Add)?])
        }
        Family::Moments => moments(&parts),
        Family::Arg => arg(op, &parts),
    }
}

/// How two partial results become one.
fn joiner(op: ReduceOp) -> BinaryOp {
    match op {
        ReduceOp::Prod | ReduceOp::NanProd => BinaryOp::Multiply,
        ReduceOp::Min => BinaryOp::Minimum,
        ReduceOp::Max => BinaryOp::Maximum,
        ReduceOp::NanMin => BinaryOp::Fmin,
        ReduceOp::NanMax => BinaryOp::Fmax,
        ReduceOp::Any => BinaryOp::LogicalOr,
        ReduceOp::All => BinaryOp::LogicalAnd,
        _ => BinaryOp::Add,
    }
}

/// The `i`-th chunk of every partial result.
fn column(parts: &[Vec<Chunk>], i: usize) -> Vec<Chunk> {
    parts.iter().filter_map(|p| p.get(i).cloned()).collect()
}

fn inputs(b: &mut ProgramBuilder, chunks: &[Chunk]) -> Vec<Value> {
    chunks.iter().map(|c| b.input(c.dtype())).collect()
}

/// Joins neighbours, then neighbours of those, so that rounding errors grow with the tree's depth only.
fn joined(b: &mut ProgramBuilder, values: Vec<Value>, op: BinaryOp) -> Result<Value> {
    let mut level = values;
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [a, c] => b.binary(op, *a, *c),
                [a, ..] => Ok(*a),
                [] => Err(Error::internal("an empty pair")),
            })
            .collect::<Result<_>>()?;
    }
    level.first().copied().ok_or_else(|| Error::internal("nothing to combine"))
}

fn run(b: ProgramBuilder, output: Value, chunks: &[Chunk]) -> Result<Chunk> {
    let shape = chunks.first().map(|c| c.shape().to_vec()).unwrap_or_default();
    if let Some(other) = chunks.iter().find(|c| c.shape() != shape) {
        return Err(crate::layout::mismatch(format!(
            "partial results of shapes {shape:?} and {:?} cannot be combined",
            other.shape()
        )));
    }
    b.finish(output)?.eval(chunks.to_vec(), &shape)
}

fn tree(chunks: &[Chunk], op: BinaryOp) -> Result<Chunk> {
    let mut b = ProgramBuilder::new();
    let values = inputs(&mut b, chunks);
    let output = joined(&mut b, values, op)?;
    run(b, output, chunks)
}

/// Chan's formula for any number of parts: `n = Σ n_i`, `mean = Σ n_i mean_i / n`,
/// `squares = Σ squares_i + Σ n_i |mean_i - mean|²`.
fn moments(parts: &[Vec<Chunk>]) -> Result<Vec<Chunk>> {
    let chunks: Vec<Chunk> = (0..3).flat_map(|i| column(parts, i)).collect();
    let outputs = (0..3).map(|which| {
        let mut b = ProgramBuilder::new();
        let all = inputs(&mut b, &chunks);
        let (counts, rest) = all.split_at(parts.len());
        let (means, squares) = rest.split_at(parts.len());
        let total = joined(&mut b, counts.to_vec(), BinaryOp::Add)?;
        let output = match which {
            0 => total,
            1 => mean_of(&mut b, counts, means, total)?,
            _ => squares_of(&mut b, counts, means, squares, total)?,
        };
        run(b, output, &chunks)
    });
    outputs.collect()
}

fn mean_of(b: &mut ProgramBuilder, counts: &[Value], means: &[Value], total: Value) -> Result<Value> {
    let weighted = counts
        .iter()
        .zip(means)
        .map(|(n, mean)| b.binary(BinaryOp::Multiply, *n, *mean))
        .collect::<Result<Vec<_>>>()?;
    let sum = joined(b, weighted, BinaryOp::Add)?;
    // Where everything was skipped the mean stays 0: a NaN would spread to parts that do have elements.
    let one = b.constant(Scalar::I64(1), false);
    let divisor = b.binary(BinaryOp::Maximum, total, one)?;
    b.binary(BinaryOp::Divide, sum, divisor)
}

fn squares_of(
    b: &mut ProgramBuilder,
    counts: &[Value],
    means: &[Value],
    squares: &[Value],
    total: Value,
) -> Result<Value> {
    let mean = mean_of(b, counts, means, total)?;
    let mut terms = Vec::with_capacity(counts.len());
    for ((n, own), squares) in counts.iter().zip(means).zip(squares) {
        let delta = b.binary(BinaryOp::Subtract, *own, mean)?;
        let delta = b.unary(UnaryOp::Absolute, delta)?;
        let square = b.unary(UnaryOp::Square, delta)?;
        let between = b.binary(BinaryOp::Multiply, square, *n)?;
        terms.push(b.binary(BinaryOp::Add, *squares, between)?);
    }
    joined(b, terms, BinaryOp::Add)
}

/// The better of all values, and its index.
fn arg(op: ReduceOp, parts: &[Vec<Chunk>]) -> Result<Vec<Chunk>> {
    let chunks: Vec<Chunk> = (0..2).flat_map(|i| column(parts, i)).collect();
    let outputs = (0..2).map(|which| {
        let mut b = ProgramBuilder::new();
        let all = inputs(&mut b, &chunks);
        let (values, indices) = all.split_at(parts.len());
        let mut pairs = values.iter().copied().zip(indices.iter().copied());
        let mut best = pairs.next().ok_or_else(|| Error::internal("nothing to combine"))?;
        for candidate in pairs {
            let wins = wins(&mut b, op, best, candidate)?;
            best = (b.select(wins, candidate.0, best.0)?, b.select(wins, candidate.1, best.1)?);
        }
        run(b, if which == 0 { best.0 } else { best.1 }, &chunks)
    });
    outputs.collect()
}

/// Whether a candidate `(value, index)` beats the best so far; an index of -1 stands for nothing found.
fn wins(
    b: &mut ProgramBuilder,
    op: ReduceOp,
    best: (Value, Value),
    candidate: (Value, Value),
) -> Result<Value> {
    let order =
        if matches!(op, ReduceOp::ArgMax | ReduceOp::NanArgMax) { BinaryOp::Greater } else { BinaryOp::Less };
    let zero = b.constant(Scalar::I64(0), false);
    let present = b.binary(BinaryOp::GreaterEqual, candidate.1, zero)?;
    let alone = b.binary(BinaryOp::Less, best.1, zero)?;
    let mut beats = b.binary(order, candidate.0, best.0)?;
    let mut ties = b.binary(BinaryOp::Equal, candidate.0, best.0)?;
    if Kind::of(b.dtype(best.0)) >= Kind::Float {
        let (best_nan, nan) = (b.unary(UnaryOp::IsNan, best.0)?, b.unary(UnaryOp::IsNan, candidate.0)?);
        let best_number = b.unary(UnaryOp::LogicalNot, best_nan)?;
        let first_nan = b.binary(BinaryOp::LogicalAnd, nan, best_number)?;
        let both_nan = b.binary(BinaryOp::LogicalAnd, nan, best_nan)?;
        beats = b.binary(BinaryOp::LogicalOr, beats, first_nan)?;
        ties = b.binary(BinaryOp::LogicalOr, ties, both_nan)?;
    }
    let earlier = b.binary(BinaryOp::Less, candidate.1, best.1)?;
    let ties = b.binary(BinaryOp::LogicalAnd, ties, earlier)?;
    let better = joined(b, vec![alone, beats, ties], BinaryOp::LogicalOr)?;
    b.binary(BinaryOp::LogicalAnd, present, better)
}
