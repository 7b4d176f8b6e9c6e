//! Elements picked by positions that are computed.

use swath_error::{Error, ErrorKind, Result};
use swath_kernels::Kind;

use super::positions::as_positions;
use super::whole_along;
use crate::axes::{Axes, normalize_axis};
use crate::expr::Expr;
use crate::kernels::ChunkKernel;
use crate::nodes::{Chunkwise, broadcast_to, expand_dims, rechunk_to};

fn check_integers(indices: &Expr) -> Result<Expr> {
    if Kind::of(indices.dtype()).is_integer() {
        return as_positions(indices);
    }
    Err(Error::new(
        ErrorKind::TypeMismatch,
        format!("positions must be integers, these are {}", indices.dtype()),
    ))
}

/// For every element of `indices`, the element of `x` at that position along the axis, as `numpy.take_along_axis`. The
/// other axes are broadcast.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] when the indices are not whole numbers; [`ErrorKind::ShapeMismatch`] when the shapes do not
/// fit. A position out of bounds is an error when it is met.
pub fn take_along_axis(x: &Expr, indices: &Expr, axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    if indices.ndim() != x.ndim() {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("indices of {} axes do not fit an array of {}", indices.ndim(), x.ndim()),
        ));
    }
    let indices = check_integers(indices)?;
    let (own, other) = (x.shape()?, indices.shape()?);
    let mut wide = Vec::new();
    for (a, (n, m)) in own.iter().zip(&other).enumerate() {
        let fits = a == axis || n == m || *n == 1 || *m == 1;
        if !fits {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("indices of shape {other:?} do not fit an array of shape {own:?} along axis {a}"),
            ));
        }
        wide.push(if a == axis { *n } else { (*n).max(*m) });
    }
    let x = broadcast_to(x, &wide, None)?;
    let wide: Vec<usize> =
        wide.iter().zip(&other).enumerate().map(|(a, (n, m))| if a == axis { *m } else { *n }).collect();
    let indices = broadcast_to(&indices, &wide, None)?;
    let x = whole_along(&x, axis)?;
    // The other axes are cut as the array is; along the axis, indices keep their chunks.
    let cut = x.chunks().clone().with_axis(axis, indices.chunks().axis(axis)?.clone());
    let indices = rechunk_to(&indices, cut.clone())?;
    Chunkwise { kernel: ChunkKernel::TakeAlong { axis }, over: cut.clone(), dtype: x.dtype(), chunks: cut }
        .of(vec![x, indices])
}

/// The elements at computed positions along an axis, which becomes one chunk; `indices` is a vector. Negative positions
/// count from the end.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] when the indices are not whole numbers; [`ErrorKind::ShapeMismatch`] when they are no
/// vector. A position out of bounds is an error when it is met.
pub fn take_indices(x: &Expr, indices: &Expr, axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    if indices.ndim() != 1 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("positions to take must have one axis, these have {}", indices.ndim()),
        )
        .with_help("take along the ravelled positions and reshape the result"));
    }
    let x = whole_along(x, axis)?;
    let indices = check_integers(indices)?;
    let after: Vec<usize> = (1..x.ndim() - axis).collect();
    let tall = if after.is_empty() { indices.clone() } else { expand_dims(&indices, &Axes::from(after))? };
    let chunks = x.chunks().clone().with_axis(axis, indices.chunks().axis(0)?.clone());
    let kernel = ChunkKernel::TakeIndices { axis };
    Chunkwise { kernel, over: chunks.clone(), dtype: x.dtype(), chunks }.of(vec![x, tall])
}
