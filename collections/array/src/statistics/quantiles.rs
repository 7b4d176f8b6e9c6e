//! Medians, quantiles and percentiles: exact over axes; approximate over all elements of a large array.

use swath_array_plan::{Axes, Expr, percentile_approx as approximate, quantile, squeeze};
use swath_error::Result;
use swath_kernels::QuantileMethod;

use crate::methods::methods;
use crate::{Array, Numeric};

/// One quantile, or several, which become a new first axis of the result: `0.5`, `[0.25, 0.75]`, a vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantiles {
    values: Vec<f64>,
    is_one: bool,
}

impl From<f64> for Quantiles {
    fn from(q: f64) -> Self {
        Self { values: vec![q], is_one: true }
    }
}

impl From<Vec<f64>> for Quantiles {
    fn from(values: Vec<f64>) -> Self {
        Self { values, is_one: false }
    }
}

impl From<&[f64]> for Quantiles {
    fn from(values: &[f64]) -> Self {
        values.to_vec().into()
    }
}

impl<const N: usize> From<[f64; N]> for Quantiles {
    fn from(values: [f64; N]) -> Self {
        values.to_vec().into()
    }
}

impl Quantiles {
    /// Percentages as shares.
    fn of_hundred(mut self) -> Self {
        self.values.iter_mut().for_each(|q| *q /= 100.0);
        self
    }

    fn over(&self, x: &Expr, axes: &Axes, method: QuantileMethod, skip_nan: bool) -> Result<Expr> {
        let found = quantile(x, axes, &self.values, method, skip_nan)?;
        if self.is_one { squeeze(&found, Some(&Axes::from(0))) } else { Ok(found) }
    }
}

methods! { Numeric:
    /// Exact medians over axes. `float32` stays, other types give `float64`; NaN gives NaN.
    ///
    /// The axes become one chunk: a whole array's median needs all of it at once, see [`crate::percentile_approx`].
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(12).reshape([3, 4]).chunks([2, 2]);
    /// assert_eq!(x.median(1).compute()?.as_slice(), Some(&[1.5, 5.5, 9.5][..]));
    /// assert_eq!(x.quantile([0.0, 1.0], 0).shape()?, [2, 4]);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn median(x, axes: impl Into<Axes>) -> T::Mean =
        Quantiles::from(0.5).over(x, &axes.into(), QuantileMethod::Linear, false);
    /// Exact medians of the elements that are not NaN.
    fn nanmedian(x, axes: impl Into<Axes>) -> T::Mean =
        Quantiles::from(0.5).over(x, &axes.into(), QuantileMethod::Linear, true);
    /// Exact quantiles (0 to 1) over axes: one, or several along a new first axis. As [`Self::median`] otherwise.
    fn quantile(x, q: impl Into<Quantiles>, axes: impl Into<Axes>) -> T::Mean =
        q.into().over(x, &axes.into(), QuantileMethod::Linear, false);
    /// Exact quantiles found by one of NumPy's methods. Methods that pick an element give it as a float.
    fn quantile_by(x, q: impl Into<Quantiles>, axes: impl Into<Axes>, method: QuantileMethod) -> T::Mean =
        q.into().over(x, &axes.into(), method, false);
    /// Exact quantiles of the elements that are not NaN.
    fn nanquantile(x, q: impl Into<Quantiles>, axes: impl Into<Axes>) -> T::Mean =
        q.into().over(x, &axes.into(), QuantileMethod::Linear, true);
    /// Exact percentiles (0 to 100) over axes.
    fn percentile(x, q: impl Into<Quantiles>, axes: impl Into<Axes>) -> T::Mean =
        q.into().of_hundred().over(x, &axes.into(), QuantileMethod::Linear, false);
    /// Exact percentiles of the elements that are not NaN.
    fn nanpercentile(x, q: impl Into<Quantiles>, axes: impl Into<Axes>) -> T::Mean =
        q.into().of_hundred().over(x, &axes.into(), QuantileMethod::Linear, true);
}

/// **Approximate** percentiles (0 to 100) over all elements of an array of any size, from summaries of its chunks; what
/// Dask's `percentile` does for arrays of several chunks. Ranks are right to about 1 in 1000 elements, and exact for up to
/// some thousands of elements. The smallest and the largest element are always exact. NaN gives NaN.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(100_001).chunks(10_000);
/// let found = da::percentile_approx(&x, [0.0, 50.0, 100.0]).compute()?;
/// assert!((found[1] - 50_000.0).abs() < 100.0);
/// assert_eq!((found[0], found[2]), (0.0, 100_000.0));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn percentile_approx<T: Numeric>(x: &Array<T>, q: impl Into<Quantiles>) -> Array<f64> {
    let q = q.into().of_hundred();
    x.map(|x| {
        let found = approximate(x, &q.values, None)?;
        if q.is_one { squeeze(&found, Some(&Axes::from(0))) } else { Ok(found) }
    })
}
