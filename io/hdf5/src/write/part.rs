//! Where the elements of one dataset go in the file, and putting them there.

use std::io;

use serde::{Deserialize, Serialize};
use swath_array_io::flat::{self, Place as Boxed};
use swath_array_io::{Attribute, Region, region_shape};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};

use super::space::Space;
use crate::filters::{Pipeline, room};

/// Bytes of an entry of a table: a chunk's address, and its length.
const ENTRY: u64 = 16;

/// A dataset's place in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    pub name: String,
    pub dtype: DType,
    pub shape: Vec<usize>,
    pub stored: Stored,
    /// Not needed where only elements are written.
    #[serde(skip)]
    pub attributes: Vec<(String, Attribute)>,
}

/// How the elements lie.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Stored {
    /// One after another from a byte on.
    Flat { at: u64 },
    /// In chunks of full size, one after another from a byte on.
    Plain { at: u64, chunk: Vec<usize> },
    /// In filtered chunks, wherever there was room; a table from a byte on says where, an entry for each chunk of the grid.
    Filtered { table: u64, chunk: Vec<usize>, pipeline: Pipeline },
}

/// A chunk that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its number in row-major order of the grid.
    pub number: u64,
    pub at: u64,
    pub size: u32,
}

/// One chunk of the grid and what of it a region fills.
struct Touched {
    number: u64,
    /// The part of the chunk.
    local: Vec<std::ops::Range<usize>>,
    /// The same part of the region.
    given: Vec<std::ops::Range<usize>>,
    /// Whether nothing of the chunk that lies within the array is left out.
    whole: bool,
}

impl Part {
    /// Takes the room that can be taken now.
    pub fn place(
        name: String,
        dtype: DType,
        shape: Vec<usize>,
        chunk: Option<Vec<usize>>,
        pipeline: Pipeline,
        space: &Space,
    ) -> io::Result<Self> {
        let too_large = || io::Error::new(io::ErrorKind::InvalidInput, "the array does not fit a file");
        let bytes = |lengths: &[usize], each: usize| {
            lengths.iter().try_fold(each as u64, |n, d| n.checked_mul(*d as u64)).ok_or_else(too_large)
        };
        let stored = match chunk {
            None => Stored::Flat { at: space.take(bytes(&shape, dtype.size())?)? },
            Some(chunk) => {
                let blocks: Vec<usize> = shape.iter().zip(&chunk).map(|(n, c)| n.div_ceil(*c)).collect();
                if pipeline.is_empty() {
                    let full = bytes(&chunk, dtype.size())?;
                    let all = bytes(&blocks, 1)?.checked_mul(full).ok_or_else(too_large)?;
                    Stored::Plain { at: space.take(all)?, chunk }
                } else {
                    Stored::Filtered { table: space.take(bytes(&blocks, ENTRY as usize)?)?, chunk, pipeline }
                }
            }
        };
        Ok(Self { name, dtype, shape, stored, attributes: Vec::new() })
    }

    /// Writes the row-major elements of a region.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when a filtered chunk would be written in parts, or the file system's.
    pub fn write(&self, space: &Space, region: &Region, bytes: &[u8]) -> Result<()> {
        let size = self.dtype.size();
        let io = |e| Error::io(&self.name, e);
        if bytes.is_empty() {
            return Ok(());
        }
        match &self.stored {
            Stored::Flat { at } => {
                flat::write(space.file(), *at, &self.shape, region, size, bytes).map_err(io)
            }
            Stored::Plain { at, chunk } => {
                let full = chunk.iter().product::<usize>() * size;
                for touched in self.touched(chunk, region) {
                    let lengths = region_shape(&touched.local);
                    let part = self.gather(region, bytes, &touched.given, &lengths, None)?;
                    let start = at + touched.number * full as u64;
                    flat::write(space.file(), start, chunk, &touched.local, size, &part).map_err(io)?;
                }
                Ok(())
            }
            Stored::Filtered { table, chunk, pipeline } => {
                for touched in self.touched(chunk, region) {
                    if !touched.whole {
                        return Err(self.misaligned(chunk));
                    }
                    let part = self.gather(region, bytes, &touched.given, chunk, Some(&touched.local))?;
                    let stored = pipeline.encode(part)?;
                    let start = space.take(stored.len() as u64).map_err(io)?;
                    flat::write_at(space.file(), &stored, start).map_err(io)?;
                    let entry = [start.to_le_bytes(), (stored.len() as u64).to_le_bytes()].concat();
                    flat::write_at(space.file(), &entry, table + touched.number * ENTRY).map_err(io)?;
                }
                Ok(())
            }
        }
    }

