//! Other shapes, orders and chunks of the same elements, and arrays joined.

use swath_array_plan as plan;
use swath_array_plan::{Axes, AxisSpec, ChunkSpec, Expr, Index};
use swath_error::{Error, Result};

use crate::{Array, Dims, DynArray, Element};

/// Methods whose result has the elements' type, for both kinds of arrays.
macro_rules! same_type {
    ($($(#[$doc:meta])* fn $name:ident($x:ident $(, $arg:ident: $t:ty)*) $body:expr;)*) => {
        impl<T: Element> Array<T> { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self $(, $arg: $t)*) -> Self {
                self.map(|$x| $body)
            }
        )* }

        impl DynArray { $(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self $(, $arg: $t)*) -> Self {
                self.map(|$x| $body)
            }
        )* }
    };
}

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
    /// An axis moved to another place, the others keeping their order.
    fn moveaxis(x, from: isize, to: isize) {
        let (from, to) = (plan::normalize_axis(from, x.ndim())?, plan::normalize_axis(to, x.ndim())?);
        let mut order: Vec<isize> = (0..x.ndim()).filter(|a| *a != from).map(|a| a as isize).collect();
        order.insert(to, from as isize);
        plan::transpose(x, Some(&order))
    };
    /// Without the axes given, which have length 1; `..` means all such axes.
    fn squeeze(x, axes: impl Into<Axes>) {
        let axes = axes.into();
        plan::squeeze(x, axes.count().map(|_| &axes))
    };
    /// With new axes of length 1 at these places of the result.
    fn expand_dims(x, axes: impl Into<Axes>) plan::expand_dims(x, &axes.into());
    /// The elements in row-major order in another shape; one length may be -1.
    fn reshape(x, shape: impl Into<Dims>) plan::reshape(x, &shape.into().0);
    /// The elements in row-major order along one axis.
    fn ravel(x) plan::reshape(x, &[-1]);
    /// Repeated along axes of length 1, and new leading axes, until it has the shape.
    fn broadcast_to(x, shape: impl Into<Dims>) plan::broadcast_to(x, &shape.into().lengths()?, None);
    /// In other chunks: `1000`, `[1000, 500]`, `(-1, "auto")`, `"100 MiB"`, `vec![vec![3, 4], vec![7]]`.
    ///
    /// Where the array comes straight from a source, it is read in these chunks and nothing is copied.
    fn rechunk(x, chunks: impl Into<ChunkSpec>) plan::rechunk(x, &chunks.into());
    /// In other chunks: the same as [`Self::rechunk`], to say how a new array is cut.
    fn chunks(x, chunks: impl Into<ChunkSpec>) plan::rechunk(x, &chunks.into());
    /// In other chunks along one axis.
    fn rechunk_axis(x, axis: isize, chunks: impl Into<AxisSpec>) {
        plan::rechunk(x, &ChunkSpec::Named(vec![(axis, chunks.into())]))
    };
    /// Reversed along axes; `..` means all.
    fn flip(x, axes: impl Into<Axes>) {
        let axes = axes.into().resolve(x.ndim())?;
        let items: Vec<Index> = (0..x.ndim())
            .map(|a| Index::Slice { start: None, stop: None, step: if axes.contains(&a) { -1 } else { 1 } })
            .collect();
        plan::index(x, &items)
    };
    /// Shifted along an axis, what leaves at the end coming in at the front.
    fn roll(x, shift: isize, axis: isize) roll(x, shift, axis);
    /// The elements at these positions along an axis; repeats are allowed, negative ones count from the end.
    fn take(x, positions: &[isize], axis: isize) plan::take_along(x, positions, axis);
    /// At least one axis.
    fn atleast_1d(x) if x.ndim() == 0 { plan::expand_dims(x, &Axes::from(0)) } else { Ok(x.clone()) };
    /// At least two axes; new ones come first.
    fn atleast_2d(x) match x.ndim() {
        0 => plan::expand_dims(x, &Axes::from([0, 1])),
        1 => plan::expand_dims(x, &Axes::from(0)),
        _ => Ok(x.clone()),
    };
}

