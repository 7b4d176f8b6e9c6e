//! Distinct elements, where they first occur, and how often.

use std::cmp::Ordering;

use swath_block::{Chunk, with_dtype};
use swath_error::{Error, Result};

use super::{Order, values_of};
use crate::layout::contiguous;

/// The distinct elements of a chunk in rising order, the position of the first of each counted from `first` in row-major
/// order, and how many there are of each. All NaN are one element.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk is malformed.
pub fn unique(chunk: &Chunk, first: usize) -> Result<[Chunk; 3]> {
    let flat = contiguous(chunk)?;
    with_dtype!(chunk.dtype(), T => {
        let values = values_of::<T>(&flat)?.iter().copied();
        distinct(values.zip(first as i64..).map(|(v, i)| (v, i, 1)).collect())
    })
}

/// The same of several results of [`unique`].
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] when their elements have different types.
pub fn unique_merge(parts: &[[Chunk; 3]]) -> Result<[Chunk; 3]> {
    let first = parts.first().ok_or_else(|| Error::internal("no distinct elements to merge"))?;
    with_dtype!(first[0].dtype(), T => {
        let mut all: Vec<(T, i64, i64)> = Vec::with_capacity(parts.iter().map(|p| p[0].len()).sum());
        for [values, at, counts] in parts {
            let rest = values_of::<i64>(at)?.iter().zip(values_of::<i64>(counts)?);
            all.extend(values_of::<T>(values)?.iter().zip(rest).map(|(v, (i, n))| (*v, *i, *n)));
        }
        distinct(all)
    })
}

/// Equal elements become one: the one that occurs first, with the sum of the counts.
fn distinct<T: Order>(mut all: Vec<(T, i64, i64)>) -> Result<[Chunk; 3]> {
    // Runs that are sorted already are merged, not sorted again.
    all.sort_by(|a, b| a.0.order(&b.0).then(a.1.cmp(&b.1)));
    all.dedup_by(|later, kept| {
        let same = later.0.order(&kept.0) == Ordering::Equal || (later.0.missing() && kept.0.missing());
        if same {
            kept.2 += later.2;
        }
        same
    });
    let shape = [all.len()];
    Ok([
        Chunk::from_vec(all.iter().map(|e| e.0).collect(), &shape)?,
        Chunk::from_vec(all.iter().map(|e| e.1).collect(), &shape)?,
        Chunk::from_vec(all.iter().map(|e| e.2).collect(), &shape)?,
    ])
}
