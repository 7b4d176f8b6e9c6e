//! Searching and counting: membership, insertion points, distinct elements, bins.

mod counting;
mod histogram;
mod membership;
mod unique;

pub use counting::{BincountOptions, bincount};
pub use histogram::{Bins, HistogramOptions, histogram, histogram2d, histogramdd};
pub use membership::{digitize, isin, searchsorted};
pub use unique::{Unique, union1d};
