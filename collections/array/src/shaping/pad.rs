//! Borders round an array, under NumPy's names.

use swath_array_plan as plan;
use swath_array_plan::{ChunkSpec, Expr, Made, from_made};
use swath_block::Scalar;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{PadMode, cast_scalar, pad_source};

use super::pad_stat::{self, Statistic};
use super::{Sides, part, resized, same_type};

/// What [`crate::Array::pad`] fills borders with.
///
/// ```
/// use swath_array::Pad;
/// let (zeros, edges) = (Pad::constant(0), Pad::edge());
/// let means_of_three = Pad::mean().stat_length(3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pad {
    fill: Fill,
    stat_length: Option<Sides<usize>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Fill {
    Constant(Sides<Scalar>),
    Ramp(Sides<f64>),
    Mirror(PadMode),
    Edge,
    Statistic(Statistic),
}

impl Pad {
    fn new(fill: Fill) -> Self {
        Self { fill, stat_length: None }
    }

    /// One value, converted to the array's type.
    pub fn constant(value: impl Into<Scalar>) -> Self {
        let value: Scalar = value.into();
        Self::new(Fill::Constant(Sides::from(value)))
    }

    /// Values for the beginning and the end of every axis, `[(0, 1)]`, or for those of each axis, `[(0, 1), (2, 3)]`.
    pub fn constant_sides<S: Into<Scalar>>(values: impl IntoIterator<Item = (S, S)>) -> Self {
        let pairs: Vec<(Scalar, Scalar)> = values.into_iter().map(|(a, b)| (a.into(), b.into())).collect();
        Self::new(Fill::Constant(Sides::from(pairs)))
    }

    /// The elements at the edge.
    pub fn edge() -> Self {
        Self::new(Fill::Edge)
    }

    /// From the elements at the edge evenly to this value, or to those for beginnings and ends.
    pub fn linear_ramp(end: impl Into<Sides<f64>>) -> Self {
        Self::new(Fill::Ramp(end.into()))
    }

    /// Mirrored at the edge elements, which are not repeated.
    pub fn reflect() -> Self {
        Self::new(Fill::Mirror(PadMode::Reflect))
    }

    /// Mirrored at the edges, edge elements repeated.
    pub fn symmetric() -> Self {
        Self::new(Fill::Mirror(PadMode::Symmetric))
    }

    /// The other end of the axis.
    pub fn wrap() -> Self {
        Self::new(Fill::Mirror(PadMode::Wrap))
    }

    /// The largest element along the axis, or of some elements at the edge: see [`Self::stat_length`].
    pub fn maximum() -> Self {
        Self::new(Fill::Statistic(Statistic::Maximum))
    }

    /// The smallest element along the axis, or of some elements at the edge.
    pub fn minimum() -> Self {
        Self::new(Fill::Statistic(Statistic::Minimum))
    }

    /// The mean along the axis, or of some elements at the edge; rounded for integers.
    pub fn mean() -> Self {
        Self::new(Fill::Statistic(Statistic::Mean))
    }

    /// Of how many elements at the edge the maximum, minimum or mean is taken; by default of all along the axis.
    #[must_use]
    pub fn stat_length(mut self, length: impl Into<Sides<usize>>) -> Self {
        self.stat_length = Some(length.into());
        self
    }

    /// The name NumPy has for it.
    fn name(&self) -> &'static str {
        match &self.fill {
            Fill::Constant(_) => "constant",
            Fill::Ramp(_) => "linear_ramp",
            Fill::Mirror(PadMode::Reflect) => "reflect",
            Fill::Mirror(PadMode::Symmetric) => "symmetric",
            Fill::Mirror(_) => "wrap",
            Fill::Edge => "edge",
            Fill::Statistic(s) => s.name(),
        }
    }
}

same_type! {
    /// With borders of `width` elements: one number for all sides, `(before, after)` for every axis, or such a pair for
    /// each. Axes are padded one after another, so corners follow from the borders of the axes before.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, Pad};
    /// let x = da::arange(3);
    /// assert_eq!(x.pad(1, Pad::constant(9)).compute()?.as_slice(), Some(&[9, 0, 1, 2, 9][..]));
    /// assert_eq!(x.pad((2, 1), Pad::reflect()).compute()?.as_slice(), Some(&[2, 1, 0, 1, 2, 1][..]));
    /// let rows = da::ones([2, 2]).pad([(1, 0), (0, 0)], Pad::edge());
    /// assert_eq!(rows.shape()?, [3, 2]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn pad(x, width: impl Into<Sides<usize>>, mode: Pad) pad(x, &width.into(), &mode);
}

