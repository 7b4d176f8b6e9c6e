//! Lengths, axes and norms of transforms.

use super::Norm;

/// How lines are transformed.
///
/// ```
/// use swath_array::fft::{Line, Norm};
/// let options = Line::default().n(16).axis(0).norm(Norm::Ortho);
/// assert_eq!(options.axis, 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The length of the transform: lines are cut or continued with zeros; by default that of the axis.
    pub n: Option<usize>,
    /// The axis; the last one by default.
    pub axis: isize,
    /// What transforms are divided by; inverse ones by the length by default.
    pub norm: Norm,
}

impl Default for Line {
    fn default() -> Self {
        Self { n: None, axis: -1, norm: Norm::Backward }
    }
}

impl Line {
    /// With this length.
    #[must_use]
    pub fn n(self, n: usize) -> Self {
        Self { n: Some(n), ..self }
    }

    /// Along this axis.
    #[must_use]
    pub fn axis(self, axis: isize) -> Self {
        Self { axis, ..self }
    }

    /// Divided so.
    #[must_use]
    pub fn norm(self, norm: Norm) -> Self {
        Self { norm, ..self }
    }
}

/// How several axes are transformed.
///
/// ```
/// use swath_array::fft::Several;
/// let options = Several::default().axes([0, 2]).s([8, 8]);
/// assert_eq!(options.s, Some(vec![8, 8]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Several {
    /// The lengths of the transforms, one for each axis; by default those of the axes.
    pub s: Option<Vec<usize>>,
    /// The axes; by default all, or with lengths the last ones.
    pub axes: Option<Vec<isize>>,
    /// What transforms are divided by.
    pub norm: Norm,
}

impl Several {
    /// With these lengths.
    #[must_use]
    pub fn s(self, s: impl Into<Vec<usize>>) -> Self {
        Self { s: Some(s.into()), ..self }
    }

    /// Along these axes.
    #[must_use]
    pub fn axes(self, axes: impl Into<Vec<isize>>) -> Self {
        Self { axes: Some(axes.into()), ..self }
    }

    /// Divided so.
    #[must_use]
    pub fn norm(self, norm: Norm) -> Self {
        Self { norm, ..self }
    }
}
