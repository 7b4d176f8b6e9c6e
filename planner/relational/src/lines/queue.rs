//! Which partition reads which block: contiguous runs, and, where order does not matter, the leftovers of others.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use swath_files::FileBlock;

/// A block, the file it belongs to, and its place among that file's blocks.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) file: usize,
    pub(crate) part: usize,
    pub(crate) block: FileBlock,
}

/// The blocks still to be read, one run per partition.
#[derive(Debug)]
pub(crate) struct Queue {
    runs: Mutex<Vec<VecDeque<Piece>>>,
    /// Whether a partition that has read its run may take from the others'.
    steal: bool,
}

impl Queue {
    pub(crate) fn new(runs: &[Vec<Piece>], steal: bool) -> Self {
        Self { runs: Mutex::new(runs.iter().map(|r| r.iter().cloned().collect()).collect()), steal }
    }

    /// The next block for a partition: the first of its own run, else the last of the longest other one.
    pub(crate) fn next(&self, partition: usize) -> Option<Piece> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(piece) = runs.get_mut(partition).and_then(VecDeque::pop_front) {
            return Some(piece);
        }
        if !self.steal {
            return None;
        }
        runs.iter_mut().max_by_key(|run| run.len()).and_then(VecDeque::pop_back)
    }
}

/// Cuts a list of blocks into `n` contiguous runs of about the same number of bytes.
pub(crate) fn runs(pieces: Vec<Piece>, n: usize) -> Vec<Vec<Piece>> {
    let total: u64 = pieces.iter().map(bytes).sum();
    let mut runs: Vec<Vec<Piece>> = vec![Vec::new(); n.max(1)];
    let mut seen = 0;
    for piece in pieces {
        // The run in whose share of the bytes the block's middle lies.
        let middle = seen + bytes(&piece) / 2;
        seen += bytes(&piece);
        let at = (u128::from(middle) * n as u128 / u128::from(total.max(1))) as usize;
        if let Some(run) = runs.get_mut(at.min(n.saturating_sub(1))) {
            run.push(piece);
        }
    }
    runs
}

fn bytes(piece: &Piece) -> u64 {
    piece.block.end - piece.block.start
}
