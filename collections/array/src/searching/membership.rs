//! Membership and insertion points.

use swath_array_plan::{digitize as plan_digitize, is_in, search_sorted, unary};
use swath_kernels::{Side, UnaryOp};

use crate::operand::{DynOperand, array_of};
use crate::{Array, DynArray, Element};

impl<T: Element> Array<T> {
    /// Whether each element is among `values`. NaN is among nothing.
    #[track_caller]
    pub fn isin(&self, values: impl DynOperand) -> Array<bool> {
        self.map(|x| is_in(x, &array_of(values.dyn_operand())?))
    }

    /// Whether each element is not among `values`.
    #[track_caller]
    pub fn is_not_in(&self, values: impl DynOperand) -> Array<bool> {
        self.map(|x| unary(UnaryOp::LogicalNot, &is_in(x, &array_of(values.dyn_operand())?)?))
    }

    /// Where each of `values` would be inserted into this sorted vector, before equal elements or after them. The vector may
    /// have many chunks.
    #[track_caller]
    pub fn searchsorted(&self, values: impl DynOperand, side: Side) -> Array<i64> {
        self.map(|x| search_sorted(x, &array_of(values.dyn_operand())?, side))
    }
}

impl DynArray {
    /// Whether each element is among `values`. NaN is among nothing.
    #[track_caller]
    pub fn isin(&self, values: impl DynOperand) -> Self {
        self.map(|x| is_in(x, &array_of(values.dyn_operand())?))
    }

    /// Where each of `values` would be inserted into this sorted vector, before equal elements or after them.
    #[track_caller]
    pub fn searchsorted(&self, values: impl DynOperand, side: Side) -> Self {
        self.map(|x| search_sorted(x, &array_of(values.dyn_operand())?, side))
    }

    /// Which of the bins each element falls into: see [`digitize`].
    #[track_caller]
    pub fn digitize(&self, bins: impl DynOperand, right: bool) -> Self {
        self.map(|x| plan_digitize(x, &array_of(bins.dyn_operand())?, right))
    }
}

/// Whether each element of `x` is among `values`. NaN is among nothing.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let found = da::isin(&da::arange(4).chunks(2), da::array(vec![2i64, 0]));
/// assert_eq!(found.compute()?.as_slice(), Some(&[true, false, true, false][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn isin<T: Element>(x: &Array<T>, values: impl DynOperand) -> Array<bool> {
    x.isin(values)
}

/// Where each of `values` would be inserted into the sorted vector `sorted` so that it stays sorted.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let at = da::searchsorted(&da::arange(10).chunks(3), da::array(vec![2.5, 4.0]), da::Side::Left);
/// assert_eq!(at.compute()?.as_slice(), Some(&[3, 4][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn searchsorted<T: Element>(sorted: &Array<T>, values: impl DynOperand, side: Side) -> Array<i64> {
    sorted.searchsorted(values, side)
}

/// Which of `bins` (a vector that rises or falls) each element falls into; bin `i` is `bins[i-1] <= x < bins[i]`, or with
/// `right` open on the left and closed on the right.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![0.2, 6.4, 3.0]).chunks(2);
/// let found = da::digitize(&x, da::array(vec![0.0, 1.0, 2.5, 4.0]), false);
/// assert_eq!(found.compute()?.as_slice(), Some(&[1, 4, 3][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn digitize<T: Element>(x: &Array<T>, bins: impl DynOperand, right: bool) -> Array<i64> {
    x.map(|x| plan_digitize(x, &array_of(bins.dyn_operand())?, right))
}
