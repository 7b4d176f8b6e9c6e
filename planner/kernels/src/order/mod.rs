//! What rests on an order: sorting, quantiles, largest elements, distinct elements, binary search.
//!
//! In: chunks. Out: chunks. NaN comes last and counts as equal to itself, complex numbers are ordered by their real and
//! then their imaginary parts, as in NumPy. It never looks beyond the chunks it is given.

mod quantile;
mod search;
mod sort;
mod summary;
mod top;
mod unique;

use std::cmp::Ordering;

use num_complex::{Complex32, Complex64};
use swath_block::{Chunk, Element};
use swath_error::Result;

use crate::layout::{contiguous, mismatch, transpose};

pub use quantile::{QuantileMethod, quantile};
pub use search::{Side, digitize, is_in, search_sorted};
pub use sort::{argsort, sort};
pub use summary::{summarize, summary_merge, summary_quantile};
pub use top::{top, top_of};
pub use unique::{unique, unique_merge};

/// A total order.
pub(crate) trait Order: Element {
    /// How two elements compare; NaN is last.
    fn order(&self, other: &Self) -> Ordering;

    /// Whether this is NaN.
    fn missing(&self) -> bool;
}

macro_rules! exact {
    ($($t:ty)*) => { $(
        impl Order for $t {
            #[inline]
            fn order(&self, other: &Self) -> Ordering {
                self.cmp(other)
            }

            #[inline]
            fn missing(&self) -> bool {
                false
            }
        }
    )* };
}

macro_rules! floats {
    ($($t:ty)*) => { $(
        impl Order for $t {
            #[inline]
            fn order(&self, other: &Self) -> Ordering {
                self.partial_cmp(other).unwrap_or_else(|| self.is_nan().cmp(&other.is_nan()))
            }

            #[inline]
            fn missing(&self) -> bool {
                self.is_nan()
            }
        }
    )* };
}

macro_rules! complex {
    ($($t:ty)*) => { $(
        impl Order for $t {
            fn order(&self, other: &Self) -> Ordering {
                let class = |z: &Self| (z.re.is_nan(), z.im.is_nan());
                class(self)
                    .cmp(&class(other))
                    .then_with(|| self.re.order(&other.re))
                    .then_with(|| self.im.order(&other.im))
            }

            fn missing(&self) -> bool {
                self.re.is_nan() || self.im.is_nan()
            }
        }
    )* };
}

exact! { bool i8 i16 i32 i64 u8 u16 u32 u64 }
floats! { f32 f64 }
complex! { Complex32 Complex64 }

/// The chunk with `axis` as its last one, in row-major order, so that its lanes lie one after another.
pub(crate) fn axis_last(chunk: &Chunk, axis: usize) -> Result<Chunk> {
    let ndim = chunk.shape().len();
    if axis >= ndim {
        return Err(mismatch(format!("axis {axis} of {:?} does not exist", chunk.shape())));
    }
    let order: Vec<usize> = (0..ndim).filter(|a| *a != axis).chain([axis]).collect();
    contiguous(&transpose(chunk, &order)?)
}

/// The chunk with its last axis moved to `axis`: what undoes [`axis_last`]. A view.
pub(crate) fn axis_back(chunk: &Chunk, axis: usize) -> Result<Chunk> {
    let last = chunk.shape().len().saturating_sub(1);
    let mut order: Vec<usize> = (0..last).collect();
    order.insert(axis.min(last), last);
    transpose(chunk, &order)
}

/// The elements of a chunk that lies in row-major order.
pub(crate) fn values_of<T: Element>(chunk: &Chunk) -> Result<&[T]> {
    Ok(chunk.as_slice::<T>()?.unwrap_or(&[]))
}

/// A shape with its last length replaced.
pub(crate) fn with_last(shape: &[usize], len: usize) -> Vec<usize> {
    let mut shape = shape.to_vec();
    if let Some(last) = shape.last_mut() {
        *last = len;
    }
    shape
}
