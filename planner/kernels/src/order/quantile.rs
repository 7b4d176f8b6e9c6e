//! Quantiles along an axis, by all of NumPy's methods.

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType};
use swath_error::{Error, ErrorKind, Result};

use super::{Order as _, axis_last, values_of};
use crate::cast::cast;
use crate::layout::transpose;

/// How a quantile between two elements is found; NumPy's names and definitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum QuantileMethod {
    /// On the line between the two neighbours.
    #[default]
    Linear,
    /// The lower neighbour.
    Lower,
    /// The higher neighbour.
    Higher,
    /// The mean of the two neighbours.
    Midpoint,
    /// The nearest neighbour, halves to even positions.
    Nearest,
    /// Hyndman and Fan's method 1.
    InvertedCdf,
    /// Hyndman and Fan's method 2.
    AveragedInvertedCdf,
    /// Hyndman and Fan's method 3.
    ClosestObservation,
    /// Hyndman and Fan's method 4.
    InterpolatedInvertedCdf,
    /// Hyndman and Fan's method 5.
    Hazen,
    /// Hyndman and Fan's method 6.
    Weibull,
    /// Hyndman and Fan's method 8.
    MedianUnbiased,
    /// Hyndman and Fan's method 9.
    NormalUnbiased,
}

impl QuantileMethod {
    /// Where quantile `q` of `n` sorted elements lies: the position below, and how far it is to the next one.
    fn place(self, n: usize, q: f64) -> (f64, f64) {
        let n = n as f64;
        let inner = (n - 1.0) * q;
        let between = |alpha: f64, beta: f64| n * q + (alpha + q * (1.0 - alpha - beta)) - 1.0;
        let parts = |at: f64| (at.floor(), at - at.floor());
        let step = |at: f64, stays: bool| (if stays { at.floor() } else { at.floor() + 1.0 }, 0.0);
        match self {
            Self::Linear => parts(inner),
            Self::Lower => (inner.floor(), 0.0),
            Self::Higher => (inner.ceil(), 0.0),
            Self::Midpoint => (inner.floor(), if inner.fract() == 0.0 { 0.0 } else { 0.5 }),
            Self::Nearest => (inner.round_ties_even(), 0.0),
            Self::InvertedCdf => {
                let at = n * q - 1.0;
                step(at, at.fract() == 0.0)
            }
            Self::AveragedInvertedCdf => {
                let (low, rest) = parts(n * q - 1.0);
                (low, if rest == 0.0 { 0.5 } else { 1.0 })
            }
            Self::ClosestObservation => {
                let at = n * q - 1.5;
                step(at, at.fract() == 0.0 && at.floor().rem_euclid(2.0) == 1.0)
            }
            Self::InterpolatedInvertedCdf => parts(between(0.0, 1.0)),
            Self::Hazen => parts(between(0.5, 0.5)),
            Self::Weibull => parts(between(0.0, 0.0)),
            Self::MedianUnbiased => parts(between(1.0 / 3.0, 1.0 / 3.0)),
            Self::NormalUnbiased => parts(between(3.0 / 8.0, 3.0 / 8.0)),
        }
    }
}

/// The quantiles `q` (0 to 1) along an axis, as a new first axis of the result; the axis itself goes away. `float32`
/// stays, all other real types give `float64`.
///
/// NaN gives NaN; with `skip_nan` it is left out, and only NaN gives NaN.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] for complex numbers; [`ErrorKind::ShapeMismatch`] when the axis does not exist.
pub fn quantile(
    chunk: &Chunk,
    axis: usize,
    q: &[f64],
    method: QuantileMethod,
    skip_nan: bool,
) -> Result<Chunk> {
    let out = match chunk.dtype() {
        DType::C64 | DType::C128 => {
            return Err(Error::new(
                ErrorKind::TypeMismatch,
                format!("quantiles are not defined for {}: complex numbers have no order", chunk.dtype()),
            ));
        }
        DType::F32 => DType::F32,
        _ => DType::F64,
    };
    let rows = cast(chunk, DType::F64)?;
    let rows = axis_last(&rows, axis)?;
    let n = rows.shape().last().copied().unwrap_or(1);
    let lanes: usize = rows.shape().iter().rev().skip(1).product();
    let mut values: Vec<f64> = values_of::<f64>(&rows)?.to_vec();
    let mut found = Vec::with_capacity(lanes * q.len());
    for lane in 0..lanes {
        let row = values.get_mut(lane * n..(lane + 1) * n).unwrap_or(&mut []);
        lane_quantiles(row, q, method, skip_nan, &mut found);
    }
    // Quantiles were found lane by lane; their axis comes first.
    let mut shape: Vec<usize> = rows.shape().iter().rev().skip(1).rev().copied().collect();
    shape.push(q.len());
    let order: Vec<usize> = std::iter::once(shape.len() - 1).chain(0..shape.len() - 1).collect();
    transpose(&cast(&Chunk::from_vec(found, &shape)?, out)?, &order)
}

/// The quantiles of one lane, which is left in another order.
fn lane_quantiles(row: &mut [f64], q: &[f64], method: QuantileMethod, skip_nan: bool, out: &mut Vec<f64>) {
    let missing = row.iter().filter(|v| v.is_nan()).count();
    if row.len() == missing || (missing > 0 && !skip_nan) {
        out.extend(q.iter().map(|_| f64::NAN));
        return;
    }
    let n = row.len() - missing;
    let sorted = q.len() > 2;
    if sorted || missing > 0 {
        row.sort_unstable_by(f64::order);
    }
    let present = row.get_mut(..n).unwrap_or(&mut []);
    for q in q {
        let (low, share) = method.place(n, *q);
        let last = (n - 1) as f64;
        // Places outside the elements are those of the ends.
        let share = if low < 0.0 { 0.0 } else { share };
        let low = low.clamp(0.0, last) as usize;
        out.push(between(present, low, share, sorted));
    }
}

/// The value `share` of the way from the element that sorts to `low` to the next one.
fn between(values: &mut [f64], low: usize, share: f64, sorted: bool) -> f64 {
    let (a, b) = if sorted {
        (values.get(low).copied(), values.get(low + 1).copied())
    } else {
        let (_, a, above) = values.select_nth_unstable_by(low, f64::order);
        (Some(*a), above.iter().copied().min_by(f64::order))
    };
    let a = a.unwrap_or(f64::NAN);
    let b = if share == 0.0 { a } else { b.unwrap_or(a) };
    let span = b - a;
    if a == b {
        a
    } else if share >= 0.5 {
        b - span * (1.0 - share)
    } else {
        a + span * share
    }
}
