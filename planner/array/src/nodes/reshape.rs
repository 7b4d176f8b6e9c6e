//! Another shape of as many elements, chunk by chunk.

use swath_error::{Error, ErrorKind, Result};

use super::{permute, rechunk};
use crate::chunks::{Axis, Chunks, chunk_bytes};
use crate::expr::{ArrayNode, Expr, Node, key_of};
use crate::lower::{Grid, Lowering};
use crate::reshape_plan::{Plan, plan};

/// The chunks of the result; chunk `i` of the input becomes chunk `i` of the result.
pub(crate) struct Reshape {
    pub(crate) chunks: Chunks,
}

/// The elements in row-major order in another shape; one length may be -1 and follows from the others.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when the numbers of elements differ.
pub fn reshape(x: &Expr, shape: &[isize]) -> Result<Expr> {
    let own = x.shape()?;
    let wanted = resolve(&own, shape)?;
    if own.as_slice() == wanted {
        return Ok(x.clone());
    }
    if own.contains(&0) || x.chunks().blocks() == 1 {
        let single = rechunk::rechunk_to(x, Chunks::single(&own))?;
        return make(&single, Chunks::single(&wanted));
    }
    // Axes of length 1 are views; what is planned has none.
    let narrow = permute::squeeze(x, None)?;
    let long: Vec<usize> = wanted.iter().copied().filter(|n| *n != 1).collect();
    widen(&reshape_long(&narrow, &long)?, &wanted)
}

/// An array without axes of length 1 with those of the shape.
pub(super) fn widen(x: &Expr, wanted: &[usize]) -> Result<Expr> {
    let mut axes = 0..x.ndim();
    let map: permute::AxisMap = wanted.iter().map(|n| if *n == 1 { None } else { axes.next() }).collect();
    permute::permute(x, &map)
}

/// As [`reshape`], where no length is 1.
fn reshape_long(x: &Expr, wanted: &[usize]) -> Result<Expr> {
    let limit = (chunk_bytes() as usize / x.dtype().size()).max(1);
    match plan(x.chunks(), wanted, limit)? {
        Plan::Keep => Ok(x.clone()),
        Plan::Blocks { cut, result } => make(&rechunk::rechunk_to(x, cut)?, result),
        Plan::Through(middle) => reshape_long(&reshape_long(x, &middle)?, wanted),
    }
}

/// The shape with -1 filled in.
pub(super) fn resolve(own: &[usize], shape: &[isize]) -> Result<Vec<usize>> {
    let size: usize = own.iter().product();
    let open = shape.iter().filter(|n| **n == -1).count();
    if open > 1 {
        return Err(Error::argument("can only specify one unknown dimension"));
    }
    if let Some(n) = shape.iter().find(|n| **n < -1) {
        return Err(Error::argument(format!("negative dimensions not allowed: {n}")));
    }
    // A 0 among them makes any product 0; without one, a product too large for memory is that of no array.
    let lengths = || shape.iter().filter(|n| **n >= 0).map(|n| *n as usize);
    let known = if shape.contains(&0) { Some(0) } else { lengths().try_fold(1usize, usize::checked_mul) };
    let fits = known
        .is_some_and(|known| if open == 1 { known > 0 && size.is_multiple_of(known) } else { known == size });
    let known = known.unwrap_or(0);
    if !fits {
        let text: Vec<String> = shape.iter().map(ToString::to_string).collect();
        let comma = if shape.len() == 1 { "," } else { "" };
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("cannot reshape array of size {size} into shape ({}{comma})", text.join(",")),
        ));
    }
    Ok(shape.iter().map(|n| if *n == -1 { size / known.max(1) } else { *n as usize }).collect())
}

/// Every chunk in the shape it has in `chunks`, as many and in the same order.
pub(super) fn make(x: &Expr, chunks: Chunks) -> Result<Expr> {
    if *x.chunks() == chunks {
        return Ok(x.clone());
    }
    // Reshaping what was reshaped chunk by chunk is one reshape.
    if let Node::Reshape(_) = x.node() {
        return make(x.input()?, chunks);
    }
    let key = key_of("reshape", &rechunk::chunk_lists(&chunks)?, std::slice::from_ref(x))?;
    Expr::new(key, x.dtype(), chunks.clone(), Reshape { chunks }, [x.clone()])
}

impl ArrayNode for Reshape {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        make(super::sole(&inputs)?, self.chunks.clone())
    }

    fn label(&self) -> String {
        format!("reshape{}", self.chunks)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::reshape(expr, to)
    }
}

/// An axis of `n` elements in chunks of `size`.
pub(crate) fn regular(n: usize, size: usize) -> Axis {
    Axis::regular(n, size.clamp(1, n.max(1)))
}
