//! Shifts round an axis, and elements picked by position.

use swath_array_plan as plan;
use swath_array_plan::Expr;
use swath_error::{Error, Result};

use super::{part, same_type};

same_type! {
    /// Shifted along an axis, what leaves at the end coming in at the front.
    fn roll(x, shift: isize, axis: isize) roll(x, shift, axis);
    /// Shifted in row-major order over all axes, the shape staying as it is: NumPy's `roll` without an axis.
    fn roll_all(x, shift: isize) {
        let shape: Vec<isize> = x.shape()?.iter().map(|n| *n as isize).collect();
        plan::reshape(&roll(&plan::reshape(x, &[-1])?, shift, 0)?, &shape)
    };
    /// Shifted along several axes, each by its own shift; an axis named twice is shifted twice.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6).reshape([2, 3]).roll_axes(&[1, -1], &[0, 1]);
    /// assert_eq!(x.ravel().compute()?.as_slice(), Some(&[4, 5, 3, 1, 2, 0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn roll_axes(x, shifts: &[isize], axes: &[isize]) {
        if shifts.len() != axes.len() {
            return Err(Error::argument(format!("{} shifts for {} axes", shifts.len(), axes.len())));
        }
        shifts.iter().zip(axes).try_fold(x.clone(), |x, (shift, axis)| roll(&x, *shift, *axis))
    };
    /// The elements at these positions along an axis; repeats are allowed, negative ones count from the end.
    fn take(x, positions: &[isize], axis: isize) plan::take_along(x, positions, axis);
}

fn roll(x: &Expr, shift: isize, axis: isize) -> Result<Expr> {
    let axis = plan::normalize_axis(axis, x.ndim())?;
    let n = x.chunks().axis(axis)?.length()?;
    let shift = if n == 0 { 0 } else { shift.rem_euclid(n as isize) };
    if shift == 0 {
        return Ok(x.clone());
    }
    let cut = Some(n as isize - shift);
    plan::concatenate(&[part(x, axis, cut, None)?, part(x, axis, None, cut)?], axis as isize)
}
