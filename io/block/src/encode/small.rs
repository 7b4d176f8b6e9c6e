//! Small blocks as one run of bytes, so that many fit into one message.

use arrow_buffer::Buffer;
use swath_error::{Error, Result};

use super::header::{self, Node};
use super::landing::Landing;
use super::{decoder, parts};
use crate::{Block, Items};

/// The header and the bytes of a block that is a value, items, an array chunk or nothing, when they are at most `most`
/// bytes; none for any other block.
///
/// # Errors
/// As [`super::BlockEncoder::new`].
pub fn encode_small(block: &Block, most: u64) -> Result<Option<(Vec<u8>, Buffer)>> {
    if block.bytes() > most {
        return Ok(None);
    }
    let (node, bytes) = match block {
        Block::Unit => (Node::Unit, Buffer::default()),
        Block::Array(chunk) => {
            let (node, bytes) = parts::array_node(chunk)?;
            (Node::Array(node), bytes)
        }
        Block::Value(value) => {
            let (node, bytes) = parts::value_node(value)?;
            (Node::Value(node), bytes)
        }
        Block::Items(items) if !matches!(**items, Items::Text(_)) => {
            let (node, bytes) = parts::items_node(items)?;
            (Node::Items(node), bytes)
        }
        _ => return Ok(None),
    };
    if bytes.len() as u64 > most {
        return Ok(None);
    }
    Ok(Some((header::write(&[node])?, bytes)))
}

/// The block of [`encode_small`].
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] for bytes that are not such a block.
pub fn decode_small(header: &[u8], bytes: Buffer) -> Result<Block> {
    let nodes = header::read(header)?;
    match nodes.as_slice() {
        [Node::Unit] if bytes.is_empty() => Ok(Block::Unit),
        [Node::Array(node)] => {
            let mut landing = Landing::new(bytes.len(), node.dtype.size())?;
            landing.extend(&bytes)?;
            decoder::array(node, landing.finish())
        }
        [node @ (Node::Value(_) | Node::Items(_))] => decoder::packed(node, bytes),
        _ => Err(Error::data("a small block is of a kind that does not travel this way")),
    }
}
