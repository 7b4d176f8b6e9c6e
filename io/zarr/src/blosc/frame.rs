//! Frames of Blosc 1: a header, where each block begins, and the blocks.
//!
//! In: a frame, which may be damaged. Out: its contents. The format is described in c-blosc's `README_CHUNK_FORMAT.rst`.
//! It never makes room for more than its caller expects.

use super::{Damage, blosclz, shuffle};

/// Bytes before the blocks' beginnings.
pub(super) const HEADER: usize = 16;

/// Version of the format from which on frames are those of Blosc 2.
const BLOSC_2: u8 = 3;

const SHUFFLED: u8 = 1;
const STORED: u8 = 2;
const BIT_SHUFFLED: u8 = 4;
const NOT_SPLIT: u8 = 16;

struct Header {
    flags: u8,
    /// Bytes of an element.
    typesize: usize,
    /// Bytes of the contents, and of every block but the last.
    bytes: usize,
    block: usize,
}

impl Header {
    fn read(frame: &[u8], most: usize) -> Result<Self, Damage> {
        let [version, _, flags, typesize, ..] = frame else { return Err(cut()) };
        if *version >= BLOSC_2 {
            return Err(format!("a Blosc frame of version {version}, where at most 2 is read"));
        }
        let (bytes, block, stored) = (number(frame, 4)?, number(frame, 8)?, number(frame, 12)?);
        if stored != frame.len() {
            return Err(format!("a Blosc frame of {} bytes says that it has {stored}", frame.len()));
        }
        if bytes > most {
            return Err(format!("a Blosc frame of {bytes} bytes, where at most {most} fit"));
        }
        if bytes > 0 && block == 0 {
            return Err("a Blosc frame with empty blocks".to_owned());
        }
        Ok(Self { flags: *flags, typesize: usize::from(*typesize).max(1), bytes, block })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// In how many streams a block of this length is written.
    fn streams(&self, length: usize) -> usize {
        if self.has(NOT_SPLIT) || length < self.block { 1 } else { self.typesize }
    }
}

/// The contents of a frame, at most `most` bytes.
pub(super) fn decode(frame: &[u8], most: usize) -> Result<Vec<u8>, Damage> {
    let header = Header::read(frame, most)?;
    if header.has(STORED) {
        return Ok(part(frame, HEADER, header.bytes)?.to_vec());
    }
    // Before room is made: every block has a beginning in the frame.
    let blocks = header.bytes.div_ceil(header.block.max(1));
    part(frame, HEADER, blocks.checked_mul(4).ok_or_else(cut)?)?;
    let mut out = vec![0; header.bytes];
    let mut shuffled = Vec::new();
    for (i, block) in out.chunks_mut(header.block.max(1)).enumerate() {
        let start = number(frame, HEADER + 4 * i)?;
        read_block(&header, frame, start, block, &mut shuffled)?;
    }
    Ok(out)
}

fn read_block(
    header: &Header,
    frame: &[u8],
    start: usize,
    out: &mut [u8],
    shuffled: &mut Vec<u8>,
) -> Result<(), Damage> {
    let bytes = header.has(SHUFFLED) && header.typesize > 1;
    if !bytes && !header.has(BIT_SHUFFLED) {
        return read_streams(header, frame, start, out);
    }
    shuffled.resize(out.len(), 0);
    read_streams(header, frame, start, shuffled)?;
    if bytes {
        shuffle::undo_bytes(shuffled, out, header.typesize);
    } else {
        shuffle::undo_bits(shuffled, out, header.typesize);
    }
    Ok(())
}

fn read_streams(header: &Header, frame: &[u8], mut at: usize, out: &mut [u8]) -> Result<(), Damage> {
    let streams = header.streams(out.len());
    let length = out.len() / streams;
    if length == 0 || length * streams != out.len() {
        return Err("a block of a Blosc frame is not a number of elements".to_owned());
    }
    for stream in out.chunks_exact_mut(length) {
        let stored = number(frame, at)?;
        let bytes = part(frame, at + 4, stored)?;
        at += 4 + stored;
        if stored == length {
            stream.copy_from_slice(bytes);
        } else {
            inflate(header.flags >> 5, bytes, stream)?;
        }
    }
    Ok(())
}

/// Decompresses with the compressor of this number.
fn inflate(compressor: u8, bytes: &[u8], out: &mut [u8]) -> Result<(), Damage> {
    let damaged = |name: &str, e: &dyn std::fmt::Display| format!("a stream of {name} is damaged: {e}");
    let written = match compressor {
        0 => blosclz::decode(bytes, out).ok_or_else(|| "a stream of blosclz is damaged".to_owned())?,
        1 => lz4_flex::block::decompress_into(bytes, out).map_err(|e| damaged("lz4", &e))?,
        2 => snap::raw::Decoder::new().decompress(bytes, out).map_err(|e| damaged("snappy", &e))?,
        3 => inflate_zlib(bytes, out).map_err(|e| damaged("zlib", &e))?,
        4 => zstd::bulk::decompress_to_buffer(bytes, out).map_err(|e| damaged("zstd", &e))?,
        other => return Err(format!("a Blosc frame of the unknown compressor {other}")),
    };
    if written == out.len() {
        Ok(())
    } else {
        Err(format!("a stream of a Blosc frame has {written} bytes, not {}", out.len()))
    }
}

fn inflate_zlib(bytes: &[u8], out: &mut [u8]) -> std::io::Result<usize> {
    use std::io::Read as _;
    let mut reader = flate2::bufread::ZlibDecoder::new(bytes);
    let mut written = 0;
    while let Some(room) = out.get_mut(written..).filter(|room| !room.is_empty()) {
        match reader.read(room)? {
            0 => break,
            n => written += n,
        }
    }
    Ok(written)
}

/// The four bytes there, little-endian.
fn number(frame: &[u8], at: usize) -> Result<usize, Damage> {
    let bytes = part(frame, at, 4)?.try_into().map_err(|_| cut())?;
    Ok(u32::from_le_bytes(bytes) as usize)
}

fn part(frame: &[u8], at: usize, length: usize) -> Result<&[u8], Damage> {
    let end = at.checked_add(length).ok_or_else(cut)?;
    frame.get(at..end).ok_or_else(cut)
}

fn cut() -> Damage {
    "a Blosc frame ends early".to_owned()
}