fn pad(x: &Expr, width: &Sides<usize>, mode: &Pad) -> Result<Expr> {
    let widths = width.per_axis(x.ndim(), "pad widths")?;
    let shape = x.shape()?;
    let mut out = x.clone();
    for (axis, (before, after)) in widths.into_iter().enumerate() {
        let n = shape.get(axis).copied().unwrap_or(0);
        if (before, after) == (0, 0) {
            continue;
        }
        if n == 0 && !matches!(mode.fill, Fill::Constant(_)) {
            return Err(Error::argument(format!(
                "can't extend empty axis {axis} using modes other than 'constant', this is '{}'",
                mode.name()
            )));
        }
        let mut parts = vec![out];
        for (at_end, border) in [(false, before), (true, after)] {
            if border > 0 {
                let Some(inner) = parts.get(usize::from(at_end && before > 0)) else { continue };
                let made = one_side(inner, axis, n, border, at_end, mode)?;
                parts.insert(if at_end { parts.len() } else { 0 }, made);
            }
        }
        out = plan::concatenate(&parts, axis as isize)?;
    }
    Ok(out)
}

/// A border of `width` at one end of an axis of length `n`.
fn one_side(x: &Expr, axis: usize, n: usize, width: usize, at_end: bool, mode: &Pad) -> Result<Expr> {
    match &mode.fill {
        Fill::Constant(values) => {
            let pairs = values.per_axis(x.ndim(), "constants")?;
            let value = pairs.get(axis).map_or(Scalar::Bool(false), |sides| end_of(*sides, at_end));
            let chunks = resized(x.chunks(), axis, width)?;
            let value = Made::Full(cast_scalar(value, x.dtype())?);
            from_made(value, &chunks.shape()?, &ChunkSpec::from(&chunks))
        }
        Fill::Edge => spread(&edge(x, axis, n, at_end)?, axis, width, x),
        Fill::Ramp(ends) => {
            let pairs = ends.per_axis(x.ndim(), "end values")?;
            let end = pairs.get(axis).map_or(0.0, |sides| end_of(*sides, at_end));
            pad_stat::ramp(&edge(x, axis, n, at_end)?, axis, width, at_end, end)
        }
        Fill::Mirror(mode) => {
            let first = if at_end { n as isize } else { -(width as isize) };
            let positions = (first..first + width as isize)
                .map(|i| pad_source(i, n, *mode).map(|p| p as isize))
                .collect::<Result<Vec<_>>>()?;
            plan::take_along(x, &positions, axis as isize)
        }
        Fill::Statistic(statistic) => {
            let lengths = mode.stat_length.as_ref().map(|l| l.per_axis(x.ndim(), "lengths")).transpose()?;
            let length = lengths.and_then(|l| l.get(axis).map(|sides| end_of(*sides, at_end)));
            let length = length.unwrap_or(n).min(n);
            if length == 0 && *statistic != Statistic::Mean {
                return Err(Error::new(
                    ErrorKind::InvalidArgument,
                    format!("stat_length of 0 yields no value for padding with the {}", statistic.name()),
                ));
            }
            let (start, stop) = if at_end { (n - length, n) } else { (0, length) };
            let of = part(x, axis, Some(start as isize), Some(stop as isize))?;
            spread(&statistic.of(&of, axis)?, axis, width, x)
        }
    }
}

fn end_of<T>((before, after): (T, T), at_end: bool) -> T {
    if at_end { after } else { before }
}

/// The elements at one end of an axis.
fn edge(x: &Expr, axis: usize, n: usize, at_end: bool) -> Result<Expr> {
    let at = if at_end { n.saturating_sub(1) } else { 0 } as isize;
    part(x, axis, Some(at), Some(at + 1))
}

/// An array of length 1 along an axis, repeated along it, in chunks no larger than those of `like`.
fn spread(x: &Expr, axis: usize, width: usize, like: &Expr) -> Result<Expr> {
    let chunks = resized(like.chunks(), axis, width)?;
    plan::broadcast_to(x, &chunks.shape()?, Some(&(&chunks).into()))
}
