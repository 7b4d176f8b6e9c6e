//! The same array in other chunks.

use swath_error::{Error, Result};

use crate::chunks::{Axis, ChunkSpec, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// The new chunks.
pub(crate) struct Rechunk {
    pub(crate) chunks: Chunks,
}

/// The array in the chunks asked for.
///
/// # Errors
/// As [`ChunkSpec::resolve`]; [`swath_error::ErrorKind::Unsupported`] when the present chunks are unknown.
pub fn rechunk(x: &Expr, spec: &ChunkSpec) -> Result<Expr> {
    let chunks = spec.resolve(&x.shape()?, x.dtype(), Some(x.chunks()))?;
    rechunk_to(x, chunks)
}

/// The array in exactly these chunks.
pub(crate) fn rechunk_to(x: &Expr, chunks: Chunks) -> Result<Expr> {
    if *x.chunks() == chunks {
        return Ok(x.clone());
    }
    if x.shape()? != chunks.shape()? {
        return Err(Error::internal(format!("an array of shape {} cannot be cut as {chunks}", x.chunks())));
    }
    let key = key_of("rechunk", &chunk_lists(&chunks)?, std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), chunks.clone(), Rechunk { chunks }, [x.clone()])
}

/// Chunks as they are encoded into keys.
pub(crate) fn chunk_lists(chunks: &Chunks) -> Result<Vec<&[usize]>> {
    chunks.axes().iter().map(Axis::sizes).collect()
}

impl ArrayNode for Rechunk {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        rechunk_to(super::sole(&inputs)?, self.chunks.clone())
    }

    fn label(&self) -> String {
        format!("rechunk{}", crate::explain::chunk_text(&self.chunks))
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::rechunk(expr, to)
    }
}
