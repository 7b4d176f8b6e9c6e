//! Differences between neighbours, and gradients.

use swath_array_io::MemorySource;
use swath_array_plan::Axes;
use swath_array_plan::{
    AxisSpec, ChunkSpec, Expr, Index, Operand, astype, binary, concatenate, expand_dims, from_source, index,
    normalize_axis, rechunk, reshape,
};
use swath_block::{DType, Scalar};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, Kind};

use crate::methods::methods;
use crate::{Array, Numeric};

methods! { Numeric:
    /// The `n`-th differences between neighbours along an axis, which gets shorter by `n`. Booleans are compared.
    /// [`Self::diff_with`] puts values before and after the array first.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![1, 4, 9, 16]).chunks(2);
    /// assert_eq!(x.diff(1, 0).compute()?.as_slice(), Some(&[3, 5, 7][..]));
    /// assert_eq!(x.diff(2, 0).compute()?.as_slice(), Some(&[2, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn diff(x, n: usize, axis: isize) -> T = diff(x, n, axis);
    /// The differences between neighbours of all elements in row-major order.
    fn ediff1d(x) -> T = diff(&reshape(x, &[-1])?, 1, 0);
    /// The gradient along an axis: central differences within, one-sided ones at both ends. `spacing` is the distance
    /// between neighbours, or the coordinates along the axis.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![0.0, 1.0, 4.0, 9.0]).chunks(2);
    /// assert_eq!(x.gradient(1.0, 0).compute()?.as_slice(), Some(&[1.0, 2.0, 4.0, 5.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn gradient(x, spacing: impl Into<Spacing>, axis: isize) -> T::Mean = gradient(x, &spacing.into(), axis, 1);
    /// The same with differences of second order at both ends.
    fn gradient_second_order(x, spacing: impl Into<Spacing>, axis: isize) -> T::Mean =
        gradient(x, &spacing.into(), axis, 2);
}

impl<T: Numeric> Array<T> {
    /// The gradients along all axes, with one distance between neighbours.
    pub fn gradients(&self, spacing: f64) -> Vec<Array<T::Mean>> {
        let ndim = self.ndim().unwrap_or(1);
        (0..ndim).map(|axis| self.gradient(spacing, axis as isize)).collect()
    }
}

/// How far neighbours are apart: one distance, or the coordinates of all.
#[derive(Clone, Debug, PartialEq)]
pub enum Spacing {
    /// The same distance everywhere.
    Even(f64),
    /// The coordinates along the axis.
    At(Vec<f64>),
}

impl From<f64> for Spacing {
    fn from(distance: f64) -> Self {
        Self::Even(distance)
    }
}

impl From<Vec<f64>> for Spacing {
    fn from(coordinates: Vec<f64>) -> Self {
        Self::At(coordinates)
    }
}

/// Part of an array along one axis.
fn part(x: &Expr, axis: usize, start: Option<isize>, stop: Option<isize>) -> Result<Expr> {
    let mut items = vec![Index::from(..); axis];
    items.push(Index::Slice { start, stop, step: 1 });
    index(x, &items)
}

/// `a` cut as `b` along an axis, so that an operation of both does not cut them into slivers.
fn cut_like(a: &Expr, b: &Expr, axis: usize) -> Result<Expr> {
    let sizes = AxisSpec::Sizes(b.chunks().axis(axis)?.sizes()?.to_vec());
    rechunk(a, &ChunkSpec::Named(vec![(axis as isize, sizes)]))
}

/// The `n`-th differences along an axis.
pub(super) fn diff(x: &Expr, n: usize, axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    let op = if x.dtype() == DType::Bool { BinaryOp::NotEqual } else { BinaryOp::Subtract };
    let mut x = x.clone();
    // Nothing is left after as many differences as there are elements.
    let n = x.chunks().axis(axis)?.length().map_or(n, |length| n.min(length));
    for _ in 0..n {
        let later = part(&x, axis, Some(1), None)?;
        let earlier = cut_like(&part(&x, axis, None, Some(-1))?, &later, axis)?;
        x = binary(op, (&later).into(), (&earlier).into())?;
    }
    Ok(x)
}

/// What the neighbours at -1, 0 and 1 count, along an axis.
type Stencil = [Weight; 3];

/// A factor: the same everywhere, or one for every place.
enum Weight {
    One(f64),
    Each(Vec<f64>),
}

