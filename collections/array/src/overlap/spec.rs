//! How far chunks look, and what stands beyond the ends.

use swath_error::{Error, Result};

use crate::{Element, Scalar};

/// What stands beyond an end of an array.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Boundary {
    /// Nothing: chunks at the ends are extended inwards only.
    #[default]
    None,
    /// The other end.
    Periodic,
    /// The array mirrored, its last element repeated.
    Reflect,
    /// The last element, repeated.
    Nearest,
    /// One value, converted to the array's type.
    Constant(Scalar),
}

impl Boundary {
    /// One value.
    pub fn constant(value: impl Element) -> Self {
        Self::Constant(value.to_scalar())
    }
}

/// How many elements a chunk sees before and after its own, along each axis.
///
/// Made from one number for both sides of every axis (`1`), one for each axis (`[1, 0]`), or pairs of before and after
/// for each axis (`[(2, 0), (0, 1)]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The same on both sides of every axis.
    Every(usize),
    /// Before and after, for each axis.
    PerAxis(Vec<(usize, usize)>),
}

impl From<usize> for Depth {
    fn from(depth: usize) -> Self {
        Self::Every(depth)
    }
}

impl<const N: usize> From<[usize; N]> for Depth {
    fn from(depths: [usize; N]) -> Self {
        Self::PerAxis(depths.iter().map(|d| (*d, *d)).collect())
    }
}

impl<const N: usize> From<[(usize, usize); N]> for Depth {
    fn from(depths: [(usize, usize); N]) -> Self {
        Self::PerAxis(depths.to_vec())
    }
}

impl From<Vec<(usize, usize)>> for Depth {
    fn from(depths: Vec<(usize, usize)>) -> Self {
        Self::PerAxis(depths)
    }
}

/// How chunks overlap. Made from a [`Depth`], or anything that one is made from.
///
/// ```
/// use swath_array::overlap::{Boundary, Overlap};
/// let smooth = Overlap::new(1).boundary(Boundary::Periodic);
/// let trailing = Overlap::new([(2, 0)]);
/// # let _ = (smooth, trailing);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    depth: Depth,
    /// One for each axis, or one for all.
    boundaries: Vec<Boundary>,
    pub(super) trim: bool,
    pub(super) chunks: Option<Vec<Vec<usize>>>,
    allow_small: bool,
}

macro_rules! from_depths {
    ($([$($generic:tt)*] $t:ty;)*) => { $(
        impl $($generic)* From<$t> for Overlap {
            fn from(depth: $t) -> Self {
                Self::new(depth)
            }
        }
    )* };
}

from_depths! {
    [] usize;
    [] Depth;
    [] Vec<(usize, usize)>;
    [<const N: usize>] [usize; N];
    [<const N: usize>] [(usize, usize); N];
}

impl Overlap {
    /// Chunks that see so far, with nothing beyond the ends.
    pub fn new(depth: impl Into<Depth>) -> Self {
        let depth = depth.into();
        Self { depth, boundaries: vec![Boundary::None], trim: true, chunks: None, allow_small: true }
    }

    /// What stands beyond the ends of every axis.
    #[must_use]
    pub fn boundary(self, boundary: Boundary) -> Self {
        Self { boundaries: vec![boundary], ..self }
    }

    /// What stands beyond the ends of each axis.
    #[must_use]
    pub fn boundaries(self, boundaries: impl Into<Vec<Boundary>>) -> Self {
        Self { boundaries: boundaries.into(), ..self }
    }

    /// Whether the overlap is cut off what the function gives; so by default.
    #[must_use]
    pub fn trim(self, trim: bool) -> Self {
        Self { trim, ..self }
    }

    /// The chunks the function gives, along each axis, when it does not keep the shape of what it is given. Nothing is
    /// cut off them.
    #[must_use]
    pub fn chunks(self, chunks: Vec<Vec<usize>>) -> Self {
        Self { chunks: Some(chunks), trim: false, ..self }
    }

    /// Whether chunks may be shorter than the depth, so that a chunk sees more than its neighbours; so by default.
    #[must_use]
    pub fn allow_small_chunks(self, allow: bool) -> Self {
        Self { allow_small: allow, ..self }
    }

    /// Depth and boundary of each of an array's axes; `chunks` are its chunk lengths.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when there are not as many as axes, a depth is longer than the axis it
    /// is to be continued from, or chunks are shorter than the depth and may not be.
    pub(super) fn resolve(&self, chunks: &[Vec<usize>]) -> Result<Vec<Side>> {
        let ndim = chunks.len();
        let depths = match &self.depth {
            Depth::Every(d) => vec![(*d, *d); ndim],
            Depth::PerAxis(list) => list.clone(),
        };
        let boundaries = match self.boundaries.as_slice() {
            [all] => vec![*all; ndim],
            list => list.to_vec(),
        };
        if depths.len() != ndim || boundaries.len() != ndim {
            return Err(Error::argument(format!(
                "overlap: {} depths and {} boundaries for an array of {ndim} axes",
                depths.len(),
                boundaries.len()
            )));
        }
        let sides = depths.into_iter().zip(boundaries).map(|((before, after), boundary)| Side {
            before,
            after,
            boundary,
        });
        let sides: Vec<Side> = sides.collect();
        for (axis, (side, sizes)) in sides.iter().zip(chunks).enumerate() {
            self.check(axis, side, sizes)?;
        }
        Ok(sides)
    }

    fn check(&self, axis: usize, side: &Side, sizes: &[usize]) -> Result<()> {
        let (depth, n) = (side.before.max(side.after), sizes.iter().sum::<usize>());
        let extended = depth.checked_mul(2).and_then(|d| d.checked_add(n));
        if side.boundary != Boundary::None && extended.is_none_or(|n| isize::try_from(n).is_err()) {
            return Err(Error::argument(format!(
                "no axis is as long as axis {axis} with an overlap of {depth}"
            )));
        }
        if depth > n && side.boundary != Boundary::None && !matches!(side.boundary, Boundary::Constant(_)) {
            return Err(Error::argument(format!(
                "the overlapping depth {depth} is larger than axis {axis}, which has length {n}"
            )));
        }
        let least = sizes.iter().min().copied().unwrap_or(0);
        if depth > least && sizes.len() > 1 && !self.allow_small {
            return Err(Error::argument(format!(
                "the overlapping depth {depth} is larger than the smallest chunk of axis {axis}, which is {least}"
            ))
            .with_help("rechunk the array, or allow small chunks"));
        }
        Ok(())
    }
}

/// Depth and boundary of one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Side {
    pub(super) before: usize,
    pub(super) after: usize,
    pub(super) boundary: Boundary,
}

impl Side {
    /// What chunks of these lengths see before and after their own elements.
    pub(super) fn margins(&self, sizes: &[usize]) -> Vec<(usize, usize)> {
        let n: usize = sizes.iter().sum();
        let mut start = 0;
        sizes
            .iter()
            .map(|size| {
                let end = start + size;
                let margin = match self.boundary {
                    Boundary::None => (self.before.min(start), self.after.min(n - end)),
                    _ => (self.before, self.after),
                };
                start = end;
                margin
            })
            .collect()
    }
}
