//! The same elements in other shapes and orders of axes.

use swath_array_plan as plan;
use swath_array_plan::{Axes, ChunkSpec, Expr, Index};
use swath_error::{Error, Result};

use super::same_type;
use crate::Dims;

same_type! {
    /// The axes in reverse order.
    fn t(x) plan::transpose(x, None);
    /// The axes in another order: axis `i` of the result is axis `axes[i]`.
    fn transpose(x, axes: impl Into<Dims>) plan::transpose(x, Some(&axes.into().0));
    /// Two axes exchanged.
    fn swapaxes(x, a: isize, b: isize) {
        let (a, b) = (plan::normalize_axis(a, x.ndim())?, plan::normalize_axis(b, x.ndim())?);
        let mut order: Vec<isize> = (0..x.ndim() as isize).collect();
        order.swap(a, b);
        plan::transpose(x, Some(&order))
    };
    /// Axes moved to other places, the rest keeping their order: `x.moveaxis(0, -1)`, `x.moveaxis([0, 1], [-1, -2])`.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::zeros([2, 3, 4]);
    /// assert_eq!(x.moveaxis(0, -1).shape()?, [3, 4, 2]);
    /// assert_eq!(x.moveaxis([0, 1], [-1, -2]).shape()?, [4, 3, 2]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn moveaxis(x, from: impl Into<Dims>, to: impl Into<Dims>) moveaxis(x, &from.into(), &to.into());
    /// An axis moved back until it lies before `start`: NumPy's older form of [`Self::moveaxis`].
    fn rollaxis(x, axis: isize, start: isize) rollaxis(x, axis, start);
    /// Without the axes given, which have length 1; `..` means all such axes.
    fn squeeze(x, axes: impl Into<Axes>) {
        let axes = axes.into();
        plan::squeeze(x, axes.count().map(|_| &axes))
    };
    /// With new axes of length 1 at these places of the result.
    fn expand_dims(x, axes: impl Into<Axes>) plan::expand_dims(x, &axes.into());
    /// The elements in row-major order in another shape; one length may be -1.
    fn reshape(x, shape: impl Into<Dims>) plan::reshape(x, &shape.into().0);
    /// In another shape, every chunk reshaped on its own, as Dask's `reshape_blockwise`: costs no exchange between chunks,
    /// and gives the elements in another order than NumPy, for what follows and does not care. Neighbouring axes are
    /// merged; one length may be -1. To split an axis the chunks must be named: [`Self::reshape_blockwise_with`].
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(27).reshape([3, 3, 3]).chunks(vec![vec![3], vec![2, 1], vec![2, 1]]);
    /// let flat = x.reshape_blockwise([3, 9]);
    /// assert_eq!(flat.chunk_sizes()?, [vec![3], vec![4, 2, 2, 1]]);
    /// assert_eq!(flat.slice(0).compute()?.as_slice(), Some(&[0, 1, 3, 4, 2, 5, 6, 7, 8][..]));
    /// // The same chunks again: the same array again.
    /// let back = flat.reshape_blockwise_with([3, 3, 3], x.layout()?);
    /// assert_eq!(back.compute()?, x.compute()?);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn reshape_blockwise(x, shape: impl Into<Dims>) plan::reshape_blockwise(x, &shape.into().0, None);
    /// In another shape of more axes, every chunk reshaped on its own into the chunk of the result at its place in
    /// row-major order: as many chunks as the array has, each with as many elements. See [`Self::reshape_blockwise`].
    fn reshape_blockwise_with(x, shape: impl Into<Dims>, chunks: impl Into<ChunkSpec>)
        plan::reshape_blockwise(x, &shape.into().0, Some(&chunks.into()));
    /// The elements in row-major order along one axis.
    fn ravel(x) plan::reshape(x, &[-1]);
    /// The elements in row-major order along one axis: the same as [`Self::ravel`], as arrays never change in place.
    fn flatten(x) plan::reshape(x, &[-1]);
    /// Repeated along axes of length 1, and new leading axes, until it has the shape.
    fn broadcast_to(x, shape: impl Into<Dims>) plan::broadcast_to(x, &shape.into().lengths()?, None);
    /// Reversed along axes; `..` means all.
    fn flip(x, axes: impl Into<Axes>) flip(x, &axes.into());
    /// Reversed along the first axis.
    fn flipud(x) {
        needs_axes(x, 1)?;
        flip(x, &Axes::from(0))
    };
    /// Reversed along the second axis.
    fn fliplr(x) {
        needs_axes(x, 2)?;
        flip(x, &Axes::from(1))
    };
    /// Turned by 90 degrees `k` times, from the first of the two axes towards the second: `x.rot90(1, [0, 1])`.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(4).reshape([2, 2]);
    /// assert_eq!(x.rot90(1, [0, 1]).ravel().compute()?.as_slice(), Some(&[1, 3, 0, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn rot90(x, k: isize, axes: [isize; 2]) rot90(x, k, axes);
    /// At least one axis.
    fn atleast_1d(x) with_axes(x, 1);
    /// At least two axes; new ones come first.
    fn atleast_2d(x) with_axes(x, 2);
    /// At least three axes: one of length 1 on either side of a line, one after a plane.
    fn atleast_3d(x) with_axes(x, 3);
}

