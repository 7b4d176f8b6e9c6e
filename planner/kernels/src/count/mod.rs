//! How many elements fall where: whole numbers, and bins in one dimension or several.
//!
//! In: chunks. Out: counts, or sums of weights, that can be added up. It never chooses bins.

mod bincount;
mod histogram;

pub use bincount::{bincount, bincount_merge};
pub use histogram::{bin_edges, histogram};
