//! Axes as users write them: negative ones count from the last, and reductions take one, several or all.

use smallvec::SmallVec;
use swath_block::DType;
use swath_error::{Error, Result};

/// A list of axes, in order.
pub type AxisList = SmallVec<[usize; 4]>;

/// Which axes a reduction goes over, and how: whether it keeps them with length 1, in which type it is made, how many
/// partial results are combined at a time.
///
/// Made from one axis (`1`), several (`[0, 1]`), or all (`..` or `()`); [`Axes::keepdims`] keeps them.
///
/// ```
/// use swath_array_plan::Axes;
/// assert_eq!(Axes::from(-1).resolve(3)?.as_slice(), [2]);
/// assert_eq!(Axes::from(..).resolve(2)?.as_slice(), [0, 1]);
/// assert!(Axes::from([0, 0]).resolve(2).is_err());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axes {
    /// None for all.
    named: Option<SmallVec<[isize; 4]>>,
    keepdims: bool,
    split_every: Option<usize>,
    dtype: Option<DType>,
    ddof: Option<i64>,
}

impl Axes {
    /// All axes.
    pub fn all() -> Self {
        Self::default()
    }

    /// The reduced axes stay in the result, with length 1.
    #[must_use]
    pub fn keepdims(self) -> Self {
        Self { keepdims: true, ..self }
    }

    /// At most so many partial results are combined at a time along each axis; at least 2, by default 16 over all axes.
    #[must_use]
    pub fn split_every(self, count: usize) -> Self {
        Self { split_every: Some(count), ..self }
    }

    /// The type in which sums, products, means and running sums are made, instead of NumPy's choice.
    #[must_use]
    pub fn dtype(self, dtype: DType) -> Self {
        Self { dtype: Some(dtype), ..self }
    }

    /// In NumPy's choice of a type, over `n`: what is left when those wishes were granted.
    pub(crate) fn undo_dtype(self) -> Self {
        Self { dtype: None, ddof: None, ..self }
    }

    /// Variances and standard deviations over `n - ddof` instead of `n`.
    #[must_use]
    pub fn ddof(self, ddof: i64) -> Self {
        Self { ddof: Some(ddof), ..self }
    }

    /// How many partial results are combined at a time, where that was said.
    pub fn split(&self) -> Option<usize> {
        self.split_every
    }

    /// The type asked for.
    pub fn wanted_dtype(&self) -> Option<DType> {
        self.dtype
    }

    /// What is taken from the number of elements; 0 by default.
    pub fn wanted_ddof(&self) -> i64 {
        self.ddof.unwrap_or(0)
    }

    /// Whether the reduced axes stay.
    pub fn keeps_dims(&self) -> bool {
        self.keepdims
    }

    /// How many axes are named; none when all are meant.
    pub fn count(&self) -> Option<usize> {
        self.named.as_ref().map(SmallVec::len)
    }

    /// The axes of an array of `ndim` axes, sorted.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for an axis that is not there or named twice, or a `split_every` below 2.
    pub fn resolve(&self, ndim: usize) -> Result<AxisList> {
        if self.split_every.is_some_and(|k| k < 2) {
            return Err(Error::argument("split_every must be at least 2"));
        }
        let Some(axes) = &self.named else { return Ok((0..ndim).collect()) };
        let mut found: AxisList = axes.iter().map(|a| normalize_axis(*a, ndim)).collect::<Result<_>>()?;
        found.sort_unstable();
        if found.windows(2).any(|w| w.first() == w.last()) {
            return Err(Error::argument(format!("duplicate value in the axes {:?}", axes.as_slice())));
        }
        Ok(found)
    }
}

/// `axis` counted from the first; negative ones count from the last.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when there is no such axis.
pub fn normalize_axis(axis: isize, ndim: usize) -> Result<usize> {
    let from_front = if axis < 0 { axis.checked_add_unsigned(ndim) } else { Some(axis) };
    from_front
        .and_then(|a| usize::try_from(a).ok())
        .filter(|a| *a < ndim)
        .ok_or_else(|| Error::argument(format!("axis {axis} is out of bounds for array of dimension {ndim}")))
}

macro_rules! from_integers {
    ($($t:ty)*) => { $(
        impl From<$t> for Axes {
            fn from(axis: $t) -> Self {
                [axis].into()
            }
        }

        impl<const N: usize> From<[$t; N]> for Axes {
            fn from(axes: [$t; N]) -> Self {
                axes.as_slice().into()
            }
        }

        impl From<&[$t]> for Axes {
            fn from(axes: &[$t]) -> Self {
                // An axis beyond `isize` is as far out of bounds as `isize::MAX`.
                let axes = axes.iter().map(|a| isize::try_from(*a).unwrap_or(isize::MAX)).collect();
                Self { named: Some(axes), ..Self::default() }
            }
        }

        impl From<Vec<$t>> for Axes {
            fn from(axes: Vec<$t>) -> Self {
                axes.as_slice().into()
            }
        }
    )* };
}

from_integers! { i32 i64 isize usize }

impl From<()> for Axes {
    /// All axes.
    fn from((): ()) -> Self {
        Self::all()
    }
}

impl From<std::ops::RangeFull> for Axes {
    /// All axes.
    fn from(_: std::ops::RangeFull) -> Self {
        Self::all()
    }
}
