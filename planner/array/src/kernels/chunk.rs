//! From the chunks at one place of the grid to the result's chunk.

use serde::{Deserialize, Serialize};
use swath_block::Chunk;
use swath_error::{Error, Result};
use swath_kernels::{
    QuantileMethod, Side, Tail, argsort, bin_edges, digitize, is_in, mask_axis, nonzero, quantile, reshape,
    search_sorted, sort, tail, take_along_axis, take_indices,
};

/// One function of the chunks at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum ChunkKernel {
    /// Sorted along an axis that is one chunk.
    Sort { axis: usize },
    /// The positions that sort an axis that is one chunk.
    Argsort { axis: usize },
    /// Quantiles along an axis that is one chunk.
    Quantile { axis: usize, q: Vec<f64>, method: QuantileMethod, skip_nan: bool },
    /// What lies along an axis where the second input, a boolean vector, is true.
    Compress { axis: usize },
    /// The positions of elements that are not zero; `starts` are those of the chunks.
    Nonzero { starts: Vec<usize> },
    /// The elements at the positions of the second input, lane by lane.
    TakeAlong { axis: usize },
    /// The elements at the positions of the second input, a vector.
    TakeIndices { axis: usize },
    /// Where the second input, which has a first axis of length 1 for the chunks of the first, would be inserted into the
    /// first.
    SearchSorted { side: Side },
    /// The bins, the first input, of the second input.
    Digitize { right: bool },
    /// Whether the second input is among the first; axes as above.
    IsIn,
    /// The edges of bins between the first and the second input.
    BinEdges { bins: usize },
    /// The lengths of the chunk itself.
    Lengths,
    /// The chunk itself, whose whole numbers are all in `0..below`; the error for another one begins with `complaint`.
    Within { below: u64, complaint: String },
    /// How likely a value at least as large as the first input is; the others are degrees of freedom.
    Tail { of: Tail },
}

impl ChunkKernel {
    /// A name for layers and `explain()`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Sort { .. } => "sort",
            Self::Argsort { .. } => "argsort",
            Self::Quantile { .. } => "quantile",
            Self::Compress { .. } => "compress",
            Self::Nonzero { .. } => "nonzero",
            Self::TakeAlong { .. } => "take_along_axis",
            Self::TakeIndices { .. } => "take",
            Self::SearchSorted { .. } => "searchsorted",
            Self::Digitize { .. } => "digitize",
            Self::IsIn => "isin",
            Self::BinEdges { .. } => "bin_edges",
            Self::Lengths => "lengths",
            Self::Within { .. } => "within",
            Self::Tail { .. } => "tail",
        }
    }

    /// The result for the chunks at place `at` of the grid.
    pub(crate) fn run(&self, chunks: &[Chunk], at: &[usize]) -> Result<Chunk> {
        let input = |i: usize| {
            chunks.get(i).ok_or_else(|| Error::internal(format!("{} lacks input {i}", self.name())))
        };
        match self {
            Self::Sort { axis } => sort(input(0)?, *axis),
            Self::Argsort { axis } => argsort(input(0)?, *axis),
            Self::Quantile { axis, q, method, skip_nan } => quantile(input(0)?, *axis, q, *method, *skip_nan),
            Self::Compress { axis } => mask_axis(input(0)?, *axis, &flat(input(1)?)?),
            Self::Nonzero { starts } => {
                let start = at.first().and_then(|i| starts.get(*i)).copied().unwrap_or(0);
                nonzero(input(0)?, start)
            }
            Self::TakeAlong { axis } => take_along_axis(input(0)?, input(1)?, *axis),
            Self::TakeIndices { axis } => take_indices(input(0)?, input(1)?, *axis),
            Self::SearchSorted { side } => search_sorted(&flat(input(0)?)?, input(1)?, *side),
            Self::Digitize { right } => digitize(&flat(input(0)?)?, input(1)?, *right),
            Self::IsIn => is_in(input(1)?, input(0)?),
            Self::BinEdges { bins } => bin_edges(input(0)?, input(1)?, *bins),
            Self::Lengths => {
                let own: Vec<i64> = input(0)?.shape().iter().map(|n| *n as i64).collect();
                let count = [own.len()];
                Chunk::from_vec(own, &count)
            }
            Self::Within { below, complaint } => within(input(0)?, *below, complaint),
            Self::Tail { of } => tail(*of, input(0)?, chunks.get(1..).unwrap_or(&[])),
        }
    }
}

/// The elements along one axis.
fn flat(chunk: &Chunk) -> Result<Chunk> {
    reshape(chunk, &[chunk.len()])
}

/// The chunk, when all its numbers are in `0..below`.
fn within(chunk: &Chunk, below: u64, complaint: &str) -> Result<Chunk> {
    let outside = |v: &&i64| u64::try_from(**v).map_or(true, |v| v >= below);
    match chunk.view::<i64>()?.iter().find(outside) {
        Some(v) => Err(Error::argument(format!("{complaint}: {v} is not in 0..{below}"))),
        None => Ok(chunk.clone()),
    }
}
