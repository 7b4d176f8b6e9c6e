//! Frequency 0 to the middle and back.

use swath_array_plan::Axes;

use crate::{Array, Element};

/// Frequency 0 moved from the front to the middle along axes (`..` for all), as `numpy.fft.fftshift`.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::InvalidArgument`] for axes that are not there.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(5).chunks(2);
/// assert_eq!(da::fft::fftshift(&x, ..).compute()?.as_slice(), Some(&[3, 4, 0, 1, 2][..]));
/// assert_eq!(da::fft::ifftshift(&da::fft::fftshift(&x, ..), ..).compute()?, x.compute()?);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn fftshift<T: Element>(x: &Array<T>, axes: impl Into<Axes>) -> Array<T> {
    shifted(x, &axes.into(), |n| n / 2)
}

/// Frequency 0 moved from the middle to the front along axes: the inverse of [`fftshift`], as `numpy.fft.ifftshift`.
///
/// # Errors
/// As [`fftshift`].
#[track_caller]
pub fn ifftshift<T: Element>(x: &Array<T>, axes: impl Into<Axes>) -> Array<T> {
    shifted(x, &axes.into(), |n| -(n / 2))
}

#[track_caller]
fn shifted<T: Element>(x: &Array<T>, axes: &Axes, by: fn(isize) -> isize) -> Array<T> {
    let plan = || {
        let shape = x.shape()?;
        Ok(axes
            .resolve(shape.len())?
            .iter()
            .map(|a| (*a, shape.get(*a).copied().unwrap_or(0)))
            .collect::<Vec<_>>())
    };
    match plan() {
        Ok(lengths) => {
            lengths.into_iter().fold(x.clone(), |x, (axis, n)| x.roll(by(n as isize), axis as isize))
        }
        Err(e) => Array::new(Err(e)),
    }
}
