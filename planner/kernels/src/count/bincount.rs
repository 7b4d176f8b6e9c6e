//! Occurrences of whole numbers.

use swath_block::{Chunk, DType, Element};
use swath_error::{Error, Result};

use crate::layout::{contiguous, mismatch};
use crate::order::values_of;

/// How often 0, 1, 2, … occur in a chunk of `int64`, or the sums of their `float64` weights; at least `least` counts.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for a negative element, or when there would be more than `most` counts;
/// [`swath_error::ErrorKind::ShapeMismatch`] when weights have another shape.
pub fn bincount(chunk: &Chunk, weights: Option<&Chunk>, least: usize, most: Option<usize>) -> Result<Chunk> {
    let flat = contiguous(chunk)?;
    let values = values_of::<i64>(&flat)?;
    if values.iter().any(|v| *v < 0) {
        return Err(Error::argument("bincount: elements must not be negative"));
    }
    let count = values.iter().max().map_or(0, |v| *v as usize + 1).max(least);
    if let Some(most) = most.filter(|m| count > *m) {
        return Err(Error::argument(format!("bincount: {} does not fit into {most} counts", count - 1))
            .with_help("ask for more counts, or for as many as there are"));
    }
    match weights {
        None => {
            let mut counts = zeros::<i64>(count)?;
            for v in values {
                if let Some(n) = counts.get_mut(*v as usize) {
                    *n += 1;
                }
            }
            Chunk::from_vec(counts, &[count])
        }
        Some(weights) => {
            let own = contiguous(weights)?;
            let weights = values_of::<f64>(&own)?;
            if weights.len() != values.len() {
                return Err(mismatch(format!(
                    "{} weights do not fit {} elements",
                    weights.len(),
                    values.len()
                )));
            }
            let mut sums = zeros::<f64>(count)?;
            for (v, w) in values.iter().zip(weights) {
                if let Some(sum) = sums.get_mut(*v as usize) {
                    *sum += w;
                }
            }
            Chunk::from_vec(sums, &[count])
        }
    }
}

/// So many zeros; a count that memory does not hold is an error, not the end of the process.
fn zeros<T: Element>(count: usize) -> Result<Vec<T>> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(count).map_err(|e| {
        Error::argument(format!("bincount: {count} counts do not fit into memory")).with_source(e)
    })?;
    zeros.resize(count, T::zero());
    Ok(zeros)
}

/// The counts of several chunks added up; as many as the longest has.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] when counts and sums of weights are mixed.
pub fn bincount_merge(parts: &[Chunk]) -> Result<Chunk> {
    let count = parts.iter().map(Chunk::len).max().unwrap_or(0);
    if parts.first().is_some_and(|p| p.dtype() == DType::F64) {
        added::<f64>(parts, count, |a, b| a + b)
    } else {
        added::<i64>(parts, count, i64::wrapping_add)
    }
}

fn added<T: Element>(parts: &[Chunk], count: usize, add: impl Fn(T, T) -> T) -> Result<Chunk> {
    let mut sums = vec![T::zero(); count];
    for part in parts {
        for (sum, v) in sums.iter_mut().zip(values_of::<T>(part)?) {
            *sum = add(*sum, *v);
        }
    }
    Chunk::from_vec(sums, &[count])
}
