//! Fourier transforms, as `numpy.fft`.
//!
//! In: arrays of any numbers. Out: lazy arrays, `complex64` (or `float32`) for arrays of single precision, `complex128` (or
//! `float64`) for all others. An axis that is transformed is joined into one chunk first; the other axes are cut finer
//! where chunks would become too large. It never transforms across chunks.

mod frequencies;
mod line;
mod options;
mod several;
mod shift;
mod types;

pub use frequencies::{fftfreq, rfftfreq};
pub use line::{
    fft, fft_with, hfft, hfft_with, ifft, ifft_with, ihfft, ihfft_with, irfft, irfft_with, rfft, rfft_with,
};
pub use options::{Line, Several};
pub use several::{
    fft2, fftn, fftn_with, ifft2, ifftn, ifftn_with, irfft2, irfftn, irfftn_with, rfft2, rfftn, rfftn_with,
};
pub use shift::{fftshift, ifftshift};
pub use swath_array_plan::FftNorm as Norm;
pub use types::Transform;
