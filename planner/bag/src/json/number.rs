//! Numbers that are equal when they mean the same: `1` and `1.0`, as in Python.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A number of JSON by its meaning.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Whole(i128),
    /// Not whole, or too large for 64 bits.
    Other(f64),
}

impl Number {
    pub(super) fn of(float: f64) -> Self {
        if float.fract() == 0.0 && float.abs() < 18_446_744_073_709_551_616.0 {
            Self::Whole(float as i128)
        } else {
            Self::Other(float)
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Other(a), Self::Other(b)) => a.total_cmp(b),
            // A fraction near a whole number of that size cannot exist, so the rounding here decides nothing.
            (Self::Whole(a), Self::Other(b)) => (*a as f64).total_cmp(b),
            (Self::Other(a), Self::Whole(b)) => a.total_cmp(&(*b as f64)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Whole(n) => n.hash(state),
            Self::Other(f) => f.to_bits().hash(state),
        }
    }
}
