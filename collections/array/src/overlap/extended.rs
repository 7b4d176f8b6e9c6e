//! Arrays whose chunks overlap, and back.

use swath_array_plan::{self as plan, ChunkSpec, Expr, Index, Made, Window, from_made};
use swath_error::Result;
use swath_kernels::cast_scalar;

use super::spec::{Boundary, Overlap, Side};
use crate::{Array, Element};

/// The array with every chunk extended by what lies around it, as `dask.array.overlap.overlap`: the elements that several
/// chunks see are in the result several times. [`trim_internal`] cuts them off again.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::InvalidArgument`] when `how` does not fit the array;
/// [`swath_error::ErrorKind::Unsupported`] when chunk lengths are unknown.
///
/// ```
/// # use swath_local as _;
/// use swath_array::{self as da, overlap};
/// let x = da::arange(6).chunks(3);
/// let wide = overlap::overlap(&x, 1);
/// assert_eq!(wide.compute()?.as_slice(), Some(&[0, 1, 2, 3, 2, 3, 4, 5][..]));
/// assert_eq!(overlap::trim_internal(&wide, 1).compute()?, x.compute()?);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn overlap<T: Element>(x: &Array<T>, how: impl Into<Overlap>) -> Array<T> {
    x.map(|x| Ok(extended(x, &how.into())?.0))
}

/// The array without what [`overlap()`] added to its chunks. Chunks are taken to have been as long as the depth at least.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::InvalidArgument`] when `how` does not fit the array;
/// [`swath_error::ErrorKind::ShapeMismatch`] when a chunk is shorter than what is cut off it.
#[track_caller]
pub fn trim_internal<T: Element>(x: &Array<T>, how: impl Into<Overlap>) -> Array<T> {
    x.map(|x| {
        let sizes = sizes(x)?;
        // Lengths of the extended array say nothing about those it was made from.
        let sides = how.into().resolve(&sizes)?;
        let margins = |(side, sizes): (&Side, &Vec<usize>)| {
            let last = sizes.len() - 1;
            let inner = |outside: bool, depth: usize| match side.boundary {
                Boundary::None if outside => 0,
                _ => depth,
            };
            (0..sizes.len()).map(|i| (inner(i == 0, side.before), inner(i == last, side.after))).collect()
        };
        trimmed(x, &sides.iter().zip(&sizes).map(margins).collect::<Vec<_>>())
    })
}

/// What is added before and after each chunk along an axis.
pub(super) type Margins = Vec<(usize, usize)>;

/// The chunk lengths along each axis.
pub(super) fn sizes(x: &Expr) -> Result<Vec<Vec<usize>>> {
    x.chunks().axes().iter().map(|a| Ok(a.sizes()?.to_vec())).collect()
}

/// The array with its chunks extended, and by how much.
pub(super) fn extended(x: &Expr, how: &Overlap) -> Result<(Expr, Vec<Margins>)> {
    let sizes = sizes(x)?;
    let sides = how.resolve(&sizes)?;
    let mut padded = x.clone();
    for (axis, side) in sides.iter().enumerate() {
        padded = continued(&padded, axis, side)?;
    }
    let margins: Vec<Margins> = sides.iter().zip(&sizes).map(|(side, sizes)| side.margins(sizes)).collect();
    let windows = sides.iter().zip(&sizes).zip(&margins).map(|((side, sizes), margins)| {
        // Where the array begins within the continued one.
        let mut start = if side.boundary == Boundary::None { 0 } else { side.before };
        let mut list: Vec<Window> = Vec::with_capacity(sizes.len());
        for (size, (before, after)) in sizes.iter().zip(margins) {
            list.push((start - before, before + size + after));
            start += size;
        }
        list
    });
    let windows = windows.collect();
    Ok((plan::windows(&padded, windows)?, margins))
}

/// The array without what was added to its chunks.
pub(super) fn trimmed(x: &Expr, margins: &[Margins]) -> Result<Expr> {
    let mut windows = Vec::with_capacity(margins.len());
    for (axis, margins) in x.chunks().axes().iter().zip(margins) {
        let spans = axis.starts()?.into_iter().zip(axis.sizes()?);
        let inner = |((start, size), (before, after)): ((usize, &usize), &(usize, usize))| {
            let len = size.checked_sub(before + after).ok_or_else(|| {
                swath_error::Error::new(
                    swath_error::ErrorKind::ShapeMismatch,
                    format!("{before} and {after} elements cannot be cut off a chunk of {size}"),
                )
            })?;
            Ok((start + before, len))
        };
        windows.push(spans.zip(margins).map(inner).collect::<Result<Vec<Window>>>()?);
    }
    plan::windows(x, windows)
}

/// The array with what stands beyond its ends along an axis.
fn continued(x: &Expr, axis: usize, side: &Side) -> Result<Expr> {
    let n = x.chunks().axis(axis)?.length()? as isize;
    let (before, after) = (side.before as isize, side.after as isize);
    let part = |start: isize, stop: isize, step: isize| {
        let mut items = vec![Index::from(..); axis];
        // Going backwards, a stop of -1 is the beginning.
        items.push(Index::Slice { start: Some(start), stop: (stop >= 0).then_some(stop), step });
        plan::index(x, &items)
    };
    let edge = |at: isize, times: usize| repeated(&part(at, at + 1, 1)?, axis, times);
    let constant = |value, length: usize| {
        let mut sizes = sizes(x)?;
        let mut shape = x.shape()?.to_vec();
        if let (Some(s), Some(n)) = (sizes.get_mut(axis), shape.get_mut(axis)) {
            (*s, *n) = (vec![length], length);
        }
        from_made(Made::Full(cast_scalar(value, x.dtype())?), &shape, &ChunkSpec::from(sizes))
    };
    let front = || match side.boundary {
        Boundary::Reflect => part(before - 1, -1, -1),
        Boundary::Nearest => edge(0, side.before),
        Boundary::Constant(value) => constant(value, side.before),
        _ => part(n - before, n, 1),
    };
    let back = || match side.boundary {
        Boundary::Reflect => part(n - 1, n - 1 - after, -1),
        Boundary::Nearest => edge(n - 1, side.after),
        Boundary::Constant(value) => constant(value, side.after),
        _ => part(0, after, 1),
    };
    if side.boundary == Boundary::None {
        return Ok(x.clone());
    }
    let mut parts = Vec::with_capacity(3);
    if before > 0 {
        parts.push(front()?);
    }
    parts.push(x.clone());
    if after > 0 {
        parts.push(back()?);
    }
    plan::concatenate(&parts, axis as isize)
}

/// A part of length 1 along an axis, repeated.
fn repeated(x: &Expr, axis: usize, times: usize) -> Result<Expr> {
    let mut shape = x.shape()?.to_vec();
    if let Some(n) = shape.get_mut(axis) {
        *n = times;
    }
    plan::broadcast_to(x, &shape, None)
}