fn moveaxis(x: &Expr, from: &Dims, to: &Dims) -> Result<Expr> {
    let places = |dims: &Dims, name: &str| -> Result<Vec<usize>> {
        let axes: Vec<usize> =
            dims.0.iter().map(|a| plan::normalize_axis(*a, x.ndim())).collect::<Result<_>>()?;
        let repeated = axes.iter().enumerate().any(|(i, a)| axes.iter().take(i).any(|b| a == b));
        if repeated {
            Err(Error::argument(format!("repeated axis in the `{name}` of moveaxis")))
        } else {
            Ok(axes)
        }
    };
    let (from, to) = (places(from, "from")?, places(to, "to")?);
    if from.len() != to.len() {
        return Err(Error::argument("moveaxis needs as many places as axes"));
    }
    let mut order: Vec<usize> = (0..x.ndim()).filter(|a| !from.contains(a)).collect();
    let mut moved: Vec<(usize, usize)> = to.into_iter().zip(from).collect();
    moved.sort_unstable();
    for (to, from) in moved {
        order.insert(to, from);
    }
    let order: Vec<isize> = order.into_iter().map(|a| a as isize).collect();
    plan::transpose(x, Some(&order))
}

fn rollaxis(x: &Expr, axis: isize, start: isize) -> Result<Expr> {
    let n = x.ndim();
    let axis = plan::normalize_axis(axis, n)?;
    let from_front = if start < 0 { start.checked_add_unsigned(n) } else { Some(start) };
    // The place past the last axis is a place too.
    let place = from_front.and_then(|s| usize::try_from(s).ok()).filter(|s| *s <= n);
    let start = place.ok_or_else(|| {
        Error::argument(format!(
            "'start' arg requires {} <= start < {}, but {start} was passed in",
            -(n as isize),
            n + 1
        ))
    })?;
    let to = if axis < start { start - 1 } else { start };
    moveaxis(x, &Dims::from(axis), &Dims::from(to))
}

fn needs_axes(x: &Expr, n: usize) -> Result<()> {
    if x.ndim() >= n {
        return Ok(());
    }
    let plural = if n == 1 { "axis" } else { "axes" };
    Err(Error::argument(format!("the array has {} axes and needs at least {n} {plural}", x.ndim())))
}

fn flip(x: &Expr, axes: &Axes) -> Result<Expr> {
    let axes = axes.resolve(x.ndim())?;
    let step = |a| if axes.contains(&a) { -1 } else { 1 };
    let items: Vec<Index> =
        (0..x.ndim()).map(|a| Index::Slice { start: None, stop: None, step: step(a) }).collect();
    plan::index(x, &items)
}

fn rot90(x: &Expr, k: isize, axes: [isize; 2]) -> Result<Expr> {
    needs_axes(x, 2)?;
    let [a, b] = axes;
    let (a, b) = (plan::normalize_axis(a, x.ndim())?, plan::normalize_axis(b, x.ndim())?);
    if a == b {
        return Err(Error::argument("rot90 turns between two different axes"));
    }
    let mut order: Vec<isize> = (0..x.ndim() as isize).collect();
    order.swap(a, b);
    let second = Axes::from(b);
    match k.rem_euclid(4) {
        0 => Ok(x.clone()),
        1 => plan::transpose(&flip(x, &second)?, Some(&order)),
        2 => flip(x, &Axes::from([a, b])),
        _ => flip(&plan::transpose(x, Some(&order))?, &second),
    }
}

/// New axes of length 1 where NumPy's `atleast_nd` puts them.
pub(super) fn with_axes(x: &Expr, n: usize) -> Result<Expr> {
    match (x.ndim(), n) {
        (0, n) => plan::expand_dims(x, &Axes::from((0..n).collect::<Vec<_>>())),
        (1, 2) => plan::expand_dims(x, &Axes::from(0)),
        (1, 3) => plan::expand_dims(x, &Axes::from([0, 2])),
        (2, 3) => plan::expand_dims(x, &Axes::from(2)),
        _ => Ok(x.clone()),
    }
}