fn roll(x: &Expr, shift: isize, axis: isize) -> Result<Expr> {
    let axis = plan::normalize_axis(axis, x.ndim())?;
    let n = x.chunks().axis(axis)?.length()?;
    let shift = if n == 0 { 0 } else { shift.rem_euclid(n as isize) };
    if shift == 0 {
        return Ok(x.clone());
    }
    let cut = n as isize - shift;
    let part = |start, stop| {
        let whole = Index::from(..);
        let mut items = vec![whole; axis];
        items.push(Index::Slice { start, stop, step: 1 });
        plan::index(x, &items)
    };
    plan::concatenate(&[part(Some(cut), None)?, part(None, Some(cut))?], axis as isize)
}

impl DynArray {
    /// The arrays one after another along an existing axis, converted to their common type.
    #[track_caller]
    pub fn concatenate(arrays: &[Self], axis: isize) -> Self {
        let exprs = arrays.iter().map(|a| a.expr().cloned()).collect::<Result<Vec<_>>>();
        Self::new(exprs.and_then(|e| plan::concatenate(&e, axis)))
    }

    /// The arrays, of one shape, along a new axis, converted to their common type.
    #[track_caller]
    pub fn stack(arrays: &[Self], axis: isize) -> Self {
        let exprs = arrays.iter().map(|a| a.expr().cloned()).collect::<Result<Vec<_>>>();
        Self::new(exprs.and_then(|e| plan::stack(&e, axis)))
    }
}

/// The expressions of several arrays.
pub(crate) fn exprs<T: Element>(arrays: &[Array<T>]) -> Result<Vec<Expr>> {
    arrays.iter().map(|a| a.expr().cloned()).collect()
}

/// The arrays one after another along an existing axis.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::concatenate(&[da::arange(3), da::arange(2)], 0);
/// assert_eq!(x.compute()?.as_slice(), Some(&[0, 1, 2, 0, 1][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn concatenate<T: Element>(arrays: &[Array<T>], axis: isize) -> Array<T> {
    Array::new(exprs(arrays).and_then(|e| plan::concatenate(&e, axis)))
}

/// The arrays, of one shape, along a new axis.
#[track_caller]
pub fn stack<T: Element>(arrays: &[Array<T>], axis: isize) -> Array<T> {
    Array::new(exprs(arrays).and_then(|e| plan::stack(&e, axis)))
}

/// The arrays as rows below each other.
#[track_caller]
pub fn vstack<T: Element>(arrays: &[Array<T>]) -> Array<T> {
    let rows: Vec<Array<T>> = arrays.iter().map(Array::atleast_2d).collect();
    concatenate(&rows, 0)
}

/// The arrays beside each other: along the second axis, or the only one.
#[track_caller]
pub fn hstack<T: Element>(arrays: &[Array<T>]) -> Array<T> {
    let wide: Vec<Array<T>> = arrays.iter().map(Array::atleast_1d).collect();
    let axis = match wide.first().map(Array::ndim) {
        Some(Ok(n)) if n > 1 => 1,
        _ => 0,
    };
    concatenate(&wide, axis)
}

/// The arrays behind each other, along a third axis.
#[track_caller]
pub fn dstack<T: Element>(arrays: &[Array<T>]) -> Array<T> {
    let deep = |a: &Array<T>| match a.ndim() {
        Ok(0 | 1) => {
            let flat = a.atleast_2d();
            flat.expand_dims(2)
        }
        Ok(2) => a.expand_dims(2),
        Ok(_) | Err(_) => a.clone(),
    };
    let deep: Vec<Array<T>> = arrays.iter().map(deep).collect();
    if deep.is_empty() {
        return Array::new(Err(Error::argument("need at least one array to concatenate")));
    }
    concatenate(&deep, 2)
}
