//! Filters of chunks: undone one after another, within buffers that are used again for the next chunk.
//!
//! In: the bytes of a chunk as stored, and what was done to them. Out: its elements' bytes. It never allocates more than the
//! stored bytes can stand for.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use hdf5_reader::messages::filter_pipeline::FilterPipelineMessage;
use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use crate::{lzf, shuffle};

/// Bytes that one stored byte stands for at most, in the compressions offered here.
const EXPANSION: usize = 1032;

/// One filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Filter {
    /// zlib at a level, which only writing needs.
    Deflate(u32),
    /// Of elements of this many bytes.
    Shuffle(usize),
    Fletcher32,
    Lzf,
}

/// The filters of a dataset, in the order they were applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pipeline(pub Vec<Filter>);

/// Buffers of one thread.
#[derive(Debug)]
pub(crate) struct Scratch {
    /// The bytes of a chunk, before or after a filter.
    pub bytes: Vec<u8>,
    spare: Vec<u8>,
    inflate: Decompress,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { bytes: Vec::new(), spare: Vec::new(), inflate: Decompress::new(true) }
    }
}

impl Scratch {
    /// Lets buffers of more than `kept` bytes go.
    pub fn forget(&mut self, kept: usize) {
        for buffer in [&mut self.bytes, &mut self.spare] {
            if buffer.capacity() > kept {
                *buffer = Vec::new();
            }
        }
    }
}

/// Names of filters by their registered number, for those that are not offered too.
const NAMES: &[(u16, &str)] = &[
    (1, "gzip"),
    (2, "shuffle"),
    (3, "fletcher32"),
    (4, "szip"),
    (5, "nbit"),
    (6, "scaleoffset"),
    (305, "lzo"),
    (307, "bzip2"),
    (32000, "lzf"),
    (32001, "blosc"),
    (32004, "lz4"),
    (32008, "bitshuffle"),
    (32013, "zfp"),
    (32015, "zstd"),
    (32026, "blosc2"),
];

/// The name of a filter.
pub(crate) fn name_of(id: u16) -> String {
    let known = NAMES.iter().find(|(n, _)| *n == id);
    known.map_or_else(|| format!("filter {id}"), |(_, name)| (*name).to_owned())
}

impl Pipeline {
    /// The filters a file names.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`], naming one that is not offered.
    pub fn of(message: &FilterPipelineMessage, element: usize) -> Result<Self> {
        let filter = |f: &hdf5_reader::messages::filter_pipeline::FilterDescription| match f.id {
            1 => Ok(Filter::Deflate(f.client_data.first().copied().unwrap_or(6))),
            2 => Ok(Filter::Shuffle(f.client_data.first().map_or(element, |n| *n as usize))),
            3 => Ok(Filter::Fletcher32),
            32000 => Ok(Filter::Lzf),
            id => Err(Error::unsupported(format!("the HDF5 filter '{}'", name_of(id))).with_help(
                "offered are gzip, shuffle, fletcher32 and lzf; h5repack -f GZIP=4 rewrites a file",
            )),
        };
        message.filters.iter().map(filter).collect::<Result<_>>().map(Self)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether undoing the filters takes much longer than copying.
    pub fn is_compressed(&self) -> bool {
        self.0.iter().any(|filter| matches!(filter, Filter::Deflate(_) | Filter::Lzf))
    }

    /// Undoes the filters on `scratch.bytes`, except those whose bit is set in `mask`; `expected` bytes must come out.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] for bytes that the filters did not make.
    pub fn decode(&self, mask: u32, scratch: &mut Scratch, expected: usize) -> Result<()> {
        for (i, filter) in self.0.iter().enumerate().rev() {
            if i < 32 && mask & (1 << i) != 0 {
                continue;
            }
            let before = self.0.get(..i).unwrap_or(&[]);
            let limit = before.iter().fold(expected, |n, f| f.longest(n));
            filter.undo(scratch, limit)?;
        }
        if scratch.bytes.len() == expected {
            return Ok(());
        }
        Err(Error::data(format!("a chunk holds {} bytes instead of {expected}", scratch.bytes.len())))
    }

    /// Applies the filters to the bytes of a chunk.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the compressor fails.
    pub fn encode(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>> {
        for filter in &self.0 {
            bytes = filter.apply(bytes)?;
        }
        Ok(bytes)
    }
}

impl Filter {
    /// The most bytes the filter makes of `n`.
    fn longest(&self, n: usize) -> usize {
        match self {
            Self::Shuffle(_) => n,
            Self::Fletcher32 => n.saturating_add(4),
            Self::Deflate(_) | Self::Lzf => n.saturating_add(n / 16).saturating_add(128),
        }
    }

    /// Undoes the filter; what comes out has `limit` bytes at most.
    fn undo(&self, scratch: &mut Scratch, limit: usize) -> Result<()> {
        let Scratch { bytes, spare, inflate } = scratch;
        match self {
            Self::Deflate(_) => {
                // One byte of room shows that the stream ends where it should.
                room(spare, (limit + 1).min(bytes.len().saturating_mul(EXPANSION) + 64))?;
                inflate.reset(true);
                let status = inflate.decompress(bytes, spare, FlushDecompress::Finish);
                if !matches!(status, Ok(Status::StreamEnd)) {
                    return Err(Error::data("a gzip chunk is damaged"));
                }
                spare.truncate(inflate.total_out() as usize);
            }
            Self::Lzf => {
                room(spare, limit.min(bytes.len().saturating_mul(EXPANSION)))?;
                let length = lzf::decompress(bytes, spare);
                spare.truncate(length.ok_or_else(|| Error::data("an lzf chunk is damaged"))?);
            }
            Self::Shuffle(size) => {
                room(spare, bytes.len())?;
                shuffle::unshuffle(*size, bytes, spare);
            }
            Self::Fletcher32 => return strip_checksum(bytes),
        }
        std::mem::swap(bytes, spare);
        Ok(())
    }

    fn apply(&self, bytes: Vec<u8>) -> Result<Vec<u8>> {
        match self {
            Self::Shuffle(size) => {
                let mut out = vec![0; bytes.len()];
                shuffle::shuffle(*size, &bytes, &mut out);
                Ok(out)
            }
            Self::Fletcher32 => {
                let sum = hdf5_reader::checksum::fletcher32(&bytes);
                Ok([bytes, sum.to_le_bytes().to_vec()].concat())
            }
            Self::Deflate(level) => deflate(&bytes, *level),
            Self::Lzf => Ok(lzf::compress(&bytes)),
        }
    }
}

fn deflate(bytes: &[u8], level: u32) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 1000 + 64);
    let mut compress = Compress::new(Compression::new(level.min(9)), true);
    loop {
        let taken = bytes.get(compress.total_in() as usize..).unwrap_or(&[]);
        let status = compress.compress_vec(taken, &mut out, FlushCompress::Finish);
        match status.map_err(|e| Error::internal("compressing a chunk failed").with_source(e))? {
            Status::StreamEnd => return Ok(out),
            Status::Ok | Status::BufError => out.reserve(out.capacity().max(64)),
        }
    }
}

