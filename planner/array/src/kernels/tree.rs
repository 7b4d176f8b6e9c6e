//! Partial results of chunks, combined in a tree, finished once.

use serde::{Deserialize, Serialize};
use swath_block::Chunk;
use swath_error::{Error, Result};
use swath_kernels::{
    bincount, bincount_merge, histogram, summarize, summary_merge, summary_quantile, top, top_of, unique,
    unique_merge,
};

use super::UserFold;

/// One way of folding an array.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum TreeKernel {
    /// The largest or smallest elements along an axis and where they are; `starts` are those of the chunks there.
    Top { axis: usize, k: usize, largest: bool, starts: Vec<usize> },
    /// Distinct elements, the first of each, and how many; `starts` are those of the chunks, empty when nobody asks.
    Unique { starts: Vec<usize> },
    /// Occurrences of whole numbers; the second input, if there is one, are weights.
    Bincount { least: usize, most: Option<usize> },
    /// Elements per bin: the coordinates along `axes` axes, as many edges, and weights if there is one more input.
    Histogram { axes: usize },
    /// Approximate quantiles.
    Summary { q: Vec<f64> },
    /// A user's functions.
    User(UserFold),
}

impl TreeKernel {
    /// A name for layers and `explain()`.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Top { .. } => "topk",
            Self::Unique { .. } => "unique",
            Self::Bincount { .. } => "bincount",
            Self::Histogram { .. } => "histogram",
            Self::Summary { .. } => "percentile",
            Self::User(fold) => fold.name(),
        }
    }

    /// The kernel as it leaves this process.
    pub(crate) fn travelling(&self) -> Result<Self> {
        match self {
            Self::User(fold) => Ok(Self::User(fold.travelling()?)),
            other => Ok(other.clone()),
        }
    }

    /// The partial result of the chunks at place `at` of the grid.
    pub(crate) fn partial(&self, chunks: &[Chunk], at: &[usize]) -> Result<Vec<Chunk>> {
        let first = chunks.first().ok_or_else(|| Error::internal("a fold without an input"))?;
        match self {
            Self::Top { axis, k, largest, starts } => {
                let start = at.get(*axis).and_then(|i| starts.get(*i)).copied().unwrap_or(0);
                let (values, positions) = top(first, *axis, *k, *largest, start)?;
                Ok(vec![values, positions])
            }
            Self::Unique { starts } => {
                let start = at.first().and_then(|i| starts.get(*i)).copied().unwrap_or(0);
                Ok(unique(first, start)?.into())
            }
            Self::Bincount { least, most } => Ok(vec![bincount(first, chunks.get(1), *least, *most)?]),
            Self::Histogram { axes } => {
                let (points, rest) = chunks.split_at_checked(*axes).unwrap_or((chunks, &[]));
                let (edges, weights) = rest.split_at_checked(*axes).unwrap_or((rest, &[]));
                Ok(vec![histogram(points, edges, weights.first())?])
            }
            Self::Summary { .. } => Ok(summarize(first)?.into()),
            Self::User(fold) => Ok(vec![fold.partial(first)?]),
        }
    }

    /// One partial result of several, given in row-major order of their places; there is at least one.
    pub(crate) fn combine(&self, mut parts: Vec<Vec<Chunk>>) -> Result<Vec<Chunk>> {
        // Users' functions are called even where there is one: it may not be finished yet.
        if parts.len() == 1 {
            return Ok(parts.pop().unwrap_or_default());
        }
        match self {
            Self::Top { axis, k, largest, .. } => {
                let parts = parts.into_iter().map(two).collect::<Result<Vec<_>>>()?;
                let pairs: Vec<_> = parts.into_iter().map(|[v, p]| (v, p)).collect();
                let (values, positions) = top_of(&pairs, *axis, *k, *largest)?;
                Ok(vec![values, positions])
            }
            Self::Unique { .. } => {
                Ok(unique_merge(&parts.into_iter().map(array).collect::<Result<Vec<_>>>()?)?.into())
            }
            Self::Bincount { .. } | Self::Histogram { .. } => self.added(parts),
            Self::Summary { .. } => {
                Ok(summary_merge(&parts.into_iter().map(two).collect::<Result<Vec<_>>>()?)?.into())
            }
            Self::User(fold) => Ok(vec![fold.combine(&firsts(parts)?)?]),
        }
    }

    /// Counts added up.
    fn added(&self, parts: Vec<Vec<Chunk>>) -> Result<Vec<Chunk>> {
        let parts = firsts(parts)?;
        let shape = parts.first().map(|c| c.shape().to_vec()).unwrap_or_default();
        let flat = parts.iter().map(|c| swath_kernels::reshape(c, &[c.len()])).collect::<Result<Vec<_>>>()?;
        let sum = bincount_merge(&flat)?;
        let is_fixed = matches!(self, Self::Histogram { .. });
        Ok(vec![if is_fixed { swath_kernels::reshape(&sum, &shape)? } else { sum }])
    }

    /// Result `output` of the last partial result.
    pub(crate) fn finish(&self, parts: Vec<Chunk>, output: usize) -> Result<Chunk> {
        match self {
            Self::Summary { q } => summary_quantile(&two(parts)?, q),
            Self::User(fold) => {
                let part = parts.into_iter().next().ok_or_else(|| Error::internal("nothing to finish"))?;
                fold.finish(&part)
            }
            _ => parts
                .into_iter()
                .nth(output)
                .ok_or_else(|| Error::internal(format!("{} has no result {output}", self.name()))),
        }
    }
}

fn array<const N: usize>(parts: Vec<Chunk>) -> Result<[Chunk; N]> {
    parts
        .try_into()
        .map_err(|p: Vec<Chunk>| Error::internal(format!("a partial result has {} chunks", p.len())))
}

fn two(parts: Vec<Chunk>) -> Result<[Chunk; 2]> {
    array(parts)
}

fn firsts(parts: Vec<Vec<Chunk>>) -> Result<Vec<Chunk>> {
    let first = |p: Vec<Chunk>| p.into_iter().next();
    parts
        .into_iter()
        .map(first)
        .collect::<Option<_>>()
        .ok_or_else(|| Error::internal("an empty partial result"))
}
