//! Elements per bin, in one dimension or several.

use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use crate::create::linspace;
use crate::layout::{contiguous, mismatch};
use crate::order::values_of;

/// How many points fall into each bin, or the sums of their `float64` weights, as `float64` or `int64`.
///
/// `points` are the coordinates of the points along each axis, `edges` the rising edges of the bins there, all of
/// `float64`. Bins are closed below and open above, the last one closed. Points outside, and NaN, count nowhere.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the coordinates or the weights differ in number.
pub fn histogram(points: &[Chunk], edges: &[Chunk], weights: Option<&Chunk>) -> Result<Chunk> {
    let points = points.iter().map(contiguous).collect::<Result<Vec<_>>>()?;
    let edges = edges.iter().map(contiguous).collect::<Result<Vec<_>>>()?;
    let weights = weights.map(contiguous).transpose()?;
    let columns = points.iter().map(values_of::<f64>).collect::<Result<Vec<_>>>()?;
    let count = columns.first().map_or(0, |c| c.len());
    let weights = weights.as_ref().map(values_of::<f64>).transpose()?;
    if columns.iter().any(|c| c.len() != count) || weights.is_some_and(|w| w.len() != count) {
        return Err(mismatch("coordinates and weights of a histogram differ in number".to_owned()));
    }
    let axes = edges.iter().map(|e| values_of::<f64>(e).map(Bins::new)).collect::<Result<Vec<_>>>()?;
    let shape: Vec<usize> = axes.iter().map(Bins::count).collect();
    let place = |i: usize| -> Option<usize> {
        let bins = axes.iter().zip(&columns).map(|(bins, c)| bins.find(*c.get(i)?));
        bins.zip(&shape).try_fold(0, |at, (bin, n)| Some(at * n + bin?))
    };
    let cells: usize = shape.iter().product();
    if let Some(weights) = weights {
        let mut sums = vec![0f64; cells];
        for (i, weight) in weights.iter().enumerate() {
            if let Some(sum) = place(i).and_then(|at| sums.get_mut(at)) {
                *sum += weight;
            }
        }
        return Chunk::from_vec(sums, &shape);
    }
    let mut counts = vec![0i64; cells];
    for i in 0..count {
        if let Some(n) = place(i).and_then(|at| counts.get_mut(at)) {
            *n += 1;
        }
    }
    Chunk::from_vec(counts, &shape)
}

/// The bins of one axis.
struct Bins<'a> {
    edges: &'a [f64],
    /// Bins per unit, where they are about equally wide: the first guess.
    scale: f64,
}

impl<'a> Bins<'a> {
    fn new(edges: &'a [f64]) -> Self {
        let scale = match edges {
            [low, .., high] => (edges.len() - 1) as f64 / (high - low),
            _ => f64::NAN,
        };
        Self { edges, scale }
    }

    fn count(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// The bin of a value; none outside.
    fn find(&self, v: f64) -> Option<usize> {
        let (low, high) = (*self.edges.first()?, *self.edges.last()?);
        let last = self.count().checked_sub(1)?;
        // NaN is not within.
        if !(v >= low && v <= high) {
            return None;
        }
        // Bins of equal width are found at once; the edges decide, since the guess is rounded.
        let guess = ((v - low) * self.scale) as usize;
        let fits = |bin: usize| {
            self.edges.get(bin).is_some_and(|e| v >= *e) && self.edges.get(bin + 1).is_some_and(|e| v < *e)
        };
        let near = guess.saturating_sub(1)..=guess + 1;
        if let Some(bin) = near.into_iter().find(|b| *b <= last && fits(*b)) {
            return Some(bin);
        }
        Some(self.edges.partition_point(|e| *e <= v).saturating_sub(1).min(last))
    }
}

/// The edges of `bins` bins of equal width between two chunks of one `float64` each; a range of no width is widened by a
/// half on both sides.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] when an end is not finite or the range falls.
pub fn bin_edges(low: &Chunk, high: &Chunk, bins: usize) -> Result<Chunk> {
    let end = |c: &Chunk| c.view::<f64>().map(|v| v.first().copied().unwrap_or(f64::NAN));
    let (low, high) = (end(low)?, end(high)?);
    if !low.is_finite() || !high.is_finite() {
        return Err(Error::argument(format!("the range of a histogram, {low} to {high}, is not finite"))
            .with_help("give the range, or remove NaN and infinities first"));
    }
    if low > high {
        return Err(Error::argument(format!("the range of a histogram falls from {low} to {high}")));
    }
    let (low, high) = if low == high { (low - 0.5, high + 0.5) } else { (low, high) };
    linspace((low, high), bins + 1, true, 0, bins + 1, DType::F64)
}
