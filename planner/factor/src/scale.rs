//! Matrices whose elements are so large or so small that their squares leave the floats, brought near 1 and back.
//!
//! In: a matrix. Out: the matrix times a power of two, which rounds nothing, and the power. As LAPACK's drivers do
//! before they iterate. It never touches a matrix whose squares are floats.

use faer::{Mat, MatRef};
use swath_error::Result;

use crate::field::Field;

/// Calls `with` with the matrix times `2^-power`, and `power`, which is 0 unless the largest element needs it.
pub(crate) fn near_one<T: Field, R>(
    a: MatRef<'_, T>,
    with: impl FnOnce(MatRef<'_, T>, i32) -> Result<R>,
) -> Result<R> {
    let largest = a.row_iter().flat_map(|row| row.iter().map(|x| x.size())).fold(0.0, f64::max);
    let power = exponent(largest);
    // A quarter of the exponents: sums of squares of millions of elements stay far from both ends.
    if power.abs() <= T::EXPONENTS / 4 {
        return with(a, 0);
    }
    let scaled = Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)].times_power(-power));
    with(scaled.as_ref(), power)
}

/// Of the power of two next to a number from below; 0 for what has none.
pub(crate) fn exponent(size: f64) -> i32 {
    if size > 0.0 && size.is_finite() { size.log2().floor() as i32 } else { 0 }
}

/// Whether multiplying by the reciprocal is as good as dividing: the smallest numbers have none, nor have complex numbers
/// whose squares leave the floats.
pub(crate) fn has_reciprocal<T: Field>(x: T) -> bool {
    let inverse: T = faer::traits::math_utils::recip(&x);
    inverse.finite() && inverse != <T as swath_block::Element>::zero()
}

/// `a / b` whatever the sizes.
pub(crate) fn quotient<T: Field>(a: T, b: T) -> T {
    let power = -exponent(b.size());
    a.times_power(power) / b.times_power(power)
}

/// Every element times `2^power`.
pub(crate) fn back<T: Field>(a: MatRef<'_, T>, power: i32) -> Mat<T> {
    Mat::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)].times_power(power))
}
