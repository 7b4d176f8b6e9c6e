//! Upper tails of distributions: how likely a value at least as large is, as tests of hypotheses ask.
//!
//! In: chunks of values and of degrees of freedom, which broadcast. Out: a chunk of probabilities. Relative errors stay
//! below 1e-11 far out in the tails and for millions of degrees of freedom: nothing is subtracted from 1 that is near
//! 1, and no large logarithms cancel. The square of a t must be a float (up to 1e154). The crate statrs
//! stops its fractions after 140 steps: 0.499 in the place of 0.5 for F of a million and a million degrees, 0 for a hundred
//! million. It never draws random numbers.

mod beta;
mod density;
mod gamma;

use ndarray::ArrayViewD;
use serde::{Deserialize, Serialize};
use swath_block::Chunk;
use swath_error::{Error, Result};

use crate::layout::broadcast_shapes;

/// A distribution and its degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tail {
    /// The normal distribution of mean 0 and deviation 1.
    Normal,
    /// Student's t of some degrees of freedom.
    StudentT,
    /// Chi-squared of some degrees of freedom.
    ChiSquared,
    /// F of the degrees of freedom of numerator and denominator.
    F,
}

impl Tail {
    /// The name SciPy has for the distribution.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "norm",
            Self::StudentT => "t",
            Self::ChiSquared => "chi2",
            Self::F => "f",
        }
    }

    /// How many degrees of freedom the distribution has.
    pub fn parameters(self) -> usize {
        match self {
            Self::Normal => 0,
            Self::StudentT | Self::ChiSquared => 1,
            Self::F => 2,
        }
    }

    /// The probability of a value of `x` or more; NaN for degrees of freedom that are not above zero.
    pub fn above(self, x: f64, degrees: &[f64]) -> f64 {
        if x.is_nan() || degrees.iter().any(|d| d.is_nan() || *d <= 0.0) {
            return f64::NAN;
        }
        match (self, degrees) {
            (Self::Normal, []) => normal(x),
            (Self::StudentT, [d]) => student(x, *d),
            (Self::ChiSquared, [d]) => chi_squared(x, *d),
            (Self::F, [d, e]) => f(x, *d, *e),
            _ => f64::NAN,
        }
    }
}

/// The probabilities of values at least as large: `float64` from `float64` values and degrees of freedom.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when the chunks do not broadcast; [`swath_error::ErrorKind::Internal`] for
/// another number of parameters than the distribution has.
pub fn tail(of: Tail, values: &Chunk, degrees: &[Chunk]) -> Result<Chunk> {
    if degrees.len() != of.parameters() {
        return Err(Error::internal(format!("{} of {} degrees of freedom", of.name(), degrees.len())));
    }
    let mut shape = values.shape().to_vec();
    for chunk in degrees {
        shape = broadcast_shapes(&shape, chunk.shape())?;
    }
    let all = std::iter::once(values).chain(degrees).map(|c| c.view::<f64>()).collect::<Result<Vec<_>>>()?;
    let wide = all.iter().map(|v| v.broadcast(shape.as_slice()).ok_or_else(|| unequal(&shape)));
    let wide: Vec<ArrayViewD<'_, f64>> = wide.collect::<Result<_>>()?;
    let mut lanes: Vec<_> = wide.iter().map(|v| v.iter()).collect();
    let count = shape.iter().product();
    let mut found = Vec::with_capacity(count);
    let mut at = [0.0; 3];
    for _ in 0..count {
        for (slot, lane) in at.iter_mut().zip(&mut lanes) {
            *slot = lane.next().copied().unwrap_or(f64::NAN);
        }
        let [x, degrees @ ..] = at;
        found.push(of.above(x, degrees.get(..of.parameters()).unwrap_or(&[])));
    }
    Chunk::from_vec(found, &shape)
}

fn unequal(shape: &[usize]) -> Error {
    Error::internal(format!("degrees of freedom that do not broadcast to {shape:?}"))
}

fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2)
}

fn student(t: f64, degrees: f64) -> f64 {
    if degrees.is_infinite() {
        return normal(t);
    }
    let square = t * t;
    let share = if square.is_infinite() { 1.0 } else { square / (degrees + square) };
    let outside = beta::regularized(degrees / 2.0, 0.5, degrees / (degrees + square), share);
    if t >= 0.0 { 0.5 * outside } else { 1.0 - 0.5 * outside }
}

fn chi_squared(x: f64, degrees: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { gamma::upper(degrees / 2.0, x / 2.0) }
}

fn f(x: f64, above: f64, below: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scaled = above * x;
    let share = if scaled.is_infinite() { 1.0 } else { scaled / (below + scaled) };
    beta::regularized(below / 2.0, above / 2.0, below / (below + scaled), share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_what_is_no_number() {
        for (of, degrees) in [
            (Tail::Normal, &[][..]),
            (Tail::StudentT, &[3.0]),
            (Tail::ChiSquared, &[3.0]),
            (Tail::F, &[2.0, 9.0]),
        ] {
            assert_eq!(of.above(f64::INFINITY, degrees), 0.0, "{of:?}");
            assert_eq!(of.above(f64::NEG_INFINITY, degrees), 1.0, "{of:?}");
            assert!(of.above(f64::NAN, degrees).is_nan());
            assert!(degrees.is_empty() || of.above(1.0, &vec![0.0; degrees.len()]).is_nan());
        }
        assert_eq!(Tail::StudentT.above(1.5, &[f64::INFINITY]), Tail::Normal.above(1.5, &[]));
        assert_eq!(Tail::StudentT.above(0.0, &[7.0]), 0.5);
    }

    #[test]
    fn degrees_of_freedom_broadcast() {
        let x = Chunk::from_vec(vec![1.0, 2.0, 3.0, 4.0], &[2, 2]).unwrap();
        let degrees = Chunk::from_vec(vec![5.0, 9.0], &[2]).unwrap();
        let found = tail(Tail::ChiSquared, &x, &[degrees]).unwrap();
        assert_eq!(found.view::<f64>().unwrap()[[1, 0]], Tail::ChiSquared.above(3.0, &[5.0]));
        assert_eq!(found.view::<f64>().unwrap()[[0, 1]], Tail::ChiSquared.above(2.0, &[9.0]));
        assert!(tail(Tail::F, &x, &[]).is_err());
    }
}
