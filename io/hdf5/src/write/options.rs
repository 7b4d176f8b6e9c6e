//! How a dataset is to be stored.

use swath_array_io::Attribute;
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use crate::filters::{Filter, Pipeline};

/// Bytes of a chunk where compression is asked for and chunks are not.
const CHUNK_BYTES: usize = 1 << 20;

/// How a dataset is stored: in one piece unless chunks or a filter are asked for.
///
/// ```
/// use swath_hdf5::Hdf5Options;
/// let options = Hdf5Options::default().chunks([100, 100]).gzip(4).shuffle();
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hdf5Options {
    chunks: Option<Vec<usize>>,
    compression: Option<Filter>,
    shuffle: bool,
    fletcher32: bool,
    pub(crate) attributes: Vec<(String, Attribute)>,
    pub(crate) overwrite: bool,
}

/// A dataset to be written.
#[derive(Clone, Debug)]
pub struct NewDataset {
    /// Its name; groups in it are made: `group/x`.
    pub name: String,
    /// Its element type.
    pub dtype: DType,
    /// Its shape.
    pub shape: Vec<usize>,
    /// How it is stored.
    pub options: Hdf5Options,
}

impl Hdf5Options {
    /// Stores chunks of this shape.
    #[must_use]
    pub fn chunks(mut self, shape: impl Into<Vec<usize>>) -> Self {
        self.chunks = Some(shape.into());
        self
    }

    /// Compresses chunks with gzip at a level from 0 to 9.
    #[must_use]
    pub fn gzip(mut self, level: u32) -> Self {
        self.compression = Some(Filter::Deflate(level.min(9)));
        self
    }

    /// Compresses chunks with lzf, which is faster than gzip and saves less. Only h5py and programs that have its filter read
    /// such files.
    #[must_use]
    pub fn lzf(mut self) -> Self {
        self.compression = Some(Filter::Lzf);
        self
    }

    /// Gives the dataset an attribute: text, whole numbers or floats, one or several.
    ///
    /// ```
    /// use swath_hdf5::Hdf5Options;
    /// let options = Hdf5Options::default().attribute("units", "K").attribute("range", vec![-40.0, 60.0]);
    /// ```
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<Attribute>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Stores all first bytes of a chunk's elements, then all second bytes, and so on: numbers compress better that way.
    #[must_use]
    pub fn shuffle(mut self) -> Self {
        self.shuffle = true;
        self
    }

    /// Stores a checksum with every chunk.
    #[must_use]
    pub fn fletcher32(mut self) -> Self {
        self.fletcher32 = true;
        self
    }

    /// Replaces a file that is there already, with everything in it.
    #[must_use]
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Whether chunks pass through a filter, so that each is written as a whole.
    pub fn is_filtered(&self) -> bool {
        self.compression.is_some() || self.shuffle || self.fletcher32
    }

    pub(crate) fn pipeline(&self, size: usize) -> Pipeline {
        let shuffle = self.shuffle.then_some(Filter::Shuffle(size));
        let sum = self.fletcher32.then_some(Filter::Fletcher32);
        Pipeline([shuffle, self.compression.clone(), sum].into_iter().flatten().collect())
    }

    /// The shape of the chunks that an array of this type and shape is stored in; none where it is one piece. `blocks` are
    /// the blocks it is computed in, which chunks that nobody asked for are made to divide.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when chunks were asked for that do not fit the shape.
    pub fn chunk_shape(&self, dtype: DType, shape: &[usize], blocks: &[usize]) -> Result<Option<Vec<usize>>> {
        let divisible = !shape.is_empty() && !shape.contains(&0);
        match &self.chunks {
            Some(chunks) => {
                let bytes = chunks.iter().try_fold(dtype.size(), |n, d| n.checked_mul(*d));
                let fits = chunks.len() == shape.len()
                    && !chunks.contains(&0)
                    && bytes.is_some_and(|n| u32::try_from(n).is_ok());
                if !fits {
                    let message = format!("chunks of {chunks:?} in a dataset of shape {shape:?}");
                    return Err(Error::new(ErrorKind::ShapeMismatch, message).with_help(
                        "name a length of at least 1 for every axis; a chunk has less than 4 GiB",
                    ));
                }
                let within = chunks.iter().zip(shape).map(|(c, n)| (*c).min(*n)).collect();
                Ok(divisible.then_some(within))
            }
            None if self.is_filtered() && divisible => Ok(Some(divided(dtype, shape, blocks))),
            None => Ok(None),
        }
    }
}

/// Halves of a block until a chunk is small enough; lengths that do not halve are left as they are where others do.
fn divided(dtype: DType, shape: &[usize], blocks: &[usize]) -> Vec<usize> {
    let mut chunk: Vec<usize> =
        shape.iter().enumerate().map(|(i, n)| blocks.get(i).copied().unwrap_or(*n).clamp(1, *n)).collect();
    while chunk.iter().product::<usize>().saturating_mul(dtype.size()) > CHUNK_BYTES {
        // The smallest factor of the longest axis keeps chunks whole divisors of a block.
        let Some(longest) = chunk.iter_mut().max_by_key(|n| **n).filter(|n| **n > 1) else { break };
        let factor = (2..=7).find(|f| *longest % f == 0);
        *longest = factor.map_or_else(|| longest.div_ceil(2), |f| *longest / f);
    }
    chunk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_divide_blocks() {
        let gzip = Hdf5Options::default().gzip(4);
        let chunk = gzip.chunk_shape(DType::F64, &[10_000, 10_000], &[4000, 4000]).unwrap().unwrap();
        assert!(chunk.iter().all(|n| 4000 % n == 0), "{chunk:?}");
        assert!(chunk.iter().product::<usize>() * 8 <= CHUNK_BYTES);
        assert_eq!(gzip.chunk_shape(DType::F64, &[], &[]).unwrap(), None);
        assert_eq!(gzip.chunk_shape(DType::F64, &[0, 3], &[1, 3]).unwrap(), None);
        assert_eq!(Hdf5Options::default().chunk_shape(DType::F64, &[3], &[3]).unwrap(), None);
        let asked = gzip.clone().chunks([5, 500]);
        assert_eq!(asked.chunk_shape(DType::I8, &[9, 9], &[9, 9]).unwrap(), Some(vec![5, 9]));
        assert!(asked.chunk_shape(DType::I8, &[9], &[9]).is_err());
        assert!(gzip.chunks([0, 1]).chunk_shape(DType::I8, &[9, 9], &[9, 9]).is_err());
    }
}
