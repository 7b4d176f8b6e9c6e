//! Transforms along several axes, one after another.

use swath_array_plan::{Axes, Expr, FftKind};
use swath_error::{Error, Result};

use super::line::transform;
use super::{Line, Several, Transform};
use crate::Array;

macro_rules! several {
    ($($(#[$doc:meta])* $two:ident, $name:ident, $with:ident, $kind:expr, $out:ident;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// In the array: [`swath_error::ErrorKind::InvalidArgument`] for axes that are not there, or empty ones.
        #[track_caller]
        pub fn $name<T: Transform>(x: &Array<T>) -> Array<T::$out> {
            $with(x, &Several::default())
        }

        #[doc = concat!("As [`", stringify!($name), "`], with lengths, axes and a norm.")]
        ///
        /// # Errors
        #[doc = concat!("As [`", stringify!($name), "`]; [`swath_error::ErrorKind::InvalidArgument`] also when there are not as many lengths as axes.")]
        #[track_caller]
        pub fn $with<T: Transform>(x: &Array<T>, options: &Several) -> Array<T::$out> {
            Array::new(x.expr().and_then(|x| along(x, $kind, options)))
        }

        #[doc = concat!("[`", stringify!($name), "`] along the last two axes.")]
        ///
        /// # Errors
        #[doc = concat!("As [`", stringify!($name), "`].")]
        #[track_caller]
        pub fn $two<T: Transform>(x: &Array<T>) -> Array<T::$out> {
            $with(x, &Several::default().axes([-2, -1]))
        }
    )* };
}

several! {
    /// The discrete Fourier transform along all axes, as `numpy.fft.fftn`.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::random::default_rng(1).normal(0.0, 1.0, [20, 30]).chunks([7, 8]);
    /// let back = da::fft::ifftn(&da::fft::fftn(&x));
    /// assert!((back.real() - &x).abs().max(..).item()? < 1e-13);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fft2, fftn, fftn_with, FftKind::Forward, Complex;
    /// The inverse of [`fftn`] along all axes, as `numpy.fft.ifftn`.
    ifft2, ifftn, ifftn_with, FftKind::Inverse, Complex;
    /// The transform of real numbers along all axes, the last one halved, as `numpy.fft.rfftn`.
    rfft2, rfftn, rfftn_with, FftKind::RealForward, Complex;
    /// The inverse of [`rfftn`] along all axes, as `numpy.fft.irfftn`.
    irfft2, irfftn, irfftn_with, FftKind::RealInverse, Std;
}

fn along(x: &Expr, kind: FftKind, options: &Several) -> Result<Expr> {
    let axes = axes(x, options)?;
    if options.s.as_ref().is_some_and(|s| s.len() != axes.len()) {
        return Err(Error::argument("fft: Shape and axes have different lengths."));
    }
    // Lengths are those of `x`, as an axis named twice is halved only once.
    let lengths = match &options.s {
        Some(s) => s.clone(),
        None => axes.iter().map(|a| x.chunks().axis(*a as usize)?.length()).collect::<Result<_>>()?,
    };
    let halved = kind == FftKind::RealInverse && options.s.is_none();
    let line = |i: usize| Line {
        n: lengths.get(i).copied().filter(|_| !halved || i + 1 < axes.len()),
        axis: axes.get(i).copied().unwrap_or(0),
        norm: options.norm,
    };
    let Some(last) = axes.len().checked_sub(1) else {
        return Err(Error::argument("fft: at least 1 axis must be transformed"));
    };
    let mut out = x.clone();
    if kind == FftKind::RealInverse {
        for i in 0..last {
            out = transform(&out, FftKind::Inverse, &line(i))?;
        }
        return transform(&out, kind, &line(last));
    }
    out = transform(&out, kind, &line(last))?;
    let rest = if kind == FftKind::RealForward { FftKind::Forward } else { kind };
    for i in (0..last).rev() {
        out = transform(&out, rest, &line(i))?;
    }
    Ok(out)
}

/// The axes asked for; with lengths alone the last ones.
fn axes(x: &Expr, options: &Several) -> Result<Vec<isize>> {
    if let Some(axes) = &options.axes {
        // Named twice, an axis is transformed twice, as in NumPy.
        return axes.iter().map(|a| Ok(swath_array_plan::normalize_axis(*a, x.ndim())? as isize)).collect();
    }
    let all = Axes::all().resolve(x.ndim())?;
    let skip = options.s.as_ref().map_or(0, |s| x.ndim().saturating_sub(s.len()));
    Ok(all.iter().skip(skip).map(|a| *a as isize).collect())
}
