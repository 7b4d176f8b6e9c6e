//! Regions that are read a few rows at a time.
//!
//! In: how a source reads a part into memory. Out: chunks of consecutive rows, all in the same memory where their reader
//! drops one before it asks for the next: it stays in the cache and is cleared only once. It never keeps what was read.

use std::fmt;
use std::ops::Range;

use arrow_buffer::{Buffer, MutableBuffer};
use swath_block::{Chunk, DType, zeroed_buffer};
use swath_error::{Error, Result};

use crate::{Region, region_shape};

/// Bytes of one read from a file that are worth it.
const PART: usize = 64 << 10;

/// Reads a region of an array into memory of its size, in row-major order and native byte order. What the memory held
/// before is of no meaning.
pub type ReadInto<'a> = Box<dyn FnMut(&Region, &mut [u8]) -> Result<()> + Send + 'a>;

/// A region that is read in bands: rows along its first axis that is longer than 1.
///
/// ```
/// use swath_array_io::{ArraySource, NpySource, write_npy};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("x.npy");
/// # let x = ndarray::array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
/// # write_npy(&path, &swath_block::Chunk::from_array(x.into_dyn()))?;
/// let source = NpySource::open(&path)?;
/// let mut bands = source.bands(&[0..3, 1..2])?.ok_or("read as a whole")?;
/// assert_eq!(bands.next_rows(2)?.as_slice::<f64>()?, Some(&[2.0, 4.0][..]));
/// assert_eq!(bands.next_rows(1)?.as_slice::<f64>()?, Some(&[6.0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Bands<'a> {
    dtype: DType,
    region: Vec<Range<usize>>,
    axis: usize,
    /// The next row.
    at: usize,
    /// Fewer rows at a time cost more.
    least: usize,
    /// The memory of the band before.
    memory: Buffer,
    read: ReadInto<'a>,
}

impl<'a> Bands<'a> {
    /// Bands of `region`, of elements of `dtype`, which `read` reads.
    pub fn new(dtype: DType, region: &Region, read: ReadInto<'a>) -> Self {
        let axis = region.iter().position(|r| r.len() > 1).unwrap_or(0);
        let at = region.get(axis).map_or(0, |r| r.start);
        Self { dtype, region: region.to_vec(), axis, at, least: 1, memory: Buffer::default(), read }
    }

    /// Of an array that is stored in chunks of this shape, each of which is best read in parts of 64 KiB or more, or whole.
    #[must_use]
    pub fn of_chunks(self, chunk: &[usize]) -> Self {
        let row = chunk.iter().skip(self.axis + 1).fold(self.dtype.size(), |n, c| n.saturating_mul(*c));
        let rows = chunk.get(self.axis).copied().unwrap_or(1);
        Self { least: rows.min(PART.div_ceil(row.max(1))).max(1), ..self }
    }

    /// How many rows to ask for at least, and best a multiple of: fewer at a time take longer to read.
    pub fn least(&self) -> usize {
        self.least
    }

    /// The next `rows` rows.
    ///
    /// # Errors
    /// What went wrong with the storage; [`swath_error::ErrorKind::OutOfMemory`] when so many rows do not fit in memory;
    /// [`swath_error::ErrorKind::Internal`] when there are not as many.
    pub fn next_rows(&mut self, rows: usize) -> Result<Chunk> {
        let mut part = self.region.clone();
        if let Some(range) = part.get_mut(self.axis) {
            let end = self.at.saturating_add(rows);
            if end > range.end {
                return Err(Error::internal(format!("{rows} more rows of {range:?}, from {} on", self.at)));
            }
            *range = self.at..end;
            self.at = end;
        }
        let shape = region_shape(&part);
        let mut memory = self.room(shape.iter().product::<usize>() * self.dtype.size())?;
        (self.read)(&part, memory.as_slice_mut())?;
        self.memory = memory.into();
        Chunk::from_buffer(self.memory.clone(), self.dtype, &shape)
    }

    /// The memory of the band before, unless somebody still has it.
    fn room(&mut self, bytes: usize) -> Result<MutableBuffer> {
        match std::mem::take(&mut self.memory).into_mutable() {
            Ok(mut memory) if memory.capacity() >= bytes => {
                memory.resize(bytes, 0);
                Ok(memory)
            }
            _ => zeroed_buffer(bytes),
        }
    }
}

impl fmt::Debug for Bands<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bands({:?}, row {} of axis {})", self.region, self.at, self.axis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_that_was_dropped_lends_its_memory_to_the_next() {
        let read = |part: &Region, out: &mut [u8]| {
            out.fill(part[1].start as u8);
            Ok(())
        };
        let mut bands = Bands::new(DType::U8, &[3..4, 10..20], Box::new(read));
        let first = bands.next_rows(4).unwrap();
        let place = first.as_bytes().unwrap().as_ptr();
        assert_eq!((first.shape(), first.as_bytes().unwrap()), (&[1, 4][..], &[10; 4][..]));
        drop(first);
        let second = bands.next_rows(4).unwrap();
        assert_eq!((second.as_bytes().unwrap().as_ptr(), second.as_bytes().unwrap()), (place, &[14; 4][..]));
        let third = bands.next_rows(2).unwrap();
        assert_eq!(third.as_bytes().unwrap(), [18; 2]);
        assert_eq!(second.as_bytes().unwrap(), [14; 4]);
        assert!(bands.next_rows(1).is_err());
    }

    #[test]
    fn chunks_are_read_in_parts_that_are_worth_it() {
        let least = |region: &Region, chunk: &[usize]| {
            Bands::new(DType::F64, region, Box::new(|_, _| Ok(()))).of_chunks(chunk).least()
        };
        assert_eq!(least(&[0..4000, 0..4000], &[1000, 1000]), 9);
        assert_eq!(least(&[0..4000, 0..8000], &[4000, 8]), 1024);
        assert_eq!(least(&[0..4000, 0..8000], &[2, 2]), 2);
        assert_eq!(least(&[3..4, 0..9000], &[10, 100]), 100);
        assert_eq!(least(std::slice::from_ref(&(0..9000)), &[50_000]), 8192);
        assert_eq!(least(&[], &[]), 1);
        assert_eq!(least(&[0..9, 0..9], &[usize::MAX, usize::MAX]), 1);
    }

    #[test]
    fn rows_that_no_memory_holds_are_an_error() {
        let mut bands = Bands::new(DType::F64, &[0..3, 0..1 << 56], Box::new(|_, _| Ok(())));
        assert_eq!(bands.next_rows(1).unwrap_err().kind(), swath_error::ErrorKind::OutOfMemory);
    }

    #[test]
    fn a_region_without_axes_is_one_row() {
        let mut bands = Bands::new(
            DType::I64,
            &[],
            Box::new(|_, out| {
                out.fill(0);
                Ok(())
            }),
        );
        assert_eq!(bands.next_rows(1).unwrap().as_slice::<i64>().unwrap(), Some(&[0][..]));
    }
}
