//! Exact chunk lengths per axis, and what follows from them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swath_block::Shape;
use swath_error::{Error, ErrorKind, Result};

/// The chunks along one axis.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Axis {
    /// Their lengths; at least one, and one of length 0 only when the axis is empty.
    Known(Arc<[usize]>),
    /// How many there are; their lengths show when they are computed (after boolean indexing).
    Unknown(usize),
}

impl Axis {
    /// An axis of these chunk lengths; an empty list is an axis of length 0.
    pub fn known(sizes: impl Into<Arc<[usize]>>) -> Self {
        let sizes = sizes.into();
        Self::Known(if sizes.is_empty() { [0].into() } else { sizes })
    }

    /// An axis that is one chunk.
    pub fn whole(len: usize) -> Self {
        Self::known([len])
    }

    /// An axis of chunks of `size`, the last one shorter if need be.
    pub fn regular(len: usize, size: usize) -> Self {
        let size = size.max(1);
        let rest = len % size;
        let sizes: Vec<usize> =
            std::iter::repeat_n(size, len / size).chain((rest > 0).then_some(rest)).collect();
        Self::known(sizes)
    }

    /// How many chunks.
    pub fn blocks(&self) -> usize {
        match self {
            Self::Known(sizes) => sizes.len(),
            Self::Unknown(blocks) => *blocks,
        }
    }

    /// The chunk lengths.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when they are unknown.
    pub fn sizes(&self) -> Result<&[usize]> {
        match self {
            Self::Known(sizes) => Ok(sizes),
            Self::Unknown(_) => Err(Error::new(
                ErrorKind::Unsupported,
                "the chunk sizes of this array are unknown until it is computed",
            )
            .with_help("call compute_chunk_sizes() first, or persist() the array")),
        }
    }

    /// The length of the axis, where it is known.
    pub fn known_len(&self) -> Option<usize> {
        match self {
            Self::Known(sizes) => Some(sizes.iter().sum()),
            Self::Unknown(_) => None,
        }
    }

    /// The length of the axis.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when it is unknown.
    pub fn length(&self) -> Result<usize> {
        Ok(self.sizes()?.iter().sum())
    }

    /// Whether the axis has length 1 and so broadcasts.
    pub fn is_one(&self) -> bool {
        self.known_len() == Some(1)
    }

    /// Where each chunk starts.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when the lengths are unknown.
    pub fn starts(&self) -> Result<Vec<usize>> {
        Ok(starts_of(self.sizes()?.iter().copied()))
    }

    /// The longest chunk; 0 when unknown.
    pub fn largest(&self) -> usize {
        match self {
            Self::Known(sizes) => sizes.iter().copied().max().unwrap_or(0),
            Self::Unknown(_) => 0,
        }
    }
}

/// Where each of several lengths starts when they follow each other.
pub(crate) fn starts_of(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    lengths.scan(0, |next, n| Some(std::mem::replace(next, *next + n))).collect()
}

/// The chunks along every axis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Chunks(SmallVec<[Axis; 4]>);

impl Chunks {
    /// Chunks along the axes given.
    pub fn new(axes: impl IntoIterator<Item = Axis>) -> Self {
        Self(axes.into_iter().collect())
    }

    /// An array of `shape` in one chunk.
    pub fn single(shape: &[usize]) -> Self {
        Self::new(shape.iter().map(|n| Axis::whole(*n)))
    }

    /// The axes.
    pub fn axes(&self) -> &[Axis] {
        &self.0
    }

    /// One axis.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] past the last one: callers normalise axes first.
    pub fn axis(&self, axis: usize) -> Result<&Axis> {
        self.0
            .get(axis)
            .ok_or_else(|| Error::internal(format!("axis {axis} of {} was asked for", self.ndim())))
    }

    /// How many axes.
    pub fn ndim(&self) -> usize {
        self.0.len()
    }

    /// The shape.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] when a length is unknown.
    pub fn shape(&self) -> Result<Shape> {
        self.0.iter().map(Axis::length).collect()
    }

    /// How many chunks along each axis.
    pub fn grid(&self) -> Shape {
        self.0.iter().map(Axis::blocks).collect()
    }

    /// How many chunks in all.
    pub fn blocks(&self) -> usize {
        self.0.iter().map(Axis::blocks).fold(1, usize::saturating_mul)
    }

    /// Elements of the largest chunk; unknown axes count as nothing is known: 1.
    pub fn largest(&self) -> usize {
        self.0.iter().map(|a| a.largest().max(1)).fold(1, usize::saturating_mul)
    }

    /// Whether every length is known.
    pub fn is_known(&self) -> bool {
        self.0.iter().all(|a| matches!(a, Axis::Known(_)))
    }

    /// The same chunks with `axis` replaced.
    #[must_use]
    pub fn with_axis(mut self, axis: usize, chunks: Axis) -> Self {
        if let Some(a) = self.0.get_mut(axis) {
            *a = chunks;
        }
        self
    }
}

/// A shape as NumPy prints it: `(3,)`, `(3, 4)`, with `?` for an unknown length.
impl fmt::Display for Chunks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (i, axis) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            match axis.known_len() {
                Some(n) => write!(f, "{n}")?,
                None => f.write_str("?")?,
            }
        }
        f.write_str(if self.ndim() == 1 { ",)" } else { ")" })
    }
}
