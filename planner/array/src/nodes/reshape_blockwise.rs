//! Every chunk in another shape, on its own: no element leaves its chunk.

use swath_error::{Error, ErrorKind, Result};

use super::permute::squeeze;
use super::reshape::{make, reshape, resolve, widen};
use crate::chunks::{Axis, ChunkSpec, Chunks};
use crate::expr::Expr;
use crate::reshape_plan::match_axes;

/// The array in another shape by reshaping every chunk on its own, in row-major order; the elements of the whole come in
/// another order than [`reshape`] gives them. Neighbouring axes are merged; one length may be -1. `chunks` says how the
/// result is cut where axes are split: as many chunks as the array has, in the same order and each with as many elements.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when the numbers of elements differ, of the whole or of a chunk;
/// [`ErrorKind::InvalidArgument`] when an axis would be split and there are no `chunks`, or there are some and the number
/// of axes does not grow.
pub fn reshape_blockwise(x: &Expr, shape: &[isize], chunks: Option<&ChunkSpec>) -> Result<Expr> {
    let own = x.shape()?;
    let wanted = resolve(&own, shape)?;
    if own.as_slice() == wanted {
        return Ok(x.clone());
    }
    match chunks {
        Some(spec) => split(x, &wanted, spec),
        // One chunk, or chunks without elements: there is one order only.
        None if own.contains(&0) || x.chunks().blocks() == 1 => reshape(x, shape),
        None => merge(x, &wanted),
    }
}

/// Chunk by chunk into the chunks that were asked for.
fn split(x: &Expr, wanted: &[usize], spec: &ChunkSpec) -> Result<Expr> {
    if wanted.len() <= x.ndim() {
        return Err(Error::argument("chunks cannot be set when the number of axes does not grow")
            .with_help("the chunks of merged axes follow from the array's: leave them out"));
    }
    let result = spec.resolve(wanted, x.dtype(), None)?;
    let (from, to) = (x.chunks().blocks(), result.blocks());
    if from != to {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("an array of {from} chunks cannot be reshaped chunk by chunk into {to} chunks"),
        ));
    }
    let (from, to) = (volumes(x.chunks().axes())?, volumes(result.axes())?);
    if let Some((i, (a, b))) = from.iter().zip(&to).enumerate().find(|(_, (a, b))| a != b) {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("chunk {i} has {a} elements and would be reshaped to {b}"),
        )
        .with_help(
            "each chunk of the result has the elements of the array's chunk at its place, in row-major order",
        ));
    }
    make(x, result)
}

/// Neighbouring axes become one, chunk by chunk.
fn merge(x: &Expr, wanted: &[usize]) -> Result<Expr> {
    let narrow = squeeze(x, None)?;
    let long: Vec<usize> = wanted.iter().copied().filter(|n| *n != 1).collect();
    let mut axes = Vec::with_capacity(long.len());
    for group in match_axes(&narrow.shape()?, &long)? {
        if group.to.len() > 1 {
            return Err(needs_chunks(x, wanted));
        }
        let merged = narrow.chunks().axes().get(group.from).unwrap_or(&[]);
        axes.push(Axis::known(volumes(merged)?));
    }
    widen(&make(&narrow, Chunks::new(axes))?, wanted)
}

fn needs_chunks(x: &Expr, wanted: &[usize]) -> Error {
    let shapes = format!("{} to {}", x.chunks(), Chunks::single(wanted));
    if wanted.len() > x.ndim() {
        Error::argument(format!("the chunks must be named to split an axis: {shapes}")).with_help(
            "say how the result is cut, as with the chunks the array had before its axes were merged",
        )
    } else {
        Error::argument(format!("chunks reshaped on their own can merge neighbouring axes only: {shapes}"))
            .with_help("use reshape, which moves elements between chunks")
    }
}

/// The number of elements of every chunk along these axes, in row-major order.
fn volumes(axes: &[Axis]) -> Result<Vec<usize>> {
    axes.iter().try_fold(vec![1], |all, axis| {
        let sizes = axis.sizes()?;
        Ok(all.iter().flat_map(|n| sizes.iter().map(move |size| n * size)).collect())
    })
}
