//! Selection by truth: how many elements come out shows when they are computed.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::Program;

use crate::axes::{Axes, normalize_axis};
use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::index::Index;
use crate::kernels::ChunkKernel;
use crate::nodes::{Chunkwise, Mapped, expand_dims, index, reshape};

/// The elements where a boolean array is true: along the axes that the mask has, which become one.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] with NumPy's message when the mask does not have the array's lengths;
/// [`ErrorKind::TypeMismatch`] when it is not boolean.
pub fn mask(x: &Expr, mask: &Expr) -> Result<Expr> {
    let n = mask.ndim();
    if n == 0 || n > x.ndim() {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("a mask of {n} axes does not fit an array of {} axes", x.ndim()),
        ));
    }
    check_boolean(mask)?;
    for (axis, (own, other)) in x.chunks().axes().iter().zip(mask.chunks().axes()).enumerate() {
        check_length(axis, own, other)?;
    }
    if n == 1 {
        return along(x, mask, 0);
    }
    let shape = x.shape()?;
    let count = shape.iter().take(n).product::<usize>() as isize;
    let wanted: Vec<isize> =
        std::iter::once(count).chain(shape.iter().skip(n).map(|n| *n as isize)).collect();
    along(&reshape(x, &wanted)?, &reshape(mask, &[count])?, 0)
}

/// What lies along an axis where a boolean vector is true; a shorter vector leaves out the rest of the axis.
///
/// # Errors
/// As [`mask`].
pub fn compress(x: &Expr, condition: &Expr, axis: isize) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    check_boolean(condition)?;
    if condition.ndim() != 1 {
        return Err(Error::new(ErrorKind::ShapeMismatch, "condition must be a 1-d array"));
    }
    let (own, other) = (x.chunks().axis(axis)?, condition.chunks().axis(0)?);
    if let (Some(n), Some(m)) = (own.known_len(), other.known_len())
        && m < n
    {
        let mut items = vec![Index::from(..); axis];
        items.push(Index::from(..m));
        return along(&index(x, &items)?, condition, axis);
    }
    check_length(axis, own, other)?;
    along(x, condition, axis)
}

fn check_boolean(mask: &Expr) -> Result<()> {
    if mask.dtype() == DType::Bool {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TypeMismatch, format!("a mask is boolean, this one is {}", mask.dtype()))
        .with_help("compare, as in x.gt(0), or take positions with take"))
}

fn check_length(axis: usize, own: &Axis, mask: &Axis) -> Result<()> {
    match (own.known_len(), mask.known_len()) {
        (Some(n), Some(m)) if n != m => Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "boolean index did not match indexed array along axis {axis}; size of axis is {n} but size of \
                 corresponding boolean axis is {m}"
            ),
        )),
        _ => Ok(()),
    }
}

/// A mask of one axis, as long as the axis.
fn along(x: &Expr, mask: &Expr, axis: usize) -> Result<Expr> {
    let before: Vec<usize> = (0..axis).collect();
    let mut wide = mask.clone();
    if !before.is_empty() {
        wide = expand_dims(&wide, &Axes::from(before))?;
    }
    let after: Vec<usize> = (axis + 1..x.ndim()).collect();
    if !after.is_empty() {
        wide = expand_dims(&wide, &Axes::from(after))?;
    }
    let map = Mapped::align(Program::identity(x.dtype()), vec![x.clone(), wide])?;
    let unknown = Axis::Unknown(map.chunks.axis(axis)?.blocks());
    let chunks = map.chunks.clone().with_axis(axis, unknown);
    Chunkwise { kernel: ChunkKernel::Compress { axis }, over: map.chunks, dtype: x.dtype(), chunks }
        .of(map.inputs)
}

/// The positions of the elements that are not zero, along each axis, in row-major order.
///
/// # Errors
/// [`ErrorKind::Unsupported`] when the array's lengths are unknown.
pub fn nonzero(x: &Expr) -> Result<Vec<Expr>> {
    let shape = x.shape()?;
    let size: usize = shape.iter().product();
    let flat = reshape(x, &[size as isize])?;
    let starts = flat.chunks().axis(0)?.starts()?;
    let over = flat.chunks().clone();
    let chunks = Chunks::new([Axis::Unknown(over.blocks())]);
    let kernel = ChunkKernel::Nonzero { starts };
    let at = Chunkwise { kernel, over, dtype: DType::I64, chunks }.of(vec![flat])?;
    if shape.len() <= 1 {
        return Ok(vec![at]);
    }
    super::unravel(&at, &shape)
}