    fn misaligned(&self, chunk: &[usize]) -> Error {
        Error::new(
            ErrorKind::ShapeMismatch,
            format!("{}: a region covers parts of compressed chunks of {chunk:?}", self.name),
        )
        .with_help("write regions that begin and end at chunks: rechunk the array to multiples of them")
    }

    /// A row-major buffer of `shape` with the elements of `given`, a part of the region, at `place` in it, or filling it.
    fn gather(
        &self,
        region: &Region,
        bytes: &[u8],
        given: &Region,
        shape: &[usize],
        place: Option<&Region>,
    ) -> Result<Vec<u8>> {
        let size = self.dtype.size();
        let mut out = Vec::new();
        room(&mut out, shape.iter().product::<usize>() * size)?;
        let all: Vec<_> = shape.iter().map(|n| 0..*n).collect();
        let from = Boxed { shape: &region_shape(region), region: given };
        flat::copy(size, bytes, from, &mut out, Boxed { shape, region: place.unwrap_or(&all) });
        Ok(out)
    }

    /// The chunks a region touches.
    fn touched(&self, chunk: &[usize], region: &Region) -> Vec<Touched> {
        let first: Vec<usize> = region.iter().zip(chunk).map(|(r, c)| r.start / c).collect();
        let counts: Vec<usize> =
            region.iter().zip(chunk).zip(&first).map(|((r, c), f)| r.end.div_ceil(*c) - f).collect();
        let number = |i: usize| {
            let mut left = i;
            let mut at = vec![0; counts.len()];
            for ((slot, n), f) in at.iter_mut().zip(&counts).zip(&first).rev() {
                *slot = f + left % n;
                left /= n;
            }
            at
        };
        (0..counts.iter().product()).map(|i| self.touch(&number(i), chunk, region)).collect()
    }

    fn touch(&self, at: &[usize], chunk: &[usize], region: &Region) -> Touched {
        let mut touched = Touched { number: 0, local: Vec::new(), given: Vec::new(), whole: true };
        for (((i, c), r), n) in at.iter().zip(chunk).zip(region).zip(&self.shape) {
            let (start, end) = (i * c, ((i + 1) * c).min(*n));
            let (from, to) = (start.max(r.start), end.min(r.end));
            touched.number = touched.number * n.div_ceil(*c) as u64 + *i as u64;
            touched.local.push(from - start..to - start);
            touched.given.push(from - r.start..to - r.start);
            touched.whole &= from == start && to == end;
        }
        touched
    }

    /// The chunks that were written, in the order of their numbers.
    ///
    /// # Errors
    /// The file system's.
    pub fn written(&self, space: &Space) -> io::Result<Vec<Written>> {
        let blocks = |chunk: &[usize]| -> u64 {
            self.shape.iter().zip(chunk).map(|(n, c)| n.div_ceil(*c) as u64).product()
        };
        match &self.stored {
            Stored::Flat { .. } => Ok(Vec::new()),
            Stored::Plain { at, chunk } => {
                let full = chunk.iter().product::<usize>() * self.dtype.size();
                let one = |n| Written { number: n, at: at + n * full as u64, size: full as u32 };
                Ok((0..blocks(chunk)).map(one).collect())
            }
            Stored::Filtered { table, chunk, .. } => {
                let mut bytes = vec![0; (blocks(chunk) * ENTRY) as usize];
                flat::read_at(space.file(), &mut bytes, *table)?;
                let word = |b: &[u8]| u64::from_le_bytes(b.try_into().unwrap_or_default());
                let entry = |(n, entry): (usize, &[u8])| {
                    let (at, size) = entry.split_at(8);
                    Written { number: n as u64, at: word(at), size: word(size) as u32 }
                };
                let entries = bytes.chunks_exact(ENTRY as usize).enumerate().map(entry);
                Ok(entries.filter(|w| w.at != 0).collect())
            }
        }
    }
}
