//! Something for the beginning and the end of every axis.

use swath_error::{Error, ErrorKind, Result};

/// A value for both ends of every axis (`2`), one for the beginnings and one for the ends (`(1, 2)`), or such a pair for
/// each axis (`[(1, 2), (0, 3)]`).
#[derive(Clone, Debug, PartialEq)]
pub struct Sides<T>(Vec<(T, T)>);

impl<T: Copy> Sides<T> {
    /// A pair for each of `ndim` axes.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] when there are pairs for another number of axes.
    pub(crate) fn per_axis(&self, ndim: usize, what: &str) -> Result<Vec<(T, T)>> {
        match self.0.as_slice() {
            [both] => Ok(vec![*both; ndim]),
            pairs if pairs.len() == ndim => Ok(pairs.to_vec()),
            pairs => Err(Error::new(
                ErrorKind::ShapeMismatch,
                format!("{} pairs of {what} for an array of {ndim} axes", pairs.len()),
            )
            .with_help("give one value, one pair, or a pair for every axis")),
        }
    }
}

impl<T: Copy> From<T> for Sides<T> {
    fn from(both: T) -> Self {
        Self(vec![(both, both)])
    }
}

impl<T> From<(T, T)> for Sides<T> {
    fn from(pair: (T, T)) -> Self {
        Self(vec![pair])
    }
}

impl<T> From<Vec<(T, T)>> for Sides<T> {
    fn from(pairs: Vec<(T, T)>) -> Self {
        Self(pairs)
    }
}

impl<T, const N: usize> From<[(T, T); N]> for Sides<T> {
    fn from(pairs: [(T, T); N]) -> Self {
        Self(pairs.into_iter().collect())
    }
}
