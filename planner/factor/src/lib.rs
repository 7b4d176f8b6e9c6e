//! Kernels over array chunks that need heavy numerics: factorisations of matrices and Fourier transforms.
//!
//! In: chunks of floats or complex numbers. Out: chunks. Matrices go through `faer`, transforms through `rustfft` and
//! `realfft`. Place in the flow: beside `swath-kernels`, called by the operations that array expressions are lowered to.
//! A crate of its own, because what is generic over element types takes long to compile and changes rarely. It never
//! starts a thread and never looks beyond the chunks it is given.
#![forbid(unsafe_code)]

mod cholesky;
mod fft;
mod field;
mod lu;
mod qr;
mod scale;
mod svd;
mod triangular;

pub use cholesky::cholesky;
pub use fft::{FftKind, FftNorm, fft};
pub use field::is_field;
pub use lu::{lu_back, lu_diagonal, lu_lower, lu_panel, lu_permute, lu_update, lu_upper, permutation_sign};
pub use qr::{qr, qr_triangle};
pub use svd::{singular_values, svd};
pub use triangular::{solve_right_adjoint, solve_triangular};
