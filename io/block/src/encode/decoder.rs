//! A block on its way in, message by message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow::array::{AsArray, RecordBatch};
use arrow::ipc::reader::StreamDecoder;
use arrow::ipc::{Message, MessageHeader, root_as_message};
use arrow_buffer::Buffer;
use swath_error::{Error, ErrorKind, Result};

use super::header::{self, ArrayNode, Node, PackedNode};
use super::landing::Landing;
use super::lazy::Encoded;
use crate::{Block, Chunk, Items, Shape, Strides, Table, Value};

/// Puts a block together from its header and the messages that follow. Any bytes may be handed in: those that do not
/// make a block give an error.
#[derive(Debug)]
pub struct BlockDecoder {
    nodes: Vec<Node>,
    /// The node after the one whose messages are coming.
    next: usize,
    current: Option<Leaf>,
    leaves: Vec<Block>,
    /// Bytes that may still come.
    left: u64,
}

/// The part whose messages are coming.
#[derive(Debug)]
enum Leaf {
    Array(ArrayNode, Landing),
    Packed(Node, Pieces),
    Rows(Node, Box<StreamDecoder>, Vec<RecordBatch>),
}

/// An encoding as it comes: kept where it arrived when it comes in one piece.
#[derive(Debug)]
enum Pieces {
    None,
    One(Buffer),
    Many(Landing),
}

/// The end of a stream of messages.
const END: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

fn wrong(what: impl std::fmt::Display) -> Error {
    Error::data(format!("a block cannot be decoded: {what}"))
}

impl BlockDecoder {
    /// Begins a block with its header. A block of more than `limit` bytes is refused before anything is taken for it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for bytes that are not a header; [`ErrorKind::OutOfMemory`] for a block above the limit.
    pub fn new(header: &[u8], limit: u64) -> Result<Self> {
        let nodes = header::read(header)?;
        let announced = nodes.iter().fold(0u64, |n, node| n.saturating_add(node.announced()));
        if announced > limit {
            return Err(too_large(announced, limit));
        }
        // Heads and padding come on top; what counts here is that there is an end.
        let left = limit.saturating_add(limit / 4).saturating_add(1 << 20);
        Ok(Self { nodes, next: 0, current: None, leaves: Vec::new(), left })
    }

    /// Takes the next message in: its head and its body.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] for a message that is malformed or does not belong to the block.
    pub fn push(&mut self, head: &[u8], body: Buffer) -> Result<()> {
        let taken = (head.len() as u64).saturating_add(body.len() as u64);
        self.left = self.left.checked_sub(taken).ok_or_else(|| wrong("it is longer than it may be"))?;
        let message = root_as_message(head).map_err(|e| wrong(format!("a message's head: {e}")))?;
        if message.header_type() == MessageHeader::Schema {
            self.close()?;
            self.open()?;
        }
        match &mut self.current {
            None => Err(wrong("it has parts that its header does not name")),
            Some(Leaf::Rows(_, decoder, batches)) => {
                let frame = frame(head)?;
                decode_rows(decoder, [frame, body], batches)
            }
            Some(_) if message.header_type() == MessageHeader::Schema => Ok(()),
            Some(Leaf::Array(_, landing)) => landing.extend(column_buffer(&message, &body, 1)?),
            Some(Leaf::Packed(node, pieces)) => pieces.add(binary_piece(&message, &body)?, node),
        }
    }

    /// The block, when all of it has come.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] when something is missing.
    pub fn finish(mut self) -> Result<Block> {
        self.close()?;
        if self.nodes.iter().skip(self.next).any(Node::has_messages) {
            return Err(wrong("it ends before its last part"));
        }
        header::assemble(&self.nodes, self.leaves)
    }

