//! Diagonals taken and made, and triangles.

use swath_array_plan as plan;
use swath_array_plan::{Axes, Axis, Chunks, Expr, Made, Operand as PlanOperand, from_made, select};
use swath_block::{DType, Scalar};
use swath_error::{Error, Result};

use super::same_type;
use crate::like::ArrayLike;

same_type! {
    /// The diagonal of two axes that lies `offset` to the right of the main one, as the last axis of the result.
    ///
    /// Only chunks that the diagonal crosses are read.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(12).reshape([3, 4]);
    /// assert_eq!(x.diagonal(1, 0, 1).compute()?.as_slice(), Some(&[1, 6, 11][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn diagonal(x, offset: isize, axis1: isize, axis2: isize) plan::diagonal(x, offset, axis1, axis2);
    /// The lower triangle of the last two axes: zeros above the diagonal that lies `k` to the right of the main one.
    fn tril(x, k: i64) triangle(x, k, false);
    /// The upper triangle of the last two axes: zeros below the diagonal that lies `k` to the right of the main one.
    fn triu(x, k: i64) triangle(x, k.saturating_sub(1), true);
}

/// The diagonal of a matrix that lies `k` to the right of the main one; of a vector the matrix with that diagonal, as
/// `numpy.diag`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::diag(&da::arange(3), 1);
/// assert_eq!(x.shape()?, [4, 4]);
/// assert_eq!(da::diag(&x, 1).compute()?.as_slice(), Some(&[0, 1, 2][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn diag<A: ArrayLike>(x: &A, k: i64) -> A {
    A::of(x.planned().and_then(|x| match x.ndim() {
        1 => matrix_of(x, k),
        2 => plan::diagonal(x, isize::try_from(k).unwrap_or(isize::MAX), 0, 1),
        n => Err(Error::argument(format!("Input must be 1- or 2-d, it has {n} axes"))),
    }))
}

fn triangle(x: &Expr, k: i64, upper: bool) -> Result<Expr> {
    let x = &match x.ndim() {
        0 => return Err(Error::argument("a triangle is taken of an array of at least one axis")),
        // A line counts as a row that is repeated.
        1 => {
            let along = x.chunks().axis(0)?;
            let square = Chunks::new([along.clone(), along.clone()]);
            plan::broadcast_to(x, &square.shape()?, Some(&(&square).into()))?
        }
        _ => x.clone(),
    };
    let [.., rows, columns] = x.chunks().axes() else { return Err(Error::internal("a triangle of a line")) };
    let layout = Chunks::new([rows.clone(), columns.clone()]);
    let mask = from_made(Made::Tri { k, dtype: DType::Bool }, &layout.shape()?, &(&layout).into())?;
    let zero = zero(x.dtype());
    if upper { select(&mask, zero, x.into()) } else { select(&mask, x.into(), zero) }
}

fn zero(dtype: DType) -> PlanOperand {
    PlanOperand::Scalar { value: swath_kernels::convert_scalar(Scalar::Bool(false), dtype), weak: false }
}

/// The matrix whose diagonal is a vector.
fn matrix_of(x: &Expr, k: i64) -> Result<Expr> {
    let n = x.chunks().axis(0)?.length()?;
    let beyond =
        || Error::argument(format!("a diagonal {k} away from the main one makes too large a matrix"));
    let shift = usize::try_from(k.unsigned_abs()).map_err(|_| beyond())?;
    let side = n.checked_add(shift).ok_or_else(beyond)?;
    let padding = Axis::regular(shift, x.chunks().axis(0)?.largest().max(1));
    let spec = (&Chunks::new([padding])).into();
    let zeros = from_made(
        Made::Full(swath_kernels::convert_scalar(Scalar::Bool(false), x.dtype())),
        &[shift],
        &spec,
    )?;
    // Above the main diagonal an element's place is its row, below its column.
    let line = plan::concatenate(&[x.clone(), zeros], 0)?;
    let values = plan::expand_dims(&line, &Axes::from(i32::from(k >= 0)))?;
    let along = line.chunks().axis(0)?.clone();
    let layout = Chunks::new([along.clone(), along]);
    let mask = from_made(Made::Eye { k, dtype: DType::Bool }, &[side, side], &(&layout).into())?;
    select(&mask, (&values).into(), zero(x.dtype()))
}
