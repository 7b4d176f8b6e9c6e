//! Arrays put together from nested lists of blocks.

use swath_array_plan as plan;
use swath_array_plan::Expr;
use swath_error::{Error, Result};

use crate::like::ArrayLike;

/// An array, or a list of such, for [`block`]: made from arrays and vectors of them, nested as deep as axes are wanted.
#[derive(Clone, Debug)]
pub enum Blocks<A> {
    /// One block.
    One(A),
    /// Blocks, or lists of blocks, after each other.
    List(Vec<Blocks<A>>),
}

impl<A: ArrayLike> From<A> for Blocks<A> {
    fn from(array: A) -> Self {
        Self::One(array)
    }
}

impl<A: ArrayLike> From<&A> for Blocks<A> {
    fn from(array: &A) -> Self {
        Self::One(array.clone())
    }
}

impl<A: ArrayLike, B: Into<Self>> From<Vec<B>> for Blocks<A> {
    fn from(list: Vec<B>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

/// An array from nested lists of blocks, as `numpy.block`: the innermost lists are joined along the last axis, those around
/// them along the axis before it, and so on. Blocks of fewer axes get leading ones of length 1.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let (a, b) = (da::eye(2), da::ones([2, 1]));
/// let x: da::Array<f64> = da::block(vec![vec![a, b], vec![da::zeros([1, 2]), da::full([1, 1], 5.0)]]);
/// assert_eq!(x.shape()?, [3, 3]);
/// assert_eq!(x.sum(..).item()?, 9.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn block<A: ArrayLike>(blocks: impl Into<Blocks<A>>) -> A {
    A::of(put_together(&blocks.into()))
}

fn put_together<A: ArrayLike>(blocks: &Blocks<A>) -> Result<Expr> {
    let (depth, widest) = measure(blocks, 0)?;
    let ndim = depth.max(widest);
    join(blocks, ndim - depth, ndim)
}

/// How deep the lists are nested, and the most axes of a block.
fn measure<A: ArrayLike>(blocks: &Blocks<A>, level: usize) -> Result<(usize, usize)> {
    let list = match blocks {
        Blocks::One(array) => return Ok((level, array.planned()?.ndim())),
        Blocks::List(list) => list,
    };
    let inner = list.iter().map(|b| measure(b, level + 1)).collect::<Result<Vec<_>>>()?;
    let (depth, _) = *inner.first().ok_or_else(|| Error::argument("list of blocks cannot be empty"))?;
    if inner.iter().any(|(d, _)| *d != depth) {
        return Err(Error::argument("list depths are mismatched: blocks must all be nested equally deep"));
    }
    Ok((depth, inner.iter().map(|(_, n)| *n).max().unwrap_or(0)))
}

/// The blocks joined along `axis` and, within them, along the axes after it.
fn join<A: ArrayLike>(blocks: &Blocks<A>, axis: usize, ndim: usize) -> Result<Expr> {
    match blocks {
        Blocks::One(array) => {
            let x = array.planned()?;
            let new: Vec<usize> = (0..ndim - x.ndim()).collect();
            plan::expand_dims(x, &new.into())
        }
        Blocks::List(list) => {
            let inner = list.iter().map(|b| join(b, axis + 1, ndim)).collect::<Result<Vec<_>>>()?;
            plan::concatenate(&inner, axis as isize)
        }
    }
}