    /// Begins the next part that has messages.
    fn open(&mut self) -> Result<()> {
        let left = self.nodes.iter().enumerate().skip(self.next);
        let (at, node) = left
            .filter(|(_, node)| node.has_messages())
            .map(|(at, node)| (at, node.clone()))
            .next()
            .ok_or_else(|| wrong("it has parts that its header does not name"))?;
        self.next = at + 1;
        self.current = Some(match node {
            Node::Array(array) => {
                let bytes = usize::try_from(Node::Array(array.clone()).announced()).unwrap_or(usize::MAX);
                let landing = Landing::new(bytes, array.dtype.size())?;
                Leaf::Array(array, landing)
            }
            node @ (Node::Items(_) | Node::Value(_)) => Leaf::Packed(node, Pieces::None),
            node => Leaf::Rows(node, Box::default(), Vec::new()),
        });
        Ok(())
    }

    /// Ends the part whose messages have come.
    fn close(&mut self) -> Result<()> {
        let leaf = match self.current.take() {
            None => return Ok(()),
            Some(Leaf::Array(node, landing)) => array(&node, landing.finish())?,
            Some(Leaf::Packed(node, pieces)) => packed(&node, pieces.finish())?,
            Some(Leaf::Rows(node, mut decoder, mut batches)) => {
                decode_rows(&mut decoder, [Buffer::from(END)], &mut batches)?;
                rows(&node, &decoder, batches)?
            }
        };
        self.leaves.push(leaf);
        Ok(())
    }
}

fn too_large(bytes: u64, limit: u64) -> Error {
    Error::new(ErrorKind::OutOfMemory, format!("a block of {bytes} bytes is above the limit of {limit}"))
        .with_help("raise the memory limit or use smaller chunks")
}

impl Pieces {
    fn add(&mut self, piece: Buffer, node: &Node) -> Result<()> {
        *self = match std::mem::replace(self, Self::None) {
            Self::None => Self::One(piece),
            Self::One(first) => {
                let bytes = usize::try_from(node.announced()).unwrap_or(usize::MAX);
                let mut landing = Landing::new(bytes, 1)?;
                landing.extend(&first)?;
                landing.extend(&piece)?;
                Self::Many(landing)
            }
            Self::Many(mut landing) => {
                landing.extend(&piece)?;
                Self::Many(landing)
            }
        };
        Ok(())
    }

    fn finish(self) -> Buffer {
        match self {
            Self::None => Buffer::default(),
            Self::One(buffer) => buffer,
            Self::Many(landing) => landing.finish(),
        }
    }
}

/// One buffer of a record batch message.
fn column_buffer<'a>(message: &Message<'_>, body: &'a Buffer, index: usize) -> Result<&'a [u8]> {
    let (start, end) = column_range(message, index)?;
    body.get(start..end).ok_or_else(|| wrong("a buffer lies outside its message"))
}

fn column_range(message: &Message<'_>, index: usize) -> Result<(usize, usize)> {
    let batch = message.header_as_record_batch().ok_or_else(|| wrong("a message is not a record batch"))?;
    if batch.compression().is_some() {
        return Err(wrong("it is compressed"));
    }
    let buffers = batch.buffers().filter(|b| b.len() > index);
    let buffer = buffers.map(|b| *b.get(index)).ok_or_else(|| wrong("a buffer is missing"))?;
    let range = || {
        let start = usize::try_from(buffer.offset()).ok()?;
        Some((start, start.checked_add(usize::try_from(buffer.length()).ok()?)?))
    };
    range().ok_or_else(|| wrong("a buffer lies outside its message"))
}

/// The values of a binary column, all rows in one.
fn binary_piece(message: &Message<'_>, body: &Buffer) -> Result<Buffer> {
    let offsets = column_buffer(message, body, 1)?;
    let at = |bytes: &[u8]| {
        let n = bytes.try_into().map(i32::from_le_bytes).ok()?;
        usize::try_from(n).ok()
    };
    let ends = || Some((at(offsets.get(..4)?)?, at(offsets.get(offsets.len().checked_sub(4)?..)?)?));
    let (first, last) = ends().ok_or_else(|| wrong("a piece has no length"))?;
    let (start, end) = column_range(message, 2)?;
    let length = last.checked_sub(first).filter(|_| end <= body.len() && last <= end - start);
    let length = length.ok_or_else(|| wrong("a piece lies outside its message"))?;
    Ok(body.slice_with_length(start + first, length))
}

