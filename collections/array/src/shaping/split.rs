//! An array taken apart along an axis.

use swath_array_plan::{Expr, normalize_axis};
use swath_error::{Error, Result};

use super::part;
use crate::like::several;
use crate::{Array, DynArray, Element};

/// Where an array is taken apart: into so many parts (`3`), or before these positions (`[2, 5]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cuts {
    /// So many parts.
    Parts(usize),
    /// Before these positions; negative ones count from the end, and are clamped as those of slices are.
    At(Vec<isize>),
}

impl Cuts {
    /// How many parts there will be.
    fn count(&self) -> usize {
        match self {
            Self::Parts(n) => *n,
            Self::At(positions) => positions.len() + 1,
        }
    }

    /// Where each part begins and ends.
    fn bounds(&self, length: usize, equal: bool) -> Result<Vec<(isize, isize)>> {
        let ends: Vec<isize> = match self {
            Self::Parts(0) => return Err(Error::argument("number sections must be larger than 0.")),
            Self::Parts(n) if equal && !length.is_multiple_of(*n) => {
                return Err(Error::argument("array split does not result in an equal division")
                    .with_help("use array_split, which makes parts of unequal lengths"));
            }
            // The first parts are longer by one.
            Self::Parts(n) => {
                let (each, longer) = (length / n, length % n);
                (1..=*n).map(|i| (i * each + i.min(longer)) as isize).collect()
            }
            Self::At(positions) => {
                let ends = positions.iter().copied().chain([length as isize]);
                return Ok(std::iter::once(0).chain(positions.iter().copied()).zip(ends).collect());
            }
        };
        Ok(std::iter::once(0).chain(ends.iter().copied()).zip(ends.iter().copied()).collect())
    }
}

macro_rules! from_integers {
    ($($t:ty)*) => { $(
        impl From<$t> for Cuts {
            fn from(parts: $t) -> Self {
                // A negative number of parts is none, which is refused.
                Self::Parts(usize::try_from(parts).unwrap_or(0))
            }
        }

        impl From<&[$t]> for Cuts {
            fn from(positions: &[$t]) -> Self {
                // A position beyond `isize` lies past the end of any axis.
                Self::At(positions.iter().map(|p| isize::try_from(*p).unwrap_or(isize::MAX)).collect())
            }
        }

        impl From<Vec<$t>> for Cuts {
            fn from(positions: Vec<$t>) -> Self {
                positions.as_slice().into()
            }
        }

        impl<const N: usize> From<[$t; N]> for Cuts {
            fn from(positions: [$t; N]) -> Self {
                positions.as_slice().into()
            }
        }
    )* };
}

from_integers! { i32 i64 isize usize }

fn split(x: &Expr, cuts: &Cuts, axis: isize, equal: bool) -> Result<Vec<Expr>> {
    let axis = normalize_axis(axis, x.ndim())?;
    let length = x.chunks().axis(axis)?.length()?;
    let bounds = cuts.bounds(length, equal)?;
    bounds.into_iter().map(|(start, stop)| part(x, axis, Some(start), Some(stop))).collect()
}

/// The axis that `hsplit` takes apart: the second one, or the only one.
fn second(x: &Expr) -> Result<isize> {
    match x.ndim() {
        0 => Err(Error::argument("hsplit only works on arrays of 1 or more dimensions")),
        1 => Ok(0),
        _ => Ok(1),
    }
}

macro_rules! splits {
    ($kind:ty, $($bound:tt)*) => {
        impl $($bound)* $kind {
            /// Parts along an axis, as nearly equal as can be: `x.array_split(3, 0)`; or those between positions:
            /// `x.array_split([2, 5], 0)`. An error that building the array met is in every part.
            ///
            /// ```
            /// # use swath_local as _;
            /// use swath_array as da;
            /// let parts = da::arange(10).array_split(3, 0);
            /// assert_eq!(parts[0].compute()?.as_slice(), Some(&[0, 1, 2, 3][..]));
            /// assert_eq!(da::arange(10).array_split([2, 5], 0)[2].shape()?, [5]);
            /// # Ok::<(), swath_error::Error>(())
            /// ```
            #[track_caller]
            pub fn array_split(&self, cuts: impl Into<Cuts>, axis: isize) -> Vec<Self> {
                let cuts = cuts.into();
                several(self.expr().and_then(|x| split(x, &cuts, axis, false)), cuts.count())
            }

            /// Parts of equal length along an axis, or those between positions; a number of parts that does not divide the
            /// axis is an error.
            #[track_caller]
            pub fn split(&self, cuts: impl Into<Cuts>, axis: isize) -> Vec<Self> {
                let cuts = cuts.into();
                several(self.expr().and_then(|x| split(x, &cuts, axis, true)), cuts.count())
            }

            /// Parts beside each other: [`Self::split`] along the second axis, or the only one.
            #[track_caller]
            pub fn hsplit(&self, cuts: impl Into<Cuts>) -> Vec<Self> {
                let cuts = cuts.into();
                several(self.expr().and_then(|x| split(x, &cuts, second(x)?, true)), cuts.count())
            }

            /// Parts below each other: [`Self::split`] along the first axis.
            #[track_caller]
            pub fn vsplit(&self, cuts: impl Into<Cuts>) -> Vec<Self> {
                self.split_deep(&cuts.into(), 0, 2)
            }

            /// Parts behind each other: [`Self::split`] along the third axis.
            #[track_caller]
            pub fn dsplit(&self, cuts: impl Into<Cuts>) -> Vec<Self> {
                self.split_deep(&cuts.into(), 2, 3)
            }

            #[track_caller]
            fn split_deep(&self, cuts: &Cuts, axis: isize, ndim: usize) -> Vec<Self> {
                let parts = self.expr().and_then(|x| {
                    if x.ndim() < ndim {
                        let text = format!("an array of {} axes is taken apart along one of at least {ndim}", x.ndim());
                        return Err(Error::argument(text));
                    }
                    split(x, cuts, axis, true)
                });
                several(parts, cuts.count())
            }
        }
    };
}

splits! { Array<T>, <T: Element> }
splits! { DynArray, }