/// Makes a buffer `length` long, whatever it holds; an error where memory is short.
pub(crate) fn room(buffer: &mut Vec<u8>, length: usize) -> Result<()> {
    let more = length.saturating_sub(buffer.len());
    buffer.try_reserve_exact(more).map_err(|e| {
        Error::new(
            swath_error::ErrorKind::OutOfMemory,
            format!("a chunk of {length} bytes does not fit in memory"),
        )
        .with_source(e)
    })?;
    buffer.resize(length, 0);
    Ok(())
}

/// Checks and removes the four bytes at the end.
fn strip_checksum(bytes: &mut Vec<u8>) -> Result<()> {
    let damaged = || Error::data("a chunk's checksum is wrong: the chunk is damaged");
    let at = bytes.len().checked_sub(4).ok_or_else(damaged)?;
    let (data, stored) = bytes.split_at(at);
    let stored = u32::from_le_bytes(stored.try_into().unwrap_or_default());
    let sum = hdf5_reader::checksum::fletcher32(data);
    // HDF5 before 1.6.3 swapped the bytes of each half.
    let old = ((sum & 0x00ff_00ff) << 8) | ((sum >> 8) & 0x00ff_00ff);
    if stored != sum && stored != old {
        return Err(damaged());
    }
    bytes.truncate(at);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline() -> Pipeline {
        Pipeline(vec![Filter::Shuffle(8), Filter::Deflate(4), Filter::Lzf, Filter::Fletcher32])
    }

    #[test]
    fn filters_are_undone_in_reverse() {
        let data: Vec<u8> = (0..4000u64).flat_map(|i| (i * i).to_le_bytes()).collect();
        let stored = pipeline().encode(data.clone()).unwrap();
        assert!(stored.len() < data.len());
        let mut scratch = Scratch { bytes: stored.clone(), ..Scratch::default() };
        pipeline().decode(0, &mut scratch, data.len()).unwrap();
        assert_eq!(scratch.bytes, data);
        // The same buffers again; a wrong length and a flipped bit are errors.
        scratch.bytes.clone_from(&stored);
        assert!(pipeline().decode(0, &mut scratch, data.len() - 8).is_err());
        for i in [0, stored.len() / 2, stored.len() - 1] {
            scratch.bytes.clone_from(&stored);
            scratch.bytes[i] ^= 4;
            assert!(pipeline().decode(0, &mut scratch, data.len()).is_err());
        }
    }

    #[test]
    fn filters_can_be_skipped() {
        let data = vec![1u8; 64];
        let mut scratch = Scratch { bytes: data.clone(), ..Scratch::default() };
        pipeline().decode(0b1111, &mut scratch, 64).unwrap();
        assert_eq!(scratch.bytes, data);
    }

    #[test]
    fn little_input_makes_no_large_buffer() {
        let bomb = Pipeline(vec![Filter::Deflate(9)]);
        let mut scratch = Scratch { bytes: vec![0x78, 0x9c, 1, 2, 3], ..Scratch::default() };
        assert!(bomb.decode(0, &mut scratch, 1 << 40).is_err());
        assert!(scratch.spare.capacity() < 10_000);
    }
}
