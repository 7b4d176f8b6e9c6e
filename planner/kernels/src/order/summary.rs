//! Summaries of many elements for approximate quantiles: values with weights, of bounded number, that can be merged.

use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use super::{Order as _, values_of};
use crate::cast::cast;
use crate::layout::contiguous;

/// Values in a summary: positions are right to about one in so many of the elements for each level of merging.
const MOST: usize = 4096;

/// The summary of a chunk: its elements as `float64` in rising order with weight 1, thinned out to some thousands.
///
/// # Errors
/// [`swath_error::ErrorKind::TypeMismatch`] for complex numbers.
pub fn summarize(chunk: &Chunk) -> Result<[Chunk; 2]> {
    let flat = contiguous(&cast(chunk, DType::F64)?)?;
    let mut all: Vec<(f64, f64)> = values_of::<f64>(&flat)?.iter().map(|v| (*v, 1.0)).collect();
    all.sort_unstable_by(|a, b| a.0.order(&b.0));
    thinned(all)
}

/// One summary of several.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when they are malformed.
pub fn summary_merge(parts: &[[Chunk; 2]]) -> Result<[Chunk; 2]> {
    let mut all = Vec::new();
    for [values, weights] in parts {
        let weights = values_of::<f64>(weights)?;
        all.extend(values_of::<f64>(values)?.iter().copied().zip(weights.iter().copied()));
    }
    all.sort_by(|a, b| a.0.order(&b.0));
    thinned(all)
}

/// At most [`MOST`] values: of each run of about equal weight, the one in its middle. The ends stay exact.
fn thinned(all: Vec<(f64, f64)>) -> Result<[Chunk; 2]> {
    let kept = if all.len() <= MOST { all } else { thin(&all) };
    let shape = [kept.len()];
    Ok([
        Chunk::from_vec(kept.iter().map(|e| e.0).collect(), &shape)?,
        Chunk::from_vec(kept.iter().map(|e| e.1).collect(), &shape)?,
    ])
}

fn thin(all: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let [first, inner @ .., last] = all else { return all.to_vec() };
    let total: f64 = inner.iter().map(|e| e.1).sum();
    let share = total / (MOST - 2) as f64;
    let mut kept = vec![*first];
    let (mut done, mut run, mut start) = (0.0, 0.0, 0);
    for (i, (_, weight)) in inner.iter().enumerate() {
        run += weight;
        let is_full = done + run >= share * kept.len() as f64;
        if is_full || i + 1 == inner.len() {
            kept.push((middle(inner.get(start..=i).unwrap_or(&[]), run), run));
            (done, run, start) = (done + run, 0.0, i + 1);
        }
    }
    kept.push(*last);
    kept
}

/// The value at half the weight of a run.
fn middle(run: &[(f64, f64)], weight: f64) -> f64 {
    let mut before = 0.0;
    let found = run.iter().find(|(_, own)| {
        before += own;
        before * 2.0 >= weight
    });
    found.map_or(f64::NAN, |e| e.0)
}

/// The quantiles `q` (0 to 1) that a summary stands for; exact, as by NumPy's linear method, when nothing was thinned out.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when there is no element.
pub fn summary_quantile(summary: &[Chunk; 2], q: &[f64]) -> Result<Chunk> {
    let (values, weights) = (values_of::<f64>(&summary[0])?, values_of::<f64>(&summary[1])?);
    let Some(last) = values.last() else {
        return Err(Error::argument("percentiles of no elements have no value"));
    };
    if last.is_nan() {
        return Chunk::from_vec(vec![f64::NAN; q.len()], &[q.len()]);
    }
    // An element of weight w stands for w elements, of which the middle one is at its place.
    let mut before = 0.0;
    let places: Vec<f64> = weights
        .iter()
        .map(|w| {
            before += w;
            before - (w + 1.0) / 2.0
        })
        .collect();
    let at = |q: &f64| {
        let place = (before - 1.0) * q;
        let above = places.partition_point(|p| *p < place).min(places.len() - 1);
        let below =
            if places.get(above).is_some_and(|p| *p > place) { above.saturating_sub(1) } else { above };
        let value = |i: usize| values.get(i).copied().unwrap_or(f64::NAN);
        let position = |i: usize| places.get(i).copied().unwrap_or(0.0);
        let span = position(above) - position(below);
        if span <= 0.0 || value(above) == value(below) {
            value(above)
        } else {
            value(below) + (value(above) - value(below)) * (place - position(below)) / span
        }
    };
    Chunk::from_vec(q.iter().map(at).collect(), &[q.len()])
}
