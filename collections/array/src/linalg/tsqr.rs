//! Tall matrices by a tree of small QR factorisations (Benson, Gleich and Demmel, "Direct QR factorizations for
//! tall-and-skinny matrices", 2013).
//!
//! In: a matrix in one column of chunks. Out: an orthonormal factor in the same rows, and small factors. The triangles of
//! the chunks are stacked, a few at a time, and factorised again, until one is left; the orthonormal factors of the
//! levels are multiplied on the way back. No task sees more than a chunk of rows or a few triangles.

use swath_array_plan::{self as plan, Axis, ChunkSpec, Chunks, Expr, Kernel};
use swath_block::DType;
use swath_error::{Error, Result};

use super::inexact::real;

/// Bytes of triangles that one task factorises together.
const STACK: usize = 32 << 20;

/// The most triangles that one task factorises together.
const WIDEST: usize = 16;

/// What happens at the top of the tree.
#[derive(Clone, Copy)]
pub(super) enum Top {
    /// `q` and `r`.
    Qr,
    /// `u`, `s` and `vh`.
    Svd,
}

/// The orthonormal factor of a matrix in one column of chunks, and the small factors at the top.
pub(super) fn tall(x: &Expr, top: Top) -> Result<(Expr, Vec<Expr>)> {
    let (rows, columns) = (x.chunks().axis(0)?.clone(), x.chunks().axis(1)?.length()?);
    let dtype = x.dtype();
    if rows.blocks() == 1 {
        return single(x, top);
    }
    let heights: Vec<usize> = rows.sizes()?.iter().map(|m| (*m).min(columns)).collect();
    let results = vec![
        (dtype, Chunks::new([rows.clone(), Axis::whole(columns)])),
        (dtype, Chunks::new([Axis::known(heights.clone()), Axis::whole(columns)])),
    ];
    let [q, r] = made(plan::kernels(Kernel::Qr, "αj", &[(x, "αj")], results)?)?;
    let (above, small) = tall(&stacked(&r, &heights, columns)?, top)?;
    let width = above.chunks().axis(1)?.length()?;
    let above = rechunk(&above, vec![heights, vec![width]])?;
    let chunks = Chunks::new([rows, Axis::whole(width)]);
    let q = plan::kernel(Kernel::Product, "αj", &[(&q, "αβ"), (&above, "αj")], dtype, chunks)?;
    Ok((q, small))
}

/// The triangle `r` of a matrix in one column of chunks, without the orthonormal factors.
pub(super) fn triangle(x: &Expr) -> Result<Expr> {
    let (rows, columns) = (x.chunks().axis(0)?, x.chunks().axis(1)?.length()?);
    let heights: Vec<usize> = rows.sizes()?.iter().map(|m| (*m).min(columns)).collect();
    let chunks = Chunks::new([Axis::known(heights.clone()), Axis::whole(columns)]);
    let r = plan::kernel(Kernel::QrTriangle, "αj", &[(x, "αj")], x.dtype(), chunks)?;
    if rows.blocks() == 1 { Ok(r) } else { triangle(&stacked(&r, &heights, columns)?) }
}

/// The factors of a matrix that is one chunk.
fn single(x: &Expr, top: Top) -> Result<(Expr, Vec<Expr>)> {
    let (m, n) = (x.chunks().axis(0)?.length()?, x.chunks().axis(1)?.length()?);
    let (k, dtype) = (m.min(n), x.dtype());
    let of = |dtype: DType, shape: &[usize]| (dtype, Chunks::single(shape));
    let (kernel, results) = match top {
        Top::Qr => (Kernel::Qr, vec![of(dtype, &[m, k]), of(dtype, &[k, n])]),
        Top::Svd => {
            (Kernel::Svd { signs: true }, vec![of(dtype, &[m, k]), of(real(dtype), &[k]), of(dtype, &[k, n])])
        }
    };
    let mut parts = plan::kernels(kernel, "ij", &[(x, "ij")], results)?.into_iter();
    let first = parts.next().ok_or_else(|| Error::internal("a factorisation without factors"))?;
    Ok((first, parts.collect()))
}

/// Triangles of these heights, a few in each chunk.
fn stacked(r: &Expr, heights: &[usize], columns: usize) -> Result<Expr> {
    let each = columns.max(1) * heights.iter().max().copied().unwrap_or(1).max(1) * r.dtype().size();
    let group = (STACK / each.max(1)).clamp(2, WIDEST);
    let merged: Vec<usize> = heights.chunks(group).map(|g| g.iter().sum()).collect();
    rechunk(r, vec![merged, vec![columns]])
}

fn rechunk(x: &Expr, sizes: Vec<Vec<usize>>) -> Result<Expr> {
    plan::rechunk(x, &ChunkSpec::from(sizes))
}

fn made<const N: usize>(parts: Vec<Expr>) -> Result<[Expr; N]> {
    parts.try_into().map_err(|p: Vec<Expr>| Error::internal(format!("{} factors, not {N}", p.len())))
}
