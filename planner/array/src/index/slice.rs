//! A slice of one axis in exact terms.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

/// `len` elements: `start`, `start + step`, …; all of them on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AxisSlice {
    /// The first element taken.
    pub start: usize,
    /// From one element taken to the next; not 0.
    pub step: isize,
    /// How many elements.
    pub len: usize,
}

impl AxisSlice {
    /// The whole of an axis.
    pub fn full(len: usize) -> Self {
        Self { start: 0, step: 1, len }
    }

    /// `len` elements from `start` on.
    pub fn range(start: usize, len: usize) -> Self {
        Self { start, step: 1, len }
    }

    /// Python's `start:stop:step` over an axis of length `n`: bounds are clamped, negative ones count from the end.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] for a step of 0.
    pub fn python(start: Option<isize>, stop: Option<isize>, step: isize, n: usize) -> Result<Self> {
        if step == 0 {
            return Err(Error::argument("slice step cannot be zero"));
        }
        let n = n as isize;
        let (low, high) = if step > 0 { (0, n) } else { (-1, n - 1) };
        let clamp = |i: isize| (if i < 0 { i.saturating_add(n) } else { i }).clamp(low, high);
        let first = start.map_or(if step > 0 { low } else { high }, clamp);
        let last = stop.map_or(if step > 0 { high } else { low }, clamp);
        let span = if step > 0 { last - first } else { first - last };
        let len = if span <= 0 { 0 } else { (span as usize - 1) / step.unsigned_abs() + 1 };
        let start = if len == 0 { 0 } else { first as usize };
        Ok(Self { start, step: if len <= 1 { 1 } else { step }, len })
    }

    /// Whether this takes the whole of an axis of length `n` as it is.
    pub fn is_full(&self, n: usize) -> bool {
        self.len == n && (n == 0 || (self.start == 0 && (self.step == 1 || n == 1)))
    }

    /// Element `i` of the slice, on the axis.
    pub fn at(&self, i: usize) -> usize {
        self.start.wrapping_add_signed(self.step.wrapping_mul(i as isize))
    }

    /// The lowest element taken, and one past the highest.
    pub fn bounds(&self) -> (usize, usize) {
        if self.len == 0 {
            return (0, 0);
        }
        let last = self.at(self.len - 1);
        (self.start.min(last), self.start.max(last) + 1)
    }

    /// This slice of what `inner` takes, as one slice.
    #[must_use]
    pub fn of(&self, inner: &Self) -> Self {
        // Of two elements or more, the step is within the axis.
        let step = self.step.wrapping_mul(inner.step);
        Self { start: inner.at(self.start), step: if self.len <= 1 { 1 } else { step }, len: self.len }
    }
}
