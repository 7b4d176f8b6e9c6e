//! Distinct elements.

use swath_array_plan::{Selection, search_sorted, unique};
use swath_kernels::Side;

use crate::{Array, DynArray, Element, concatenate};

/// The distinct elements of an array, and what else can be asked of them. Nothing is computed before it is asked for;
/// computed together, the parts share the work.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let found = da::array(vec![3, 1, 3, 2]).chunks(2).unique();
/// assert_eq!(found.values().compute()?.as_slice(), Some(&[1, 2, 3][..]));
/// assert_eq!(found.counts().compute()?.as_slice(), Some(&[1, 1, 2][..]));
/// assert_eq!(found.index().compute()?.as_slice(), Some(&[1, 3, 0][..]));
/// assert_eq!(found.inverse().compute()?.as_slice(), Some(&[2, 0, 2, 1][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "ask for its values, counts, index or inverse"]
pub struct Unique<A> {
    of: A,
}

impl<T: Element> Array<T> {
    /// The distinct elements. All NaN are one. How many there are shows when they are computed.
    pub fn unique(&self) -> Unique<Self> {
        Unique { of: self.clone() }
    }
}

impl DynArray {
    /// The distinct elements. All NaN are one. How many there are shows when they are computed.
    pub fn unique(&self) -> Unique<Self> {
        Unique { of: self.clone() }
    }
}

impl<T: Element> Unique<Array<T>> {
    /// The elements in rising order, NaN last: one axis of unknown length.
    #[track_caller]
    pub fn values(&self) -> Array<T> {
        self.of.map(|x| unique(x, Selection::Values, None))
    }

    /// Where each first occurs in the array, in row-major order.
    #[track_caller]
    pub fn index(&self) -> Array<i64> {
        self.of.map(|x| unique(x, Selection::Index, None))
    }

    /// How often each occurs.
    #[track_caller]
    pub fn counts(&self) -> Array<i64> {
        self.of.map(|x| unique(x, Selection::Counts, None))
    }

    /// For each element of the array, its position among the distinct ones.
    #[track_caller]
    pub fn inverse(&self) -> Array<i64> {
        self.of.map(|x| search_sorted(&unique(x, Selection::Values, None)?, x, Side::Left))
    }
}

impl Unique<DynArray> {
    /// The elements in rising order, NaN last: one axis of unknown length.
    #[track_caller]
    pub fn values(&self) -> DynArray {
        self.of.map(|x| unique(x, Selection::Values, None))
    }

    /// Where each first occurs in the array, in row-major order.
    #[track_caller]
    pub fn index(&self) -> DynArray {
        self.of.map(|x| unique(x, Selection::Index, None))
    }

    /// How often each occurs.
    #[track_caller]
    pub fn counts(&self) -> DynArray {
        self.of.map(|x| unique(x, Selection::Counts, None))
    }

    /// For each element of the array, its position among the distinct ones.
    #[track_caller]
    pub fn inverse(&self) -> DynArray {
        self.of.map(|x| search_sorted(&unique(x, Selection::Values, None)?, x, Side::Left))
    }
}

/// The distinct elements of two arrays together, in rising order.
#[track_caller]
pub fn union1d<T: Element>(a: &Array<T>, b: &Array<T>) -> Array<T> {
    concatenate(&[a.ravel(), b.ravel()], 0).unique().values()
}
