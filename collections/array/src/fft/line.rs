//! Transforms along one axis.

use swath_array_plan::{self as plan, Axis, Expr, FftKind, Kernel, normalize_axis};
use swath_block::DType;
use swath_error::{Error, Result};
use swath_kernels::UnaryOp;

use super::{Line, Norm, Transform};
use crate::Array;

macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident, $with:ident, $build:expr, $out:ident;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// In the array: [`swath_error::ErrorKind::InvalidArgument`] for an axis that is not there, or an empty one.
        #[track_caller]
        pub fn $name<T: Transform>(x: &Array<T>) -> Array<T::$out> {
            $with(x, &Line::default())
        }

        #[doc = concat!("As [`", stringify!($name), "`], with a length, an axis and a norm.")]
        ///
        /// # Errors
        #[doc = concat!("As [`", stringify!($name), "`].")]
        #[track_caller]
        pub fn $with<T: Transform>(x: &Array<T>, options: &Line) -> Array<T::$out> {
            let build: fn(&Expr, &Line) -> Result<Expr> = $build;
            Array::new(x.expr().and_then(|x| build(x, options)))
        }
    )* };
}

lines! {
    /// The discrete Fourier transform along the last axis, as `numpy.fft.fft`.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![1.0, 0.0, 0.0, 0.0]).chunks(2);
    /// assert_eq!(da::fft::fft(&x).compute()?[3], num_complex::Complex64::new(1.0, 0.0));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fft, fft_with, |x, o| transform(x, FftKind::Forward, o), Complex;
    /// The inverse of [`fft()`] along the last axis, as `numpy.fft.ifft`.
    ifft, ifft_with, |x, o| transform(x, FftKind::Inverse, o), Complex;
    /// The first half of the transform of real numbers along the last axis, `n/2 + 1` values for `n`, as `numpy.fft.rfft`.
    /// Complex numbers are refused.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::random::default_rng(1).normal(0.0, 1.0, [10, 64]).chunks([5, 16]);
    /// let half = da::fft::rfft(&x);
    /// assert_eq!(half.shape()?, [10, 33]);
    /// assert!((da::fft::irfft(&half) - &x).abs().max(..).item()? < 1e-14);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    rfft, rfft_with, |x, o| transform(x, FftKind::RealForward, o), Complex;
    /// The inverse of [`rfft()`] along the last axis, `2 (m - 1)` values for `m` unless a length is given, as
    /// `numpy.fft.irfft`.
    irfft, irfft_with, |x, o| transform(x, FftKind::RealInverse, o), Std;
    /// The transform of a signal whose other half is its mirror image, conjugated: real values, as `numpy.fft.hfft`.
    hfft, hfft_with, |x, o| {
        let conjugate = plan::unary(UnaryOp::Conjugate, &complex(x)?)?;
        transform(&conjugate, FftKind::RealInverse, &swapped(o))
    }, Std;
    /// The inverse of [`hfft()`], as `numpy.fft.ihfft`.
    ihfft, ihfft_with, |x, o| {
        plan::unary(UnaryOp::Conjugate, &transform(x, FftKind::RealForward, &swapped(o))?)
    }, Complex;
}

/// The other direction's norm.
fn swapped(options: &Line) -> Line {
    let norm = match options.norm {
        Norm::Backward => Norm::Forward,
        Norm::Forward => Norm::Backward,
        Norm::Ortho => Norm::Ortho,
    };
    options.norm(norm)
}

/// In complex numbers of the precision of transforms.
fn complex(x: &Expr) -> Result<Expr> {
    let single = matches!(x.dtype(), DType::F32 | DType::C64);
    plan::astype(x, if single { DType::C64 } else { DType::C128 })
}

/// In real numbers of the precision of transforms.
fn real(x: &Expr) -> Result<Expr> {
    match x.dtype() {
        DType::C64 | DType::C128 => Err(Error::argument("a real transform of complex numbers")
            .with_help("take `real()` of the array, or a transform of complex numbers such as `fft`")),
        DType::F32 => Ok(x.clone()),
        _ => plan::astype(x, DType::F64),
    }
}

/// The transform of the lines along an axis.
pub(super) fn transform(x: &Expr, kind: FftKind, options: &Line) -> Result<Expr> {
    let axis = normalize_axis(options.axis, x.ndim())?;
    let length = x.chunks().axis(axis)?.length()?;
    let n =
        options.n.unwrap_or(if kind == FftKind::RealInverse { length.saturating_sub(1) * 2 } else { length });
    if n == 0 {
        return Err(Error::argument("Invalid number of FFT data points (0) specified.")
            .with_help("transform an axis that has elements, or give a length"));
    }
    let x = if kind == FftKind::RealForward { real(x)? } else { complex(x)? };
    let x = plan::whole_along_for(&x, axis, n)?;
    let dtype = match (kind, x.dtype()) {
        (FftKind::RealForward, DType::F32) => DType::C64,
        (FftKind::RealForward, _) => DType::C128,
        (FftKind::RealInverse, DType::C64) => DType::F32,
        (FftKind::RealInverse, _) => DType::F64,
        (_, dtype) => dtype,
    };
    let chunks = x.chunks().clone().with_axis(axis, Axis::whole(kind.gives(n)));
    let labels = plan::all_axes(&x);
    plan::kernel(Kernel::Fft { kind, axis, n, norm: options.norm }, &labels, &[(&x, &labels)], dtype, chunks)
}
