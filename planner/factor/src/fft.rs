//! Fourier transforms of the lines of one chunk.
//!
//! In: a chunk whose lines along an axis are whole. Out: a chunk with their transforms, in the input's precision. Lines are
//! transformed a few at a time, so that lines across memory are read by whole cache lines. Plans are kept per thread.

use std::cell::RefCell;
use std::sync::Arc;

use ndarray::{ArrayViewD, Axis};
use num_complex::Complex;
use realfft::RealFftPlanner;
use rustfft::{Fft, FftNum, FftPlanner};
use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType, Element, Shape, Strides};
use swath_error::{Error, ErrorKind, Result};

/// Which transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FftKind {
    /// Complex to complex, `exp(-2πi jk/n)`.
    Forward,
    /// Complex to complex, `exp(2πi jk/n)`.
    Inverse,
    /// Real to the first half of its transform, `n/2 + 1` values.
    RealForward,
    /// The first half of a transform to `n` real values.
    RealInverse,
}

/// What transforms are divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FftNorm {
    /// Inverse transforms by the length.
    #[default]
    Backward,
    /// All transforms by the square root of the length.
    Ortho,
    /// Forward transforms by the length.
    Forward,
}

impl FftKind {
    /// Values that a line of `n` needs.
    fn needs(self, n: usize) -> usize {
        if self == Self::RealInverse { n / 2 + 1 } else { n }
    }

    /// Values that come out of a line of `n`.
    pub fn gives(self, n: usize) -> usize {
        if self == Self::RealForward { n / 2 + 1 } else { n }
    }

    fn factor(self, n: usize, norm: FftNorm) -> f64 {
        let forward = matches!(self, Self::Forward | Self::RealForward);
        match norm {
            FftNorm::Ortho => 1.0 / (n as f64).sqrt(),
            FftNorm::Backward if !forward => 1.0 / n as f64,
            FftNorm::Forward if forward => 1.0 / n as f64,
            _ => 1.0,
        }
    }
}

/// Lines transformed at a time.
const LINES: usize = 16;

/// The transforms of length `n` of the lines along `axis`: shorter lines are continued with zeros, longer ones cut.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] unless the chunk is complex, or real for [`FftKind::RealForward`];
/// [`ErrorKind::InvalidArgument`] when `n` is 0.
pub fn fft(chunk: &Chunk, kind: FftKind, axis: usize, n: usize, norm: FftNorm) -> Result<Chunk> {
    if n == 0 {
        return Err(Error::argument("Invalid number of FFT data points (0) specified."));
    }
    match (chunk.dtype(), kind) {
        (DType::C64, FftKind::Forward | FftKind::Inverse) => complex::<f32>(chunk, kind, axis, n, norm),
        (DType::C128, FftKind::Forward | FftKind::Inverse) => complex::<f64>(chunk, kind, axis, n, norm),
        (DType::F32, FftKind::RealForward) => real_forward::<f32>(chunk, axis, n, norm),
        (DType::F64, FftKind::RealForward) => real_forward::<f64>(chunk, axis, n, norm),
        (DType::C64, FftKind::RealInverse) => real_inverse::<f32>(chunk, axis, n, norm),
        (DType::C128, FftKind::RealInverse) => real_inverse::<f64>(chunk, axis, n, norm),
        (dtype, _) => {
            Err(Error::new(ErrorKind::TypeMismatch, format!("{kind:?} is no transform of {dtype}")))
        }
    }
}

/// A precision in which transforms are made.
trait Precision: FftNum + Element {
    fn of(x: f64) -> Self;
    fn plan(n: usize, inverse: bool) -> Arc<dyn Fft<Self>>;
    fn real<R>(with: impl FnOnce(&mut RealFftPlanner<Self>) -> R) -> R;
}

