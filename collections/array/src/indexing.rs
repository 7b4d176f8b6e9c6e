//! Indexing: `x.slice(s![1..5, .., 0])`.

use swath_array_plan::{Index, Indices, index};

use crate::{Array, DynArray, Element};

/// As many whole axes as the other items of an index leave: `s![Ellipsis, 0]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ellipsis;

impl From<Ellipsis> for Index {
    fn from(_: Ellipsis) -> Self {
        Self::Ellipsis
    }
}

/// An index as NumPy writes it between brackets: positions, ranges, ranges with steps, [`crate::NewAxis`],
/// [`Ellipsis`], a list of positions. Negative positions count from the end; bounds past the end are clamped.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// use da::{Ellipsis, NewAxis, s};
/// let x = da::arange(24).reshape([2, 3, 4]);
/// assert_eq!(x.slice(s![0, 1..]).shape()?, [2, 4]);
/// assert_eq!(x.slice(s![.., NewAxis, ..;2]).shape()?, [2, 1, 2, 4]);
/// assert_eq!(x.slice(s![Ellipsis, -1]).compute()?[[1, 2]], 23);
/// assert_eq!(x.slice(s![.., .., ..;-1]).compute()?[[0, 0, 0]], 3);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[macro_export]
macro_rules! s {
    (@ [$($done:expr,)*] $item:expr; $step:expr) => {
        $crate::s!(@ [$($done,)* $crate::indexing_support::Stepped::stepped($item, $step),])
    };
    (@ [$($done:expr,)*] $item:expr; $step:expr, $($rest:tt)*) => {
        $crate::s!(@ [$($done,)* $crate::indexing_support::Stepped::stepped($item, $step),] $($rest)*)
    };
    (@ [$($done:expr,)*] $item:expr) => {
        $crate::s!(@ [$($done,)* $crate::indexing_support::Index::from($item),])
    };
    (@ [$($done:expr,)*] $item:expr, $($rest:tt)*) => {
        $crate::s!(@ [$($done,)* $crate::indexing_support::Index::from($item),] $($rest)*)
    };
    (@ [$($done:expr,)*]) => {
        $crate::indexing_support::Indices(<[$crate::indexing_support::Index]>::into_vec(
            ::std::boxed::Box::new([$($done),*]),
        ))
    };
    ($($items:tt)*) => {
        $crate::s!(@ [] $($items)*)
    };
}

impl<T: Element> Array<T> {
    /// Part of the array: `x.slice(s![1..5, .., 0])`, or `x.slice(0..10)` for the first axis.
    ///
    /// Only the chunks needed are computed; over sources only what is needed is read.
    #[track_caller]
    pub fn slice(&self, items: impl Into<Indices>) -> Self {
        self.map(|x| index(x, &items.into().0))
    }
}

impl DynArray {
    /// Part of the array: `x.slice(s![1..5, .., 0])`, or `x.slice(0..10)` for the first axis.
    #[track_caller]
    pub fn slice(&self, items: impl Into<Indices>) -> Self {
        self.map(|x| index(x, &items.into().0))
    }
}
