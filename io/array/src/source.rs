//! The face of everything an array can be read from.

use std::fmt::Debug;

use swath_block::{Chunk, DType};
use swath_error::Result;
use swath_graph::Key;

use crate::{Bands, Region, Travelling};

/// An array that can be read region by region, from any thread.
///
/// A region is read anew each time it is asked for; nothing is cached here. [`crate::conformance`] checks that an
/// implementation keeps to all of this.
pub trait ArraySource: Debug + Send + Sync {
    /// The element type of the chunks [`Self::read`] gives.
    fn dtype(&self) -> DType;

    /// The whole array's shape.
    fn shape(&self) -> &[usize];

    /// The shape of the pieces the storage is made of, where reading part of one costs as much as reading all of it;
    /// none when every region is read at its own cost.
    fn storage_chunks(&self) -> Option<&[usize]> {
        None
    }

    /// Whether reading costs no copy and no input, because the array is in memory.
    fn in_memory(&self) -> bool {
        false
    }

    /// Whether reading takes much longer than copying, because what is stored is compressed: what is read is then kept
    /// for all who need it, where it fits in memory, instead of being read again.
    fn is_compressed(&self) -> bool {
        false
    }

    /// Reads a region; the chunk has the region's shape.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when the region leaves the array, or what went wrong with the storage,
    /// naming it.
    fn read(&self, region: &Region) -> Result<Chunk>;

    /// Whether a region may be read in bands of rows ([`Self::bands`], [`Bands::least`]) at about the cost of reading it at
    /// once.
    fn reads_bands(&self) -> bool {
        false
    }

    /// A region that is read a few rows at a time, or none when it is to be read as a whole. What is used band by band is
    /// used while it lies in the cache, and is never in memory as a whole.
    ///
    /// # Errors
    /// As [`Self::read`].
    fn bands(&self, region: &Region) -> Result<Option<Bands<'_>>> {
        let _ = region;
        Ok(None)
    }

    /// The identity of the contents: equal keys mean equal data, so results may be reused. Files use path, size and
    /// modification time; arrays in memory are equal only to themselves.
    fn key(&self) -> Key;

    /// The source as another process opens it again; files go as their path.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for a source that stays in this process.
    fn travel(&self) -> Result<Travelling> {
        Err(swath_error::Error::unsupported(format!("{} cannot be read in another process", self.describe())))
    }

    /// A few words for `explain()`: the file's path, or `memory`.
    fn describe(&self) -> String;
}
