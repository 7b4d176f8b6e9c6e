//! Arrays one after another along an axis. Costs no task: the grids are put side by side.

use swath_error::{Error, ErrorKind, Result};
use swath_kernels::promote;

use super::{elementwise, permute, rechunk};
use crate::axes::{Axes, normalize_axis};
use crate::chunks::{Axis, Chunks, common_axis};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// The axis along which the inputs follow each other.
pub(crate) struct Concat {
    pub(crate) axis: usize,
}

/// The arrays joined along an existing axis, converted to their common type.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when they differ along another axis.
pub fn concatenate(arrays: &[Expr], axis: isize) -> Result<Expr> {
    let first = arrays.first().ok_or_else(|| Error::argument("need at least one array to concatenate"))?;
    if first.ndim() == 0 {
        return Err(Error::new(ErrorKind::ShapeMismatch, "zero-dimensional arrays cannot be concatenated"));
    }
    let axis = normalize_axis(axis, first.ndim())?;
    let dtype = arrays.iter().map(Expr::dtype).reduce(promote).unwrap_or(first.dtype());
    let chunks = common_chunks(arrays, axis)?;
    let inputs = arrays
        .iter()
        .map(|x| {
            let own = x.chunks().axis(axis)?.clone();
            let cut = rechunk::rechunk_to(x, chunks.clone().with_axis(axis, own))?;
            elementwise::astype(&cut, dtype)
        })
        .collect::<Result<Vec<_>>>()?;
    join(inputs, axis)
}

/// The arrays joined along a new axis.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when their shapes differ.
pub fn stack(arrays: &[Expr], axis: isize) -> Result<Expr> {
    let first = arrays.first().ok_or_else(|| Error::argument("need at least one array to stack"))?;
    if arrays.iter().any(|a| a.chunks().to_string() != first.chunks().to_string()) {
        return Err(Error::new(ErrorKind::ShapeMismatch, "all input arrays must have the same shape"));
    }
    let expanded =
        arrays.iter().map(|a| permute::expand_dims(a, &Axes::from(axis))).collect::<Result<Vec<_>>>()?;
    concatenate(&expanded, axis)
}

/// The chunks all arrays share, except along `axis`.
fn common_chunks(arrays: &[Expr], axis: usize) -> Result<Chunks> {
    let first = arrays.first().map(Expr::ndim).unwrap_or_default();
    let mut axes = Vec::with_capacity(first);
    for (i, a) in arrays.iter().enumerate() {
        if a.ndim() != first {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "all the input array dimensions must match exactly, but the array at index 0 has {first} \
                     dimension(s) and the array at index {i} has {} dimension(s)",
                    a.ndim()
                ),
            ));
        }
    }
    for d in 0..first {
        let along = arrays.iter().map(|a| a.chunks().axis(d)).collect::<Result<Vec<&Axis>>>()?;
        if d == axis {
            axes.push(Axis::whole(0));
            continue;
        }
        let lengths: Vec<Option<usize>> = along.iter().map(|a| a.known_len()).collect();
        if let Some((i, n)) = lengths.iter().enumerate().find(|(_, n)| Some(*n) != lengths.first()) {
            let text = |n: Option<usize>| n.map_or("unknown".to_string(), |n| n.to_string());
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!(
                    "all the input array dimensions except for the concatenation axis must match exactly, but along \
                     dimension {d}, the array at index 0 has size {} and the array at index {i} has size {}",
                    text(lengths.first().copied().flatten()),
                    text(*n)
                ),
            ));
        }
        axes.push(common_axis(&along)?);
    }
    Ok(Chunks::new(axes))
}

/// Arrays that agree on everything but their length along `axis`.
pub(crate) fn join(inputs: Vec<Expr>, axis: usize) -> Result<Expr> {
    // Empty arrays add nothing; one of them is kept when there is nothing else.
    let is_empty = |e: &Expr| e.chunks().axis(axis).is_ok_and(|a| a.known_len() == Some(0));
    let inputs: Vec<Expr> = if inputs.iter().all(is_empty) {
        inputs.into_iter().take(1).collect()
    } else {
        inputs.into_iter().filter(|e| !is_empty(e)).collect()
    };
    let [first, rest @ ..] = inputs.as_slice() else { return Err(Error::internal("nothing to concatenate")) };
    if rest.is_empty() {
        return Ok(first.clone());
    }
    let along = inputs.iter().map(|e| e.chunks().axis(axis)).collect::<Result<Vec<_>>>()?;
    let joined = if along.iter().all(|a| a.known_len().is_some()) {
        let sizes = along.iter().map(|a| Ok(a.sizes()?.to_vec())).collect::<Result<Vec<_>>>()?;
        Axis::known(sizes.concat())
    } else {
        Axis::Unknown(along.iter().map(|a| a.blocks()).sum())
    };
    let chunks = first.chunks().clone().with_axis(axis, joined);
    let key = key_of("concatenate", &axis, &inputs)?;
    Expr::new(key, first.dtype(), chunks, Concat { axis }, inputs)
}

impl ArrayNode for Concat {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        join(inputs, self.axis)
    }

    fn label(&self) -> String {
        format!("concatenate(axis {})", self.axis)
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::concat(self, expr, to)
    }
}
