//! Bags of numbers.

use swath_bag_plan::{Mean, Sum, Variance};

use crate::{Bag, Item};

pub use swath_bag_plan::Number;

impl<T: Number> Bag<T> {
    /// The sum: `i64` of signed integers, `u64` of unsigned ones and `bool`, `f64` of floats; of an empty bag 0. A sum that
    /// does not fit is an error.
    pub fn sum(&self) -> Item<T::Sum> {
        self.reduced(Sum::default())
    }

    /// The mean; of an empty bag an error.
    pub fn mean(&self) -> Item<f64> {
        self.reduced(Mean)
    }

    /// The variance, dividing by the number of items minus `ddof` (0 in Dask's bags).
    pub fn var(&self, ddof: u64) -> Item<f64> {
        self.reduced(Variance { ddof, root: false })
    }

    /// The standard deviation, dividing by the number of items minus `ddof` (0 in Dask's bags).
    pub fn std(&self, ddof: u64) -> Item<f64> {
        self.reduced(Variance { ddof, root: true })
    }
}
