//! Which chunks of a dataset are stored, and where.

use std::ops::Range;

use hdf5_reader::Storage;
use hdf5_reader::btree_v1::{BTreeV1Key, collect_btree_v1_leaves_storage};
use hdf5_reader::chunk_index::{self, ChunkEntry};
use hdf5_reader::error::Error as Cause;
use hdf5_reader::extensible_array::collect_extensible_array_chunk_entries_storage;
use hdf5_reader::fixed_array::collect_fixed_array_chunk_entries_storage;
use hdf5_reader::io::Cursor;
use hdf5_reader::messages::layout::ChunkIndexing;
use hdf5_reader::superblock::Superblock;

/// Where a chunk lies in the file, and what was not done to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Its first byte, from the superblock on.
    pub at: u64,
    /// Its bytes as stored; 0 where the index does not say, because every chunk has its full size.
    pub size: u64,
    /// A bit for each filter that was skipped.
    pub mask: u32,
}

/// What finding the chunks takes.
#[derive(Clone, Debug)]
pub(crate) struct IndexPlan {
    /// Where the index lies; none when no chunk was ever written.
    pub address: Option<u64>,
    pub kind: Option<ChunkIndexing>,
    pub shape: Vec<u64>,
    pub max_shape: Option<Vec<u64>>,
    pub chunk: Vec<u32>,
    pub element: usize,
}

/// The stored chunks, by their number in row-major order of the grid.
#[derive(Debug, Default)]
pub(crate) struct ChunkIndex {
    grid: Vec<u64>,
    chunks: Vec<(u64, Stored)>,
}

impl IndexPlan {
    /// Reads the whole index.
    ///
    /// # Errors
    /// The reader's, for an index that is damaged.
    pub fn load(&self, storage: &dyn Storage, superblock: &Superblock) -> Result<ChunkIndex, Cause> {
        let grid: Vec<u64> =
            self.shape.iter().zip(&self.chunk).map(|(n, c)| n.div_ceil(u64::from((*c).max(1)))).collect();
        let entries = match self.address {
            None => Vec::new(),
            Some(address) => self.entries(storage, superblock, address)?,
        };
        let undefined = |e: &ChunkEntry| Cursor::is_undefined_offset(e.address, superblock.offset_size);
        let number = |e: &ChunkEntry| number(&e.offsets, &self.chunk, &grid);
        let mut chunks: Vec<(u64, Stored)> = entries
            .iter()
            .filter(|e| !undefined(e))
            // Chunks beyond the shape are left over from a larger one.
            .filter_map(|e| Some((number(e)?, Stored { at: e.address, size: e.size, mask: e.filter_mask })))
            .collect();
        chunks.sort_unstable_by_key(|(number, _)| *number);
        chunks.dedup_by_key(|(number, _)| *number);
        Ok(ChunkIndex { grid, chunks })
    }

    fn entries(
        &self,
        storage: &dyn Storage,
        superblock: &Superblock,
        at: u64,
    ) -> Result<Vec<ChunkEntry>, Cause> {
        let (offset, length) = (superblock.offset_size, superblock.length_size);
        let rank = self.shape.len();
        match &self.kind {
            None => {
                let leaves = collect_btree_v1_leaves_storage(
                    storage,
                    at,
                    offset,
                    length,
                    Some(rank as u32),
                    &self.chunk,
                    None,
                )?;
                leaves.into_iter().map(|(key, address)| leaf(key, address, rank)).collect()
            }
            Some(ChunkIndexing::SingleChunk { filtered_size, filters }) => {
                Ok(vec![chunk_index::single_chunk_entry(at, *filtered_size, *filters, rank)])
            }
            Some(ChunkIndexing::BTreeV2) => chunk_index::collect_v2_chunk_entries_storage(
                storage,
                at,
                offset,
                length,
                rank as u32,
                &self.chunk,
                None,
            ),
            Some(ChunkIndexing::Implicit) => chunk_index::collect_implicit_chunk_entries(
                at,
                self.numbered(),
                &self.chunk,
                self.element,
                None,
                storage.len(),
            ),
            Some(ChunkIndexing::FixedArray { .. }) => collect_fixed_array_chunk_entries_storage(
                storage,
                at,
                offset,
                length,
                self.numbered(),
                &self.chunk,
                None,
            ),
            Some(ChunkIndexing::ExtensibleArray { .. }) => collect_extensible_array_chunk_entries_storage(
                storage,
                at,
                offset,
                length,
                &self.shape,
                self.max_shape.as_deref(),
                &self.chunk,
                None,
            ),
        }
    }

