//! Where arrays begin: a source that is read, or values made from nothing, through a window.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;
use swath_array_io::ArraySource;
use swath_block::DType;
use swath_error::Result;
use swath_graph::Key;

use crate::chunks::{ChunkSpec, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::index::AxisSlice;
use crate::lower::{Grid, Lowering};
use crate::made::Made;

/// What is taken along each axis of the origin.
pub(crate) type Window = SmallVec<[AxisSlice; 4]>;

/// An origin seen through a window: slices of a leaf are leaves, so nothing is read that is not wanted.
#[derive(Clone)]
pub(crate) struct Leaf {
    pub(crate) origin: Origin,
    pub(crate) window: Window,
    pub(crate) chunks: Chunks,
}

/// Where the values come from.
#[derive(Clone)]
pub(crate) enum Origin {
    /// Made from their positions.
    Made(Made),
    /// Read.
    Source(Arc<dyn ArraySource>),
}

/// An array read from a source, cut as asked for.
///
/// # Errors
/// As [`ChunkSpec::resolve`].
pub fn from_source(source: Arc<dyn ArraySource>, spec: &ChunkSpec) -> Result<Expr> {
    let chunks = spec.resolve(source.shape(), source.dtype(), None)?;
    let window = source.shape().iter().map(|n| AxisSlice::full(*n)).collect();
    Leaf { origin: Origin::Source(source), window, chunks }.expr()
}

/// An array made from nothing, cut as asked for.
///
/// # Errors
/// As [`ChunkSpec::resolve`].
pub fn from_made(made: Made, shape: &[usize], spec: &ChunkSpec) -> Result<Expr> {
    let chunks = spec.resolve(shape, made.dtype(), None)?;
    let window = shape.iter().map(|n| AxisSlice::full(*n)).collect();
    Leaf { origin: Origin::Made(made), window, chunks }.expr()
}

impl Origin {
    fn dtype(&self) -> DType {
        match self {
            Self::Made(made) => made.dtype(),
            Self::Source(source) => source.dtype(),
        }
    }

    /// Whether producing a chunk costs next to nothing, so that it is made where it is used instead of held.
    pub(crate) fn is_free(&self) -> bool {
        match self {
            Self::Made(made) => made.is_free(),
            Self::Source(source) => source.in_memory(),
        }
    }

    /// Whether reading once and keeping what was read is quicker than reading twice.
    pub(crate) fn is_compressed(&self) -> bool {
        matches!(self, Self::Source(source) if source.is_compressed())
    }
}

impl Leaf {
    /// The expression of this leaf.
    pub(crate) fn expr(self) -> Result<Expr> {
        let sizes = super::rechunk::chunk_lists(&self.chunks)?;
        let key = match &self.origin {
            Origin::Made(made) => key_of("made", &(made, &self.window, &sizes), &[])?,
            Origin::Source(source) => {
                let key: Key = source.key();
                key_of("source", &(key, &self.window, &sizes), &[])?
            }
        };
        let (dtype, chunks) = (self.origin.dtype(), self.chunks.clone());
        Expr::new(key, dtype, chunks, self, [])
    }

    /// The same leaf, cut anew.
    pub(crate) fn rechunked(&self, chunks: Chunks) -> Result<Expr> {
        Self { chunks, ..self.clone() }.expr()
    }

    /// Part of the leaf; `chunks` are those of the part.
    pub(crate) fn sliced(&self, slices: &[AxisSlice], chunks: Chunks) -> Result<Expr> {
        let window = slices.iter().zip(&self.window).map(|(outer, inner)| outer.of(inner)).collect();
        Self { window, chunks, ..self.clone() }.expr()
    }

    /// Whether every chunk is made of whole pieces of the storage, so that no piece is read twice.
    pub(crate) fn aligns_with_storage(&self, chunks: &Chunks) -> bool {
        let Origin::Source(source) = &self.origin else { return true };
        let Some(storage) = source.storage_chunks() else { return true };
        chunks.axes().iter().zip(storage).zip(&self.window).all(|((axis, piece), window)| {
            let starts = axis.starts().unwrap_or_default();
            starts.iter().skip(1).all(|s| window.at(*s) % (*piece).max(1) == 0)
        })
    }
}

impl ArrayNode for Leaf {
    fn rebuild(&self, _: Vec<Expr>) -> Result<Expr> {
        self.clone().expr()
    }

    fn label(&self) -> String {
        let name = match &self.origin {
            Origin::Made(made) => made.to_string(),
            Origin::Source(source) => source.describe(),
        };
        let whole = match &self.origin {
            Origin::Made(_) => self.window.iter().all(|s| s.start == 0 && s.step == 1),
            Origin::Source(source) => self.window.iter().zip(source.shape()).all(|(s, n)| s.is_full(*n)),
        };
        if whole { name } else { format!("{name}[{}]", super::slice::show_all(&self.window)) }
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::leaf(self, expr.dtype(), expr.key(), to)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Made(made) => write!(f, "{made}"),
            Self::Source(source) => write!(f, "{source:?}"),
        }
    }
}