/// A message's head with the frame that it has in a file.
fn frame(head: &[u8]) -> Result<Buffer> {
    let length = u32::try_from(head.len()).map_err(|_| wrong("a message's head is too long"))?;
    let mut frame = Vec::with_capacity(head.len() + 8);
    frame.extend_from_slice(&[0xff; 4]);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(head);
    Ok(Buffer::from_vec(frame))
}

/// Hands bytes to Arrow's decoder. It looks at a message without a body only when more bytes come.
fn decode_rows<const N: usize>(
    decoder: &mut StreamDecoder,
    inputs: [Buffer; N],
    batches: &mut Vec<RecordBatch>,
) -> Result<()> {
    // Arrow's decoder checks what it reads, but answers some nonsense with a panic.
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        for mut input in inputs {
            while !input.is_empty() {
                batches.extend(decoder.decode(&mut input)?);
            }
        }
        Ok::<_, arrow::error::ArrowError>(())
    }));
    match decoded {
        Ok(Ok(())) => Ok(()),
        Ok(Err(e)) => Err(wrong(&e).with_source(e)),
        Err(_) => Err(wrong("a message is malformed")),
    }
}

fn rows(node: &Node, decoder: &StreamDecoder, batches: Vec<RecordBatch>) -> Result<Block> {
    let schema = decoder.schema().ok_or_else(|| wrong("its columns are not named"))?;
    let have: u64 = batches.iter().fold(0, |n, b| n.saturating_add(b.num_rows() as u64));
    match node {
        Node::Table { rows } if *rows == have => Ok(Table::new(schema, batches)?.into()),
        Node::Text { rows } if *rows == have => {
            let all = arrow::compute::concat_batches(&schema, &batches).map_err(|e| wrong(&e))?;
            let lines = all.columns().first().and_then(|c| c.as_string_opt::<i32>());
            let lines = lines.ok_or_else(|| wrong("its text is not a column of strings"))?;
            Ok(Items::Text(lines.clone()).into())
        }
        _ => Err(wrong(format!("it has {have} rows, which is not what its header says"))),
    }
}

/// A chunk over a buffer, seen as its node says.
pub(crate) fn array(node: &ArrayNode, data: Buffer) -> Result<Block> {
    let size = |n: &u64| usize::try_from(*n).map_err(|_| wrong("a length is too large"));
    let shape = node.shape.iter().map(size).collect::<Result<Shape>>()?;
    let strides = node.strides.iter().map(size).collect::<Result<Strides>>()?;
    let elements = size(&node.elements)?;
    if elements.checked_mul(node.dtype.size()) != Some(data.len()) {
        return Err(wrong(format!("it has {} bytes, which is not what its header says", data.len())));
    }
    // The product must be a size, also where one element stands for many; lengths of zero do not hide others.
    let all = shape.iter().try_fold(node.dtype.size(), |n, d| n.checked_mul((*d).max(1)));
    if all.is_none_or(|n| n > isize::MAX as usize) {
        return Err(wrong("its shape is too large"));
    }
    let flat = Chunk::from_buffer(data, node.dtype, &[elements])?;
    let chunk = flat.restride(shape, strides, 0).map_err(|e| wrong(e.message()))?;
    Ok(chunk.into())
}

/// A value or items that are decoded when they are first looked at.
pub(crate) fn packed(node: &Node, data: Buffer) -> Result<Block> {
    let check = |p: &PackedNode| {
        if p.encoded != data.len() as u64 {
            return Err(wrong(format!("it has {} bytes, which is not what its header says", data.len())));
        }
        Ok(Encoded::new(p, data.clone()))
    };
    match node {
        Node::Value(p) => Ok(Value::from_encoded(check(p)?).into()),
        Node::Items(p) => Ok(Items::from_encoded(check(p)?).into()),
        _ => Err(Error::internal("a part that is not an encoded value")),
    }
}