    /// The shape over which implicit indices and fixed arrays number their chunks: the largest that the dataset may grow to.
    fn numbered(&self) -> &[u64] {
        let most = self.max_shape.as_deref().filter(|most| most.len() == self.shape.len());
        most.filter(|most| most.iter().zip(&self.shape).all(|(m, n)| m >= n && *m < u64::MAX))
            .unwrap_or(&self.shape)
    }
}

fn leaf(key: BTreeV1Key, address: u64, rank: usize) -> Result<ChunkEntry, Cause> {
    match key {
        BTreeV1Key::RawData { chunk_size, filter_mask, mut offsets } if offsets.len() >= rank => {
            offsets.truncate(rank);
            Ok(ChunkEntry { address, size: chunk_size.into(), filter_mask, offsets })
        }
        _ => Err(Cause::InvalidData("a chunk index holds something else".to_owned())),
    }
}

/// The number of the chunk that starts at `offsets`; none for one that is not of the grid.
fn number(offsets: &[u64], chunk: &[u32], grid: &[u64]) -> Option<u64> {
    if offsets.len() != grid.len() {
        return None;
    }
    let mut number = 0u64;
    for ((offset, chunk), blocks) in offsets.iter().zip(chunk).zip(grid) {
        let chunk = u64::from((*chunk).max(1));
        let at = offset / chunk;
        if offset % chunk != 0 || at >= *blocks {
            return None;
        }
        number = number.checked_mul(*blocks)?.checked_add(at)?;
    }
    Some(number)
}

impl ChunkIndex {
    /// The stored chunks within a box of the grid, with their places in the grid, and how many the box has.
    pub fn within(&self, boxed: &[Range<u64>]) -> (Vec<(Vec<u64>, Stored)>, u64) {
        let lengths = boxed.iter().map(|r| r.end.saturating_sub(r.start));
        let count = lengths.fold(1u64, u64::saturating_mul);
        // A box of many chunks, few of which are stored, is found the other way round.
        let found =
            if count / 8 > self.chunks.len() as u64 { self.scan(boxed) } else { self.look_up(boxed, count) };
        (found, count)
    }

    fn scan(&self, boxed: &[Range<u64>]) -> Vec<(Vec<u64>, Stored)> {
        let place = |number: u64| {
            let mut left = number;
            let mut at = vec![0; self.grid.len()];
            for (slot, blocks) in at.iter_mut().zip(&self.grid).rev() {
                *slot = left % (*blocks).max(1);
                left /= (*blocks).max(1);
            }
            at
        };
        let all = self.chunks.iter().map(|(number, stored)| (place(*number), *stored));
        all.filter(|(at, _)| at.iter().zip(boxed).all(|(i, range)| range.contains(i))).collect()
    }

    fn look_up(&self, boxed: &[Range<u64>], count: u64) -> Vec<(Vec<u64>, Stored)> {
        let mut at: Vec<u64> = boxed.iter().map(|r| r.start).collect();
        let mut found = Vec::new();
        for _ in 0..count {
            let number = at.iter().zip(&self.grid).fold(0u64, |n, (i, blocks)| n * blocks + i);
            if let Ok(i) = self.chunks.binary_search_by_key(&number, |(n, _)| *n) {
                found.extend(self.chunks.get(i).map(|(_, stored)| (at.clone(), *stored)));
            }
            for (i, range) in at.iter_mut().zip(boxed).rev() {
                *i += 1;
                if *i < range.end {
                    break;
                }
                *i = range.start;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_find_the_same() {
        let stored = |at| Stored { at, size: 0, mask: 0 };
        let chunks = (0..35u64).filter(|n| n % 3 == 0).map(|n| (n, stored(n))).collect();
        let index = ChunkIndex { grid: vec![5, 7], chunks };
        for boxed in [[0..5, 0..7], [1..3, 2..6], [4..5, 6..7], [2..2, 0..7]] {
            let count = boxed.iter().map(|r| r.end - r.start).product();
            assert_eq!(index.scan(&boxed), index.look_up(&boxed, count), "{boxed:?}");
            assert_eq!(index.within(&boxed).1, count);
        }
        assert_eq!(index.within(&[1..2, 2..3]).0, [(vec![1, 2], stored(9))]);
    }

    #[test]
    fn chunks_of_another_grid_are_left_out() {
        assert_eq!(number(&[20, 30], &[10, 10], &[5, 7]), Some(17));
        assert_eq!(number(&[25, 30], &[10, 10], &[5, 7]), None);
        assert_eq!(number(&[50, 0], &[10, 10], &[5, 7]), None);
        assert_eq!(number(&[0], &[10, 10], &[5, 7]), None);
    }
}
