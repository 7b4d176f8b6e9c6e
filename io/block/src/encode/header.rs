//! The header of a block: its parts in the order in which their messages come.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use crate::{Block, DType};

/// Parts of one block, tuples within tuples included.
const MOST_NODES: usize = 1 << 20;

/// Tuples within tuples.
const DEEPEST: usize = 64;

/// A block, or a part of one. A tuple is followed by its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Node {
    Unit,
    Table { rows: u64 },
    Array(ArrayNode),
    Text { rows: u64 },
    Items(PackedNode),
    Value(PackedNode),
    Tuple(u32),
}

/// An array chunk: how its buffer is to be seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ArrayNode {
    pub dtype: DType,
    pub shape: Vec<u64>,
    /// In elements; 0 along an axis on which one element stands for all.
    pub strides: Vec<u64>,
    /// Elements in the buffer.
    pub elements: u64,
}

/// A value, or a vector of items, as the bytes of its encoding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PackedNode {
    /// The Rust type of the value, or of one item.
    pub type_name: String,
    /// How many items; 1 for a value.
    pub items: u64,
    /// Bytes it takes in memory once it is decoded.
    pub bytes: u64,
    /// Bytes of its encoding.
    pub encoded: u64,
}

impl Node {
    /// Whether messages follow for it.
    pub fn has_messages(&self) -> bool {
        !matches!(self, Self::Unit | Self::Tuple(_))
    }

    /// Bytes that will be taken for it before its messages have come.
    pub fn announced(&self) -> u64 {
        match self {
            Self::Array(a) => a.elements.saturating_mul(a.dtype.size() as u64),
            Self::Items(p) | Self::Value(p) => p.encoded,
            _ => 0,
        }
    }
}

/// The bytes of a header.
///
/// # Errors
/// [`swath_error::ErrorKind::Unsupported`] for a block with too many or too deeply nested parts.
pub(crate) fn write(nodes: &[Node]) -> Result<Vec<u8>> {
    check(nodes).map_err(|e| Error::unsupported(format!("a block cannot travel: {}", e.message())))?;
    postcard::to_stdvec(nodes).map_err(|e| Error::internal(format!("a block's header: {e}")).with_source(e))
}

/// The parts in a header.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidData`] for bytes that are not a header.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Node>> {
    let (nodes, rest): (Vec<Node>, _) = postcard::take_from_bytes(bytes)
        .map_err(|e| Error::data(format!("a block's header cannot be decoded: {e}")).with_source(e))?;
    if !rest.is_empty() {
        return Err(Error::data("a block's header is longer than it says"));
    }
    check(&nodes)?;
    Ok(nodes)
}

/// Whether the parts make exactly one block.
fn check(nodes: &[Node]) -> Result<()> {
    if nodes.len() > MOST_NODES {
        return Err(Error::data(format!("it has more than {MOST_NODES} parts")));
    }
    // Parts that are still missing, of each tuple that is not complete.
    let mut open: Vec<u32> = vec![1];
    for node in nodes {
        let Some(missing) = open.last_mut() else {
            return Err(Error::data("a block's header has parts that belong to no tuple"));
        };
        *missing -= 1;
        if let Node::Tuple(parts) = node {
            open.push(*parts);
        }
        if open.len() > DEEPEST {
            return Err(Error::data(format!("its tuples are nested more than {DEEPEST} deep")));
        }
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    if open.is_empty() { Ok(()) } else { Err(Error::data("a block's header lacks parts")) }
}

/// Puts the parts of a checked header together.
pub(crate) fn assemble(nodes: &[Node], leaves: impl IntoIterator<Item = Block>) -> Result<Block> {
    let missing = || Error::data("a block lacks parts");
    let mut leaves = leaves.into_iter();
    let mut open: Vec<(usize, Vec<Block>)> = Vec::new();
    for node in nodes {
        let mut block = match node {
            Node::Tuple(0) => Block::Tuple([].into()),
            Node::Tuple(parts) => {
                open.push((*parts as usize, Vec::new()));
                continue;
            }
            Node::Unit => Block::Unit,
            _ => leaves.next().ok_or_else(missing)?,
        };
        loop {
            let Some((wanted, parts)) = open.last_mut() else { return Ok(block) };
            parts.push(block);
            if parts.len() < *wanted {
                break;
            }
            let (_, parts) = open.pop().ok_or_else(missing)?;
            block = Block::Tuple(parts.into());
        }
    }
    Err(missing())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_blocks_are_headers() {
        let unit = Node::Unit;
        assert!(check(std::slice::from_ref(&unit)).is_ok());
        assert!(check(&[Node::Tuple(2), unit.clone(), Node::Tuple(0)]).is_ok());
        assert!(check(&[]).is_err());
        assert!(check(&[unit.clone(), unit.clone()]).is_err());
        assert!(check(&[Node::Tuple(2), unit.clone()]).is_err());
        assert!(check(&[Node::Tuple(u32::MAX)]).is_err());
        assert!(check(&vec![Node::Tuple(1); 1000]).is_err());
    }

    #[test]
    fn tuples_come_together_again() {
        let nodes = [Node::Tuple(3), Node::Unit, Node::Tuple(1), Node::Tuple(0), Node::Text { rows: 0 }];
        let leaf = Block::value(7u8);
        let parts = assemble(&nodes, [leaf]).unwrap().into_tuple().unwrap();
        assert_eq!(parts.iter().map(Block::kind).collect::<Vec<_>>(), ["unit", "tuple", "value"]);
        assert!(assemble(&nodes, []).is_err());
    }
}
