//! The frequencies of transforms.

use swath_array_plan::{self as plan, ChunkSpec, Expr, Made, Operand, from_made};
use swath_error::{Error, Result};
use swath_kernels::BinaryOp;

use crate::Array;

/// The frequencies of a transform of length `n` of samples `d` apart, in cycles per unit, as `numpy.fft.fftfreq`: those
/// from 0 up, then the negative ones.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::InvalidArgument`] when `n` or `d` is 0.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// assert_eq!(da::fft::fftfreq(4, 0.5).compute()?.as_slice(), Some(&[0.0, 0.5, -1.0, -0.5][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn fftfreq(n: usize, d: f64) -> Array<f64> {
    Array::new(scaled(n, d, || {
        let upper = n / 2;
        let parts = [count(0.0, n - upper)?, count(-(upper as f64), upper)?];
        plan::concatenate(&parts, 0)
    }))
}

/// The frequencies of the half of a transform that [`super::rfft()`] gives, as `numpy.fft.rfftfreq`.
///
/// # Errors
/// In the array: [`swath_error::ErrorKind::InvalidArgument`] when `n` or `d` is 0.
#[track_caller]
pub fn rfftfreq(n: usize, d: f64) -> Array<f64> {
    Array::new(scaled(n, d, || count(0.0, n / 2 + 1)))
}

fn scaled(n: usize, d: f64, numbers: impl FnOnce() -> Result<Expr>) -> Result<Expr> {
    if n == 0 {
        return Err(Error::argument("the length of a transform must not be 0"));
    }
    if d == 0.0 {
        return Err(Error::argument("the distance of samples must not be 0"));
    }
    plan::binary(BinaryOp::Multiply, (&numbers()?).into(), Operand::literal(1.0 / (n as f64 * d)))
}

fn count(start: f64, n: usize) -> Result<Expr> {
    from_made(Made::Floats { start, step: 1.0 }, &[n], &ChunkSpec::default())
}
