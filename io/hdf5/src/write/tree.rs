//! The index of chunks: a tree of nodes of 64 entries, written from the leaves up.

use super::encode::UNDEFINED;
use super::part::Written;

/// Entries of a node.
const WIDTH: usize = 64;

/// A node's first chunk and where the node, or the chunk, lies.
struct Child {
    number: u64,
    size: u32,
    at: u64,
}

/// The tree of a dataset's chunks, for a place in the file.
pub(super) struct Tree<'a> {
    pub shape: &'a [usize],
    pub chunk: &'a [usize],
    /// Where the first byte of what is written lies in the file.
    pub base: u64,
}

impl Tree<'_> {
    /// Writes the nodes after `out`, and returns where the root lies; undefined when there are no chunks.
    pub fn write(&self, chunks: &[Written], out: &mut Vec<u8>) -> u64 {
        let mut level: Vec<Child> =
            chunks.iter().map(|w| Child { number: w.number, size: w.size, at: w.at }).collect();
        if level.is_empty() {
            return UNDEFINED;
        }
        // The key after the last: beyond every chunk.
        let last = level.last().map_or(0, |c| c.number);
        for height in 0.. {
            level = self.level(height, &level, last, out);
            if level.len() < 2 {
                break;
            }
        }
        level.first().map_or(UNDEFINED, |root| root.at)
    }

    fn level(&self, height: u8, children: &[Child], last: u64, out: &mut Vec<u8>) -> Vec<Child> {
        let key = 8 + 8 * (self.shape.len() + 1);
        let size = (24 + WIDTH * (key + 8) + key) as u64;
        let first = self.base + out.len() as u64;
        let count = children.len().div_ceil(WIDTH) as u64;
        let mut nodes = Vec::new();
        for (i, entries) in children.chunks(WIDTH).enumerate() {
            let i = i as u64;
            let at = first + i * size;
            let sibling = |exists: bool, at: u64| if exists { at } else { UNDEFINED };
            let mut node = b"TREE\x01".to_vec();
            node.push(height);
            node.extend((entries.len() as u16).to_le_bytes());
            node.extend(sibling(i > 0, at.wrapping_sub(size)).to_le_bytes());
            node.extend(sibling(i + 1 < count, at + size).to_le_bytes());
            for child in entries {
                node.extend(self.key(child.number, child.size, 0));
                node.extend(child.at.to_le_bytes());
            }
            let next = children.get((i as usize + 1) * WIDTH);
            node.extend(next.map_or_else(|| self.key(last, 0, 1), |c| self.key(c.number, c.size, 0)));
            node.resize(size as usize, 0);
            out.extend(node);
            nodes.extend(entries.first().map(|c| Child { number: c.number, size: c.size, at }));
        }
        nodes
    }

    /// A chunk's length, filter mask and first element; `beyond` chunks further along the first axis.
    fn key(&self, number: u64, size: u32, beyond: u64) -> Vec<u8> {
        let mut left = number;
        let mut offsets = vec![0; self.shape.len() + 1];
        for ((slot, n), c) in offsets.iter_mut().zip(self.shape).zip(self.chunk).rev() {
            let blocks = n.div_ceil(*c) as u64;
            *slot = left % blocks * *c as u64;
            left /= blocks;
        }
        if let (Some(slot), Some(c)) = (offsets.first_mut(), self.chunk.first()) {
            *slot += beyond * *c as u64;
        }
        let mut out = [size.to_le_bytes(), [0; 4]].concat();
        out.extend(offsets.iter().flat_map(|o| o.to_le_bytes()));
        out
    }
}
