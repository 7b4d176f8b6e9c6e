//! Axes of length 1 repeated, and new leading axes.

use swath_error::{Error, ErrorKind, Result};

use crate::broadcast::numpy_shape;
use crate::chunks::{Axis, ChunkSpec, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// The chunks of the result.
pub(crate) struct Broadcast {
    pub(crate) chunks: Chunks,
}

/// The array repeated until it has `shape`; new axes are one chunk unless `chunks` says otherwise.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when it does not broadcast to the shape.
pub fn broadcast_to(x: &Expr, shape: &[usize], chunks: Option<&ChunkSpec>) -> Result<Expr> {
    let own = x.chunks();
    let missing = shape.len().checked_sub(own.ndim()).ok_or_else(|| {
        Error::new(
            ErrorKind::ShapeMismatch,
            "input operand has more dimensions than allowed by the axis remapping",
        )
    })?;
    let wanted = match chunks {
        Some(spec) => spec.resolve(shape, x.dtype(), None)?,
        None => Chunks::single(shape),
    };
    let mut axes = Vec::with_capacity(shape.len());
    for (i, n) in shape.iter().enumerate() {
        let old = i.checked_sub(missing).and_then(|i| own.axes().get(i));
        axes.push(match old {
            Some(axis) if axis.length()? == *n => axis.clone(),
            Some(axis) if !axis.is_one() => return Err(mismatch(own, shape)),
            _ => wanted.axis(i)?.clone(),
        });
    }
    broadcast_chunked(x, Chunks::new(axes))
}

/// The array repeated into exactly these chunks.
pub(crate) fn broadcast_chunked(x: &Expr, chunks: Chunks) -> Result<Expr> {
    if *x.chunks() == chunks {
        return Ok(x.clone());
    }
    let sizes: Vec<Vec<usize>> =
        chunks.axes().iter().map(|a| Ok(a.sizes()?.to_vec())).collect::<Result<_>>()?;
    let key = key_of("broadcast", &sizes, std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), chunks.clone(), Broadcast { chunks }, [x.clone()])
}

fn mismatch(own: &Chunks, shape: &[usize]) -> Error {
    let wanted = Chunks::new(shape.iter().map(|n| Axis::whole(*n)));
    Error::new(
        ErrorKind::ShapeMismatch,
        format!(
            "operands could not be broadcast together with remapped shapes [original->remapped]: {} and requested \
             shape {}",
            numpy_shape(own),
            numpy_shape(&wanted)
        ),
    )
}

impl ArrayNode for Broadcast {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        broadcast_chunked(super::sole(&inputs)?, self.chunks.clone())
    }

    fn label(&self) -> String {
        format!("broadcast_to{}", self.chunks)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::broadcast(expr, to)
    }
}
