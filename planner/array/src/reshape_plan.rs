//! How an array must be cut so that it can be reshaped chunk by chunk.
//!
//! In: the chunks and the new shape. Out: chunks in which every chunk is a run of elements in row-major order, before
//! and after. Axes are matched in groups of equal size; within a group, chunks are whole along the fast axes and short
//! along the slow ones. It never makes a chunk larger than the limit where the shapes allow it.

use swath_error::{Error, Result};

use crate::chunks::{Axis, Chunks};
use crate::nodes::regular;

/// What to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Plan {
    /// Nothing: the shapes are equal.
    Keep,
    /// Cut as `cut`, then give every chunk the shape it has in `result`.
    Blocks {
        /// Chunks of the array.
        cut: Chunks,
        /// Chunks of the result, as many and in the same order.
        result: Chunks,
    },
    /// Reshape to this shape first: where several axes become several others.
    Through(Vec<usize>),
}

/// Axes of the array and of the result that hold the same elements.
pub(crate) struct Group {
    pub(crate) from: std::ops::Range<usize>,
    pub(crate) to: std::ops::Range<usize>,
}

/// The plan for reshaping an array of `chunks` to `wanted`; no length is 0 or 1, and `limit` is in elements.
pub(crate) fn plan(chunks: &Chunks, wanted: &[usize], limit: usize) -> Result<Plan> {
    let own = chunks.shape()?;
    if own.as_slice() == wanted {
        return Ok(Plan::Keep);
    }
    let groups = match_axes(&own, wanted)?;
    if groups.iter().any(|g| g.from.len() > 1 && g.to.len() > 1) {
        let flat = |g: &Group| {
            if g.from.len() > 1 && g.to.len() > 1 {
                vec![part(&own, &g.from).iter().product()]
            } else {
                part(&own, &g.from).to_vec()
            }
        };
        return Ok(Plan::Through(groups.iter().flat_map(flat).collect()));
    }
    let (mut cut, mut result) = (Vec::new(), Vec::new());
    for group in &groups {
        let axes = chunks.axes().get(group.from.clone()).unwrap_or(&[]);
        let shape = part(wanted, &group.to);
        match (axes, shape) {
            ([axis], [_]) => {
                cut.push(axis.clone());
                result.push(axis.clone());
            }
            ([axis], shape) => split(axis, shape, limit, &mut cut, &mut result)?,
            (axes, _) => merge(axes, limit, &mut cut, &mut result)?,
        }
    }
    Ok(Plan::Blocks { cut: Chunks::new(cut), result: Chunks::new(result) })
}

fn part<'a>(shape: &'a [usize], range: &std::ops::Range<usize>) -> &'a [usize] {
    shape.get(range.clone()).unwrap_or(&[])
}

/// The shortest groups of axes with equal products; no length is 0 or 1.
pub(crate) fn match_axes(own: &[usize], wanted: &[usize]) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < own.len() || j < wanted.len() {
        let (from, to) = (i, j);
        let at =
            |s: &[usize], k: usize| s.get(k).copied().ok_or_else(|| Error::internal("shapes do not match"));
        let (mut a, mut b) = (at(own, i)?, at(wanted, j)?);
        (i, j) = (i + 1, j + 1);
        while a != b {
            if a < b {
                a *= at(own, i)?;
                i += 1;
            } else {
                b *= at(wanted, j)?;
                j += 1;
            }
        }
        groups.push(Group { from: from..i, to: to..j });
    }
    Ok(groups)
}

/// Several axes become one.
fn merge(axes: &[Axis], limit: usize, cut: &mut Vec<Axis>, result: &mut Vec<Axis>) -> Result<()> {
    let shape = axes.iter().map(Axis::length).collect::<Result<Vec<_>>>()?;
    let (split_at, rest) = slowest_cut(&shape, limit);
    let own = axes.get(split_at).ok_or_else(|| Error::internal("a group of no axes"))?;
    let middle = if own.largest().saturating_mul(rest) <= limit {
        own.clone()
    } else {
        regular(own.length()?, limit / rest)
    };
    let outer: usize = shape.iter().take(split_at).product();
    let run: Vec<usize> = middle.sizes()?.iter().map(|n| n * rest).collect();
    result.push(Axis::known(run.repeat(outer)));
    push_cut(&shape, split_at, middle, cut);
    Ok(())
}

/// One axis becomes several.
fn split(
    axis: &Axis,
    shape: &[usize],
    limit: usize,
    cut: &mut Vec<Axis>,
    result: &mut Vec<Axis>,
) -> Result<()> {
    let (split_at, rest) =
        slowest_cut(shape, limit.min(axis.largest().max(1)).max(smallest_row(shape, limit)));
    let length = shape.get(split_at).copied().unwrap_or(1);
    let kept =
        axis.sizes()?.iter().map(|n| n.is_multiple_of(rest).then_some(n / rest)).collect::<Option<Vec<_>>>();
    let middle = match kept {
        Some(rows) if split_at == 0 => Axis::known(rows),
        _ => regular(length, axis.largest().min(limit) / rest),
    };
    let outer: usize = shape.iter().take(split_at).product();
    let run: Vec<usize> = middle.sizes()?.iter().map(|n| n * rest).collect();
    cut.push(Axis::known(run.repeat(outer)));
    push_cut(shape, split_at, middle, result);
    Ok(())
}

/// Elements of a row of the slowest axis, when that is within the limit.
fn smallest_row(shape: &[usize], limit: usize) -> usize {
    let row = shape.iter().skip(1).product();
    if row <= limit { row } else { 1 }
}

/// The slowest axis that can be cut so that what lies below one of its elements stays within the limit, and how much
/// that is.
fn slowest_cut(shape: &[usize], limit: usize) -> (usize, usize) {
    let below = |i: usize| shape.iter().skip(i + 1).product::<usize>();
    (0..shape.len())
        .map(|i| (i, below(i)))
        .find(|(_, n)| *n <= limit)
        .unwrap_or((shape.len().saturating_sub(1), 1))
}

/// Chunks of one along the axes before `split_at`, `middle` there, whole ones after it.
fn push_cut(shape: &[usize], split_at: usize, middle: Axis, out: &mut Vec<Axis>) {
    for (i, n) in shape.iter().enumerate() {
        out.push(match i.cmp(&split_at) {
            std::cmp::Ordering::Less => Axis::regular(*n, 1),
            std::cmp::Ordering::Equal => middle.clone(),
            std::cmp::Ordering::Greater => Axis::whole(*n),
        });
    }
}
