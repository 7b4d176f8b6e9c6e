//! The format's messages: an element type, a shape, a layout, filters, links.

use swath_block::DType;

use crate::filters::{Filter, Pipeline};

/// An address that is none.
pub(super) const UNDEFINED: u64 = u64::MAX;

/// A message of an object header: its number and its contents.
pub(super) type Message = (u8, Vec<u8>);

/// An object header with its checksum.
pub(super) fn header(messages: &[Message]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, contents) in messages {
        body.push(*kind);
        body.extend((contents.len() as u16).to_le_bytes());
        // An element type never changes.
        body.push(u8::from(*kind == DATATYPE));
        body.extend(contents);
    }
    let mut out = b"OHDR\x02\x02".to_vec();
    out.extend((body.len() as u32).to_le_bytes());
    out.extend(body);
    sealed(out)
}

/// The bytes and their checksum.
pub(super) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = hdf5_reader::checksum::jenkins_lookup3(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// The file's first bytes.
pub(super) fn superblock(root: u64, end: u64) -> Vec<u8> {
    let mut out = b"\x89HDF\r\n\x1a\n\x02\x08\x08\x00".to_vec();
    for word in [0, UNDEFINED, end, root] {
        out.extend(word.to_le_bytes());
    }
    sealed(out)
}

const DATASPACE: u8 = 0x01;
const LINK_INFO: u8 = 0x02;
const DATATYPE: u8 = 0x03;
const FILL_VALUE: u8 = 0x05;
const LINK: u8 = 0x06;
const LAYOUT: u8 = 0x08;
const GROUP_INFO: u8 = 0x0a;
const FILTERS: u8 = 0x0b;
const ATTRIBUTE: u8 = 0x0c;

/// A shape.
pub(super) fn dataspace(shape: &[usize]) -> Message {
    let mut out = vec![2, shape.len() as u8, 0, u8::from(!shape.is_empty())];
    out.extend(shape.iter().flat_map(|n| (*n as u64).to_le_bytes()));
    (DATASPACE, out)
}

/// An element type, as h5py writes it.
pub(super) fn datatype(dtype: DType) -> Message {
    (DATATYPE, element(dtype))
}

/// Text of any length in UTF-8: where it lies in a heap.
pub(super) fn text_type() -> Vec<u8> {
    let mut out = vec![0x19, 1, 1, 0];
    out.extend(16u32.to_le_bytes());
    out.extend([0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0]);
    out
}

/// A named value that belongs to a dataset: its type, its shape and its elements.
pub(super) fn attribute(name: &str, datatype: &[u8], shape: &[usize], data: &[u8]) -> Message {
    let (_, space) = dataspace(shape);
    let mut out = vec![3, 0];
    for length in [name.len() + 1, datatype.len(), space.len()] {
        out.extend((length as u16).to_le_bytes());
    }
    // The name is UTF-8.
    out.push(1);
    out.extend(name.as_bytes());
    out.push(0);
    out.extend([datatype, &space, data].concat());
    (ATTRIBUTE, out)
}

pub(super) fn element(dtype: DType) -> Vec<u8> {
    let size = dtype.size() as u32;
    match dtype {
        DType::Bool => {
            // An enumeration of a signed byte with two names.
            let mut out = vec![0x38, 2, 0, 0];
            out.extend(size.to_le_bytes());
            out.extend(element(DType::I8));
            out.extend(b"FALSE\0TRUE\0\0\x01");
            out
        }
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => integer(size, 0x08),
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => integer(size, 0),
        DType::F32 => float(size, 31, [23, 8, 0, 23], 127),
        DType::F64 => float(size, 63, [52, 11, 0, 52], 1023),
        DType::C64 => pair(size, DType::F32),
        DType::C128 => pair(size, DType::F64),
    }
}

fn integer(size: u32, sign: u8) -> Vec<u8> {
    let mut out = vec![0x10, sign, 0, 0];
    out.extend(size.to_le_bytes());
    out.extend([0, 0]);
    out.extend((8 * size as u16).to_le_bytes());
    out
}

fn float(size: u32, sign: u8, fields: [u8; 4], bias: u32) -> Vec<u8> {
    let mut out = vec![0x11, 0x20, sign, 0];
    out.extend(size.to_le_bytes());
    out.extend([0, 0]);
    out.extend((8 * size as u16).to_le_bytes());
    out.extend(fields);
    out.extend(bias.to_le_bytes());
    out
}

fn pair(size: u32, part: DType) -> Vec<u8> {
    let mut out = vec![0x36, 2, 0, 0];
    out.extend(size.to_le_bytes());
    for (name, offset) in [(b"r\0", 0), (b"i\0", part.size() as u8)] {
        out.extend(name);
        out.push(offset);
        out.extend(element(part));
    }
    out
}

/// Zeros where nothing was written.
pub(super) fn fill_value(chunked: bool) -> Message {
    let room_taken = if chunked { 3 } else { 2 };
    (FILL_VALUE, vec![3, room_taken | (2 << 2)])
}

/// Elements one after another.
pub(super) fn flat(at: u64, bytes: u64) -> Message {
    let at = if bytes == 0 { UNDEFINED } else { at };
    let mut out = vec![3, 1];
    out.extend(at.to_le_bytes());
    out.extend(bytes.to_le_bytes());
    (LAYOUT, out)
}

/// Elements in chunks that a tree finds.
pub(super) fn chunked(tree: u64, chunk: &[usize], size: usize) -> Message {
    let mut out = vec![3, 2, chunk.len() as u8 + 1];
    out.extend(tree.to_le_bytes());
    out.extend(chunk.iter().chain([&size]).flat_map(|n| (*n as u32).to_le_bytes()));
    (LAYOUT, out)
}

/// Filters in the order they were applied.
pub(super) fn filters(pipeline: &Pipeline, chunk_bytes: u32) -> Message {
    let mut out = vec![2, pipeline.0.len() as u8];
    for filter in &pipeline.0 {
        let (id, parameters) = match filter {
            Filter::Deflate(level) => (1u16, vec![*level]),
            Filter::Shuffle(size) => (2, vec![*size as u32]),
            Filter::Fletcher32 => (3, Vec::new()),
            // The filter's revision, the library's version, and the bytes of a chunk.
            Filter::Lzf => (32000, vec![4, 0x0105, chunk_bytes]),
        };
        out.extend(id.to_le_bytes());
        // Filters beyond the library's own have a name, here an empty one.
        if id >= 256 {
            out.extend([0, 0]);
        }
        out.extend([0, 0]);
        out.extend((parameters.len() as u16).to_le_bytes());
        out.extend(parameters.into_iter().flat_map(u32::to_le_bytes));
    }
    (FILTERS, out)
}

/// What every group says of itself.
pub(super) fn group() -> [Message; 2] {
    let mut info = vec![0, 0];
    info.extend([UNDEFINED, UNDEFINED].iter().flat_map(|a| a.to_le_bytes()));
    [(LINK_INFO, info), (GROUP_INFO, vec![0, 0])]
}

/// A name within a group.
pub(super) fn link(name: &str, at: u64) -> Message {
    // The name is UTF-8 and its length takes two bytes.
    let mut out = vec![1, 0x10 | 1, 1];
    out.extend((name.len() as u16).to_le_bytes());
    out.extend(name.as_bytes());
    out.extend(at.to_le_bytes());
    (LINK, out)
}