macro_rules! precisions {
    ($($t:ty, $complex:ident, $real:ident;)*) => { $(
        thread_local! {
            static $complex: RefCell<FftPlanner<$t>> = RefCell::new(FftPlanner::new());
            static $real: RefCell<RealFftPlanner<$t>> = RefCell::new(RealFftPlanner::new());
        }

        impl Precision for $t {
            fn of(x: f64) -> Self {
                x as $t
            }

            fn plan(n: usize, inverse: bool) -> Arc<dyn Fft<Self>> {
                $complex.with_borrow_mut(|p| if inverse { p.plan_fft_inverse(n) } else { p.plan_fft_forward(n) })
            }

            fn real<R>(with: impl FnOnce(&mut RealFftPlanner<Self>) -> R) -> R {
                $real.with_borrow_mut(with)
            }
        }
    )* };
}

precisions! { f32, COMPLEX_F32, REAL_F32; f64, COMPLEX_F64, REAL_F64; }

fn complex<T: Precision>(chunk: &Chunk, kind: FftKind, axis: usize, n: usize, norm: FftNorm) -> Result<Chunk>
where
    Complex<T>: Element,
{
    let plan = T::plan(n, kind == FftKind::Inverse);
    let zero = Complex::new(<T as Element>::zero(), <T as Element>::zero());
    let mut scratch = vec![zero; plan.get_inplace_scratch_len()];
    let factor = T::of(kind.factor(n, norm));
    by_lines::<Complex<T>, Complex<T>>(chunk, axis, n, n, &mut |lines, out| {
        plan.process_with_scratch(lines, &mut scratch);
        out.extend(lines.iter().map(|v| v * factor));
        Ok(())
    })
}

fn real_forward<T: Precision>(chunk: &Chunk, axis: usize, n: usize, norm: FftNorm) -> Result<Chunk>
where
    Complex<T>: Element,
{
    let plan = T::real(|p| p.plan_fft_forward(n));
    let (mut half, mut scratch) = (plan.make_output_vec(), plan.make_scratch_vec());
    let factor = T::of(FftKind::RealForward.factor(n, norm));
    by_lines::<T, Complex<T>>(chunk, axis, n, n / 2 + 1, &mut |lines, out| {
        for line in lines.chunks_exact_mut(n) {
            plan.process_with_scratch(line, &mut half, &mut scratch).map_err(failed)?;
            out.extend(half.iter().map(|v| v * factor));
        }
        Ok(())
    })
}

fn real_inverse<T: Precision>(chunk: &Chunk, axis: usize, n: usize, norm: FftNorm) -> Result<Chunk>
where
    Complex<T>: Element,
{
    let plan = T::real(|p| p.plan_fft_inverse(n));
    let (mut whole, mut scratch) = (plan.make_output_vec(), plan.make_scratch_vec());
    let factor = T::of(FftKind::RealInverse.factor(n, norm));
    let needs = FftKind::RealInverse.needs(n);
    by_lines::<Complex<T>, T>(chunk, axis, needs, n, &mut |lines, out| {
        for line in lines.chunks_exact_mut(needs) {
            // The imaginary parts that real values cannot have do not count, as in NumPy.
            if let Some(first) = line.first_mut() {
                first.im = <T as Element>::zero();
            }
            if n.is_multiple_of(2)
                && let Some(last) = line.last_mut()
            {
                last.im = <T as Element>::zero();
            }
            plan.process_with_scratch(line, &mut whole, &mut scratch).map_err(failed)?;
            out.extend(whole.iter().map(|v| *v * factor));
        }
        Ok(())
    })
}

fn failed(e: realfft::FftError) -> Error {
    Error::internal("a transform was given buffers of other lengths").with_source(e)
}

/// Transforms several lines, one after another in memory, and appends the results.
type Transform<'a, A, B> = &'a mut dyn FnMut(&mut [A], &mut Vec<B>) -> Result<()>;