fn gradient(x: &Expr, spacing: &Spacing, axis: isize, edge_order: usize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    let n = x.chunks().axis(axis)?.length()?;
    if n < edge_order + 1 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "Shape of array too small to calculate a numerical gradient, at least {} elements are required",
                edge_order + 1
            ),
        ));
    }
    let x = if Kind::of(x.dtype()) < Kind::Float { astype(x, DType::F64)? } else { x.clone() };
    let steps = match spacing {
        Spacing::Even(h) => vec![*h; n - 1],
        Spacing::At(at) if at.len() == n => at
            .windows(2)
            .map(|w| w.last().copied().unwrap_or(0.0) - w.first().copied().unwrap_or(0.0))
            .collect(),
        Spacing::At(at) => {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("{} coordinates do not fit an axis of {n}", at.len()),
            ));
        }
    };
    let is_even = matches!(spacing, Spacing::Even(_));
    let mut parts = vec![edge(&x, axis, &steps, edge_order, false)?];
    if n > 2 {
        let [a, b, c] = within(&steps, is_even);
        let terms = [
            weighted(&part(&x, axis, None, Some(-2))?, &a, axis)?,
            weighted(&part(&x, axis, Some(1), Some(-1))?, &b, axis)?,
            weighted(&part(&x, axis, Some(2), None)?, &c, axis)?,
        ];
        parts.push(total(&terms, axis)?);
    }
    parts.push(edge(&x, axis, &steps, edge_order, true)?);
    cut_like(&concatenate(&parts, axis as isize)?, &x, axis)
}

/// The factors between the ends.
fn within(steps: &[f64], is_even: bool) -> Stencil {
    if is_even {
        let h = steps.first().copied().unwrap_or(1.0);
        return [Weight::One(-0.5 / h), Weight::One(0.0), Weight::One(0.5 / h)];
    }
    let pairs = || steps.iter().zip(steps.iter().skip(1));
    [
        Weight::Each(pairs().map(|(l, r)| -r / (l * (l + r))).collect()),
        Weight::Each(pairs().map(|(l, r)| (r - l) / (l * r)).collect()),
        Weight::Each(pairs().map(|(l, r)| l / (r * (l + r))).collect()),
    ]
}

/// The gradient at one end.
fn edge(x: &Expr, axis: usize, steps: &[f64], order: usize, is_last: bool) -> Result<Expr> {
    // From the end inwards.
    let step =
        |i: usize| if is_last { steps.iter().rev().nth(i) } else { steps.get(i) }.copied().unwrap_or(1.0);
    let (h, g) = (step(0), step(1));
    let factors = if order == 1 {
        vec![-1.0 / h, 1.0 / h]
    } else {
        vec![-(2.0 * h + g) / (h * (h + g)), (h + g) / (h * g), -h / (g * (h + g))]
    };
    let sign = if is_last { -1.0 } else { 1.0 };
    let mut terms = Vec::with_capacity(factors.len());
    for (i, factor) in factors.into_iter().enumerate() {
        let i = i as isize;
        let (start, stop) =
            if is_last { (-1 - i, if i == 0 { None } else { Some(-i) }) } else { (i, Some(i + 1)) };
        terms.push(weighted(&part(x, axis, Some(start), stop)?, &Weight::One(sign * factor), axis)?);
    }
    total(&terms, axis)
}

/// The terms that count anything, cut alike and added.
fn total(terms: &[Option<Expr>], axis: usize) -> Result<Expr> {
    let mut terms = terms.iter().flatten();
    let mut sum = terms.next().cloned().ok_or_else(|| Error::internal("a gradient of no terms"))?;
    for term in terms {
        sum = binary(BinaryOp::Add, (&sum).into(), (&cut_like(term, &sum, axis)?).into())?;
    }
    Ok(sum)
}

/// The array times a factor; none when that is nothing.
fn weighted(x: &Expr, weight: &Weight, axis: usize) -> Result<Option<Expr>> {
    let factor = match weight {
        Weight::One(0.0) => return Ok(None),
        Weight::One(factor) => Operand::literal(Scalar::F64(*factor)),
        Weight::Each(factors) => {
            let source = MemorySource::from_ndarray(ndarray::Array1::from(factors.clone()));
            let line = from_source(std::sync::Arc::new(source), &ChunkSpec::default())?;
            let line = astype(&line, if x.dtype() == DType::F32 { DType::F32 } else { DType::F64 })?;
            let after: Vec<usize> = (1..x.ndim() - axis).collect();
            let line = if after.is_empty() { line } else { expand_dims(&line, &Axes::from(after))? };
            Operand::Array(line)
        }
    };
    binary(BinaryOp::Multiply, x.into(), factor).map(Some)
}
