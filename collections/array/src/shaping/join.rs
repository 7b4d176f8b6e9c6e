//! Arrays joined.

use swath_array_plan as plan;
use swath_array_plan::{Axes, Expr};
use swath_error::{Error, Result};

use super::axes::with_axes;
use crate::like::{ArrayLike, exprs};
use crate::{Array, DynArray, Element};

impl DynArray {
    /// The arrays one after another along an existing axis, converted to their common type.
    #[track_caller]
    pub fn concatenate(arrays: &[Self], axis: isize) -> Self {
        concatenate(arrays, axis)
    }

    /// The arrays, of one shape, along a new axis, converted to their common type.
    #[track_caller]
    pub fn stack(arrays: &[Self], axis: isize) -> Self {
        stack(arrays, axis)
    }
}

macro_rules! appends {
    ($kind:ty, $($bound:tt)*) => {
        impl $($bound)* $kind {
            /// Another array after this one along an axis; without an axis both in row-major order along one.
            ///
            /// ```
            /// # use swath_local as _;
            /// use swath_array as da;
            /// let x = da::arange(4).reshape([2, 2]);
            /// assert_eq!(x.append(&x, 1).shape()?, [2, 4]);
            /// assert_eq!(x.append(&da::arange(3), None).shape()?, [7]);
            /// # Ok::<(), swath_error::Error>(())
            /// ```
            #[track_caller]
            pub fn append(&self, other: &Self, axis: impl Into<Option<isize>>) -> Self {
                let join = |axis: Option<isize>| match axis {
                    Some(axis) => plan::concatenate(&[self.expr()?.clone(), other.expr()?.clone()], axis),
                    None => {
                        let flat = |a: &Self| plan::reshape(a.expr()?, &[-1]);
                        plan::concatenate(&[flat(self)?, flat(other)?], 0)
                    }
                };
                Self::new(join(axis.into()))
            }
        }
    };
}

appends! { Array<T>, <T: Element> }
appends! { DynArray, }

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
pub fn concatenate<A: ArrayLike>(arrays: &[A], axis: isize) -> A {
    A::of(exprs(arrays).and_then(|e| plan::concatenate(&e, axis)))
}

/// The arrays, of one shape, along a new axis.
#[track_caller]
pub fn stack<A: ArrayLike>(arrays: &[A], axis: isize) -> A {
    A::of(exprs(arrays).and_then(|e| plan::stack(&e, axis)))
}

/// The arrays as rows below each other.
#[track_caller]
pub fn vstack<A: ArrayLike>(arrays: &[A]) -> A {
    A::of(joined(arrays, 2, |_| 0))
}

/// The arrays beside each other: along the second axis, or the only one.
#[track_caller]
pub fn hstack<A: ArrayLike>(arrays: &[A]) -> A {
    A::of(joined(arrays, 1, |first| isize::from(first.ndim() > 1)))
}

/// The arrays behind each other, along a third axis.
#[track_caller]
pub fn dstack<A: ArrayLike>(arrays: &[A]) -> A {
    A::of(joined(arrays, 3, |_| 2))
}

/// The arrays beside each other, lines as columns.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::column_stack(&[da::arange(3), da::arange(3)]);
/// assert_eq!(x.shape()?, [3, 2]);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn column_stack<A: ArrayLike>(arrays: &[A]) -> A {
    let column = |x: Expr| match x.ndim() {
        0 => plan::expand_dims(&x, &Axes::from([0, 1])),
        1 => plan::expand_dims(&x, &Axes::from(1)),
        _ => Ok(x),
    };
    let columns = exprs(arrays).and_then(|all| all.into_iter().map(column).collect::<Result<Vec<_>>>());
    A::of(columns.and_then(|c| plan::concatenate(&c, 1)))
}

/// Arrays of at least `ndim` axes joined along the axis that the first of them says.
fn joined<A: ArrayLike>(arrays: &[A], ndim: usize, axis: impl Fn(&Expr) -> isize) -> Result<Expr> {
    let all = arrays.iter().map(|a| with_axes(a.planned()?, ndim)).collect::<Result<Vec<_>>>()?;
    let first = all.first().ok_or_else(|| Error::argument("need at least one array to concatenate"))?;
    plan::concatenate(&all, axis(first))
}