/// Hands the lines along `axis`, cut or continued to `needs` values, to `transform`, which gives `gives` values for each.
fn by_lines<A: Element, B: Element>(
    chunk: &Chunk,
    axis: usize,
    needs: usize,
    gives: usize,
    transform: Transform<'_, A, B>,
) -> Result<Chunk> {
    let view: ArrayViewD<'_, A> = chunk.view::<A>()?;
    if axis >= view.ndim() {
        return Err(Error::internal(format!("a transform along axis {axis} of {:?}", chunk.shape())));
    }
    let have = view.len_of(Axis(axis)).min(needs);
    let count = if view.len_of(Axis(axis)) == 0 { 0 } else { view.len() / view.len_of(Axis(axis)) };
    let mut values: Vec<B> = Vec::with_capacity(count * gives);
    let mut lanes = view.lanes(Axis(axis)).into_iter();
    let mut buffer: Vec<A> = Vec::new();
    loop {
        let group: Vec<_> = lanes.by_ref().take(LINES).collect();
        if group.is_empty() {
            break;
        }
        buffer.clear();
        buffer.resize(group.len() * needs, A::zero());
        for i in 0..have {
            for (line, lane) in buffer.chunks_exact_mut(needs).zip(&group) {
                if let Some(slot) = line.get_mut(i) {
                    *slot = lane[i];
                }
            }
        }
        transform(&mut buffer, &mut values)?;
    }
    along(values, chunk.shape(), axis, gives)
}

/// Lines one after another as a chunk in which they lie along `axis`.
fn along<B: Element>(values: Vec<B>, shape: &[usize], axis: usize, gives: usize) -> Result<Chunk> {
    let outer: Vec<usize> = shape.iter().enumerate().filter(|(a, _)| *a != axis).map(|(_, n)| *n).collect();
    let lines = Chunk::from_vec(values, &[outer.as_slice(), &[gives]].concat())?;
    let last = outer.len();
    let order: Vec<usize> = (0..axis).chain([last]).chain(axis..last).collect();
    let pick = |of: &[usize]| order.iter().filter_map(|a| of.get(*a).copied()).collect::<Vec<_>>();
    let (shape, strides): (Shape, Strides) = (pick(lines.shape()).into(), pick(lines.strides()).into());
    lines.restride(shape, strides, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use num_complex::Complex64;

    fn slow(x: &[Complex64], sign: f64) -> Vec<Complex64> {
        let n = x.len();
        let turn = |j: usize, k: usize| {
            Complex64::cis(sign * std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64)
        };
        (0..n).map(|k| x.iter().enumerate().map(|(j, v)| v * turn(j, k)).sum()).collect()
    }

    #[test]
    fn every_length_and_axis() {
        for n in [1, 2, 3, 7, 16, 30] {
            let a = Array2::from_shape_fn((n, 19), |(i, j)| {
                Complex64::new((i * j % 7) as f64, (i + 2 * j) as f64)
            });
            let chunk = Chunk::from_array(a.clone().into_dyn());
            let forward = fft(&chunk, FftKind::Forward, 0, n, FftNorm::Backward).unwrap();
            let got = forward.view::<Complex64>().unwrap();
            for j in 0..19 {
                let want = slow(&a.column(j).to_vec(), -1.0);
                assert!((0..n).all(|k| (got[[k, j]] - want[k]).norm() < 1e-9 * n as f64), "{n} {j}");
            }
            let back = fft(&forward, FftKind::Inverse, 0, n, FftNorm::Backward).unwrap();
            let back = back.view::<Complex64>().unwrap().to_owned();
            assert!((back - a.into_dyn()).iter().all(|v| v.norm() < 1e-10));
        }
    }

    #[test]
    fn real_lines_are_cut_and_continued() {
        let x = Chunk::from_array(array![1.0, 2.0, 3.0, 4.0, 5.0].into_dyn());
        for n in [1, 3, 4, 8] {
            let half = fft(&x, FftKind::RealForward, 0, n, FftNorm::Ortho).unwrap();
            assert_eq!(half.shape(), [n / 2 + 1]);
            let back = fft(&half, FftKind::RealInverse, 0, n, FftNorm::Ortho).unwrap();
            for (i, v) in back.view::<f64>().unwrap().iter().enumerate() {
                let want = if i < 5 { i as f64 + 1.0 } else { 0.0 };
                assert!((v - want).abs() < 1e-12, "{n} {i}");
            }
        }
        assert!(fft(&x, FftKind::RealForward, 0, 0, FftNorm::Ortho).is_err());
        assert!(fft(&x, FftKind::Forward, 0, 5, FftNorm::Ortho).is_err());
    }
}
