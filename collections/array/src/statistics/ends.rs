//! Differences between neighbours, with elements before and after the array taken into account.

use swath_array_plan::{Expr, Made, Operand, broadcast_to, concatenate, from_made, normalize_axis};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{cast_scalar, promote_scalar};

use super::differences::diff;
use crate::operand::DynOperand;
use crate::shaping::resized;
use crate::{Array, DynArray, Numeric};

/// What [`crate::Array::diff_with`] puts before and after the array along the axis before it takes differences: arrays
/// that are as long as the array along the other axes, or one number for all of them. A plain literal takes the array's
/// type where it can.
#[derive(Clone, Debug, Default)]
pub struct DiffEnds {
    prepend: Option<Result<Operand>>,
    append: Option<Result<Operand>>,
}

impl DiffEnds {
    /// What is put before the first element.
    #[must_use]
    pub fn prepend(self, values: impl DynOperand) -> Self {
        Self { prepend: Some(values.dyn_operand()), ..self }
    }

    /// What is put after the last element.
    #[must_use]
    pub fn append(self, values: impl DynOperand) -> Self {
        Self { append: Some(values.dyn_operand()), ..self }
    }
}

impl<T: Numeric> Array<T> {
    /// The `n`-th differences between neighbours along an axis, with values put before and after the array first, as
    /// `numpy.diff` with `prepend` and `append`. With `n` 0 the array as it is.
    ///
    /// # Errors
    /// In the array that comes out: [`ErrorKind::TypeMismatch`] for values that `T` cannot hold, such as fractions before
    /// whole numbers; [`ErrorKind::ShapeMismatch`] for arrays of another length along another axis.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, DiffEnds};
    /// let x = da::array(vec![1, 4, 9, 16]).chunks(2);
    /// let from_zero = x.diff_with(1, 0, &DiffEnds::default().prepend(0));
    /// assert_eq!(from_zero.compute()?.as_slice(), Some(&[1, 3, 5, 7][..]));
    /// let more = da::array(vec![25, 36]);
    /// let on = x.diff_with(2, 0, &DiffEnds::default().append(&more));
    /// assert_eq!(on.compute()?.as_slice(), Some(&[2, 2, 2, 2][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn diff_with(&self, n: usize, axis: isize, ends: &DiffEnds) -> Self {
        self.map(|x| {
            let found = diff_with(x, n, axis, ends)?;
            if found.dtype() == x.dtype() { Ok(found) } else { Err(other_type(x, &found)) }
        })
    }
}

impl DynArray {
    /// The `n`-th differences between neighbours along an axis, with values put before and after the array first, of
    /// their common type: see [`Array::diff_with`].
    #[track_caller]
    pub fn diff_with(&self, n: usize, axis: isize, ends: &DiffEnds) -> Self {
        self.map(|x| diff_with(x, n, axis, ends))
    }
}

fn diff_with(x: &Expr, n: usize, axis: isize, ends: &DiffEnds) -> Result<Expr> {
    let axis = normalize_axis(axis, x.ndim())?;
    if n == 0 {
        return Ok(x.clone());
    }
    let before = ends.prepend.as_ref().map(|e| part(x, axis, e)).transpose()?;
    let after = ends.append.as_ref().map(|e| part(x, axis, e)).transpose()?;
    let parts: Vec<Expr> = before.into_iter().chain([x.clone()]).chain(after).collect();
    diff(&concatenate(&parts, axis as isize)?, n, axis as isize)
}

/// What is put at one end: an array, or a number repeated along the other axes.
fn part(x: &Expr, axis: usize, end: &Result<Operand>) -> Result<Expr> {
    let one = match end.as_ref().map_err(Clone::clone)? {
        Operand::Array(values) if values.ndim() > 0 => return Ok(values.clone()),
        Operand::Array(value) => value.clone(),
        Operand::Scalar { value, weak } => {
            let dtype = promote_scalar(x.dtype(), value, *weak);
            from_made(Made::Full(cast_scalar(*value, dtype)?), &[], &().into())?
        }
    };
    let layout = resized(x.chunks(), axis, 1)?;
    broadcast_to(&one, &layout.shape()?, Some(&(&layout).into()))
}

fn other_type(x: &Expr, found: &Expr) -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        format!("differences of {} with these values at the ends are {}", x.dtype(), found.dtype()),
    )
    .with_help("convert the array or the values first, or use a DynArray")
}
