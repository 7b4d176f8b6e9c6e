//! Arrays in memory, read without copying.

use std::fmt;

use ndarray::{Array, Dimension};
use swath_block::{Chunk, DType, Element, Shape};
use swath_error::Result;
use swath_graph::Key;

use crate::{ArraySource, Region, check_region, region_shape};

/// An array in memory; regions are views of its buffer.
///
/// ```
/// use ndarray::array;
/// use swath_array_io::{ArraySource, MemorySource};
/// let source = MemorySource::from_ndarray(array![[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(source.read(&[0..2, 1..2])?.view::<f64>()?[[1, 0]], 4.0);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone)]
pub struct MemorySource {
    chunk: Chunk,
    key: Key,
}

impl MemorySource {
    /// A source over a chunk. Two sources are never equal by key, even over one chunk; clones of one are.
    pub fn new(chunk: Chunk) -> Self {
        Self { chunk, key: Key::unique("memory-array") }
    }

    /// A source over an ndarray, taken over without copying when it is in row-major order.
    pub fn from_ndarray<T: Element, D: Dimension>(array: Array<T, D>) -> Self {
        Self::new(Chunk::from_array(array.into_dyn()))
    }
}

impl ArraySource for MemorySource {
    fn dtype(&self) -> DType {
        self.chunk.dtype()
    }

    fn shape(&self) -> &[usize] {
        self.chunk.shape()
    }

    fn in_memory(&self) -> bool {
        true
    }

    fn read(&self, region: &Region) -> Result<Chunk> {
        check_region("the array in memory", self.shape(), region)?;
        let shape: Shape = region_shape(region).into();
        let start: usize = region.iter().zip(self.chunk.strides()).map(|(r, s)| r.start * s).sum();
        self.chunk.restride(shape, self.chunk.strides().into(), self.chunk.offset() + start)
    }

    fn key(&self) -> Key {
        self.key
    }

    fn describe(&self) -> String {
        "memory".to_string()
    }
}

impl fmt::Debug for MemorySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemorySource<{:?}>", self.chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use swath_error::ErrorKind;

    #[test]
    fn regions_share_the_buffer() {
        let source =
            MemorySource::from_ndarray(Array2::from_shape_fn((10, 10), |(i, j)| (10 * i + j) as i64));
        let part = source.read(&[2..5, 7..10]).unwrap();
        assert_eq!(part.view::<i64>().unwrap()[[2, 1]], 48);
        assert_eq!(part.bytes(), 72);
        assert_eq!(source.read(&[4..4, 10..10]).unwrap().shape(), [0, 0]);
        assert_eq!(source.read(&[0..11, 0..1]).unwrap_err().kind(), ErrorKind::ShapeMismatch);
        assert_eq!(source.clone().key(), source.key());
        assert_ne!(MemorySource::new(source.chunk.clone()).key(), source.key());
    }
}
