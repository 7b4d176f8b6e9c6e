//! Where chunks begin and end, added up once: a task looks its own place up instead of adding lengths up to it.
//!
//! In: chunks. Out: a table of positions that travels with an operation. It never cuts anything.

use serde::{Deserialize, Serialize};
use swath_block::Shape;

use super::Chunks;

/// The positions along each axis at which chunks begin, and the axis' end; none where chunk lengths are unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bounds(Vec<Vec<usize>>);

impl Bounds {
    pub(crate) fn of(chunks: &Chunks) -> Self {
        let along = |sizes: &[usize]| {
            let mut end = 0;
            let ends = sizes.iter().map(|n| {
                end += n;
                end
            });
            std::iter::once(0).chain(ends).collect()
        };
        Self(chunks.axes().iter().map(|a| a.sizes().map(along).unwrap_or_default()).collect())
    }

    /// How many chunks along each axis; 0 where their lengths are unknown.
    pub(crate) fn grid(&self) -> Shape {
        self.0.iter().map(|axis| axis.len().saturating_sub(1)).collect()
    }

    /// The length of each axis; 0 where it is unknown.
    pub(crate) fn shape(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|axis| axis.last().copied().unwrap_or(0))
    }

    /// Where the chunk at place `at` of the grid begins along each axis, and how long it is there.
    pub(crate) fn spans<'a>(&'a self, at: &'a [usize]) -> impl Iterator<Item = Option<(usize, usize)>> + 'a {
        self.0.iter().zip(at).map(|(axis, i)| {
            let (start, end) = (axis.get(*i)?, axis.get(i + 1)?);
            Some((*start, end - start))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunks::Axis;

    #[test]
    fn chunks_lie_where_the_lengths_before_them_end() {
        let bounds = Bounds::of(&Chunks::new([Axis::known([3, 3, 2]), Axis::Unknown(4), Axis::known([0])]));
        assert_eq!(bounds.grid().as_slice(), [3, 0, 1]);
        assert!(bounds.shape().eq([8, 0, 0]));
        assert!(bounds.spans(&[2, 1, 0]).eq([Some((6, 2)), None, Some((0, 0))]));
        assert!(bounds.spans(&[3, 0, 0]).eq([None, None, Some((0, 0))]));
    }
}
