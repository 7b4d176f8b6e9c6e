//! Contractions over axes named by number.

use swath_array_plan::{self as plan, Expr, Label, normalize_axis};
use swath_error::{Error, ErrorKind, Result};

use crate::{Array, Element, Promote};

/// The axes of two arrays that [`tensordot`] sums over: a number, the last axes of the first and the first of the second;
/// or a list for each array (`([1, 0], [0, 1])`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TensorAxes {
    /// So many axes: the last ones of the first array with the first ones of the second.
    Count(usize),
    /// These axes of each array, pair by pair.
    Pairs(Vec<isize>, Vec<isize>),
}

impl From<usize> for TensorAxes {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<(isize, isize)> for TensorAxes {
    fn from((a, b): (isize, isize)) -> Self {
        Self::Pairs(vec![a], vec![b])
    }
}

impl<const N: usize> From<([isize; N], [isize; N])> for TensorAxes {
    fn from((a, b): ([isize; N], [isize; N])) -> Self {
        Self::Pairs(a.to_vec(), b.to_vec())
    }
}

/// The products of the elements of two arrays summed over pairs of axes, as `numpy.tensordot`: the axes that are left
/// follow each other, those of `a` first.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when axes of a pair have different lengths or an array has too few;
/// [`ErrorKind::InvalidArgument`] for axes that are not there or named twice.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let (a, b) = (da::ones([3, 4, 5]).chunks(2), da::ones([4, 3, 2]));
/// let c = da::tensordot(&a, &b, ([1, 0], [0, 1]));
/// assert_eq!(c.shape()?, [5, 2]);
/// assert_eq!(c.compute()?[[0, 0]], 12.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn tensordot<T: Promote<U>, U: Element>(
    a: &Array<T>,
    b: &Array<U>,
    axes: impl Into<TensorAxes>,
) -> Array<T::Out> {
    let axes = axes.into();
    Array::new(a.expr().and_then(|a| {
        let b = b.expr()?;
        let (of_a, of_b) = resolved(&axes, a.ndim(), b.ndim())?;
        over(a, b, &of_a, &of_b)
    }))
}

fn resolved(axes: &TensorAxes, a: usize, b: usize) -> Result<(Vec<usize>, Vec<usize>)> {
    match axes {
        TensorAxes::Count(n) if *n <= a && *n <= b => Ok(((a - n..a).collect(), (0..*n).collect())),
        TensorAxes::Count(n) => Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("tensordot: {n} axes of arrays of {a} and {b} axes"),
        )),
        TensorAxes::Pairs(of_a, of_b) if of_a.len() != of_b.len() => Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "shape-mismatch for sum: {} axes of the first array, {} of the second",
                of_a.len(),
                of_b.len()
            ),
        )),
        TensorAxes::Pairs(of_a, of_b) => {
            let list = |axes: &[isize], ndim: usize| {
                let list = axes.iter().map(|a| normalize_axis(*a, ndim)).collect::<Result<Vec<_>>>()?;
                match list.iter().enumerate().find(|(i, a)| list.iter().take(*i).any(|b| b == *a)) {
                    Some((_, axis)) => Err(Error::argument(format!("tensordot: axis {axis} is named twice"))),
                    None => Ok(list),
                }
            };
            Ok((list(of_a, a)?, list(of_b, b)?))
        }
    }
}

/// The contraction over pairs of axes.
pub(super) fn over(a: &Expr, b: &Expr, of_a: &[usize], of_b: &[usize]) -> Result<Expr> {
    for (i, j) in of_a.iter().zip(of_b) {
        let (n, m) = (a.chunks().axis(*i)?.length()?, b.chunks().axis(*j)?.length()?);
        if n != m {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "shape-mismatch for sum: axis {i} of the first array has length {n}, axis {j} of the second {m}"
                ),
            ));
        }
    }
    let label = |i: usize| char::from_u32('A' as u32 + i as u32).unwrap_or('A');
    let a_labels: Vec<Label> = (0..a.ndim()).map(label).collect();
    let b_label = |axis: usize| match of_b.iter().position(|b| *b == axis).and_then(|p| of_a.get(p)) {
        Some(partner) => label(*partner),
        None => label(a.ndim() + axis),
    };
    let b_labels: Vec<Label> = (0..b.ndim()).map(b_label).collect();
    let contracted = |l: &&Label| a_labels.contains(l) && b_labels.contains(l);
    let out: Vec<Label> = a_labels.iter().chain(&b_labels).filter(|l| !contracted(l)).copied().collect();
    plan::contract((a, &a_labels), (b, &b_labels), &out)
}
