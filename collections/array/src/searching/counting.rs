//! Occurrences of whole numbers.

use swath_array_plan::bincount as plan_bincount;

use crate::operand::{DynOperand, array_of};
use crate::{Array, DynArray, Element};

/// How occurrences are counted.
#[derive(Clone, Debug, Default)]
pub struct BincountOptions {
    weights: Option<DynArray>,
    minlength: usize,
    length: Option<usize>,
}

impl BincountOptions {
    /// What each element counts; the result is then `float64`.
    #[must_use]
    pub fn weights(self, weights: impl DynOperand) -> Self {
        Self { weights: Some(DynArray::new(array_of(weights.dyn_operand()))), ..self }
    }

    /// At least so many counts.
    #[must_use]
    pub fn minlength(self, minlength: usize) -> Self {
        Self { minlength, ..self }
    }

    /// Exactly so many counts, so that the result's length is known; a larger element is an error when it is met.
    #[must_use]
    pub fn length(self, length: usize) -> Self {
        Self { length: Some(length), ..self }
    }
}

/// How often 0, 1, 2, … occur among the elements, up to the largest one: an axis of unknown length, unless
/// [`BincountOptions::length`] says it.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![1, 1, 3]).chunks(2);
/// let counts = da::bincount(&x, &da::BincountOptions::default());
/// assert_eq!(counts.compute()?.as_slice(), Some(&[0, 2, 0, 1][..]));
/// let sums = x.as_dyn().bincount(&da::BincountOptions::default().weights(&da::array(vec![0.5, 1.0, 2.0])));
/// assert_eq!(sums.typed::<f64>().compute()?.as_slice(), Some(&[0.0, 1.5, 0.0, 2.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn bincount<T: Element>(x: &Array<T>, options: &BincountOptions) -> Array<i64> {
    Array::from_dyn(&x.as_dyn().bincount(options))
}

impl DynArray {
    /// How often 0, 1, 2, … occur among the elements, or the sums of their weights as `float64`.
    #[track_caller]
    pub fn bincount(&self, options: &BincountOptions) -> Self {
        self.map(|x| {
            let weights = options.weights.as_ref().map(Self::expr).transpose()?;
            plan_bincount(x, weights, options.minlength, options.length, None)
        })
    }
}
