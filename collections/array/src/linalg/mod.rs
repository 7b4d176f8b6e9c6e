//! Linear algebra: factorisations of tall and of square matrices, linear systems, norms.
//!
//! In: lazy arrays of two axes. Out: lazy arrays; integers are computed in `f64`, as NumPy does. Tall matrices go through
//! a tree of small QR factorisations, square ones block by block. Chunks are cut anew where an algorithm needs it, and
//! mistakes of shape are found when the function is called; a matrix that is singular or not positive definite shows
//! when it is computed. It never holds a whole matrix in one task.

mod cholesky;
mod compressed;
mod determinant;
mod inexact;
mod least_squares;
mod lu;
mod norm;
mod qr;
mod rank;
mod solve;
mod svd;
mod triangular;
mod tsqr;

pub use cholesky::{cholesky, cholesky_upper};
pub use compressed::{Compressed, PowerIteration, svd_compressed, svd_compressed_with};
pub use determinant::{det, slogdet};
pub use least_squares::{LeastSquares, lstsq, pinv};
pub use lu::{Lu, lu};
pub use norm::{Norm, matrix_norm, norm, vector_norm};
pub use qr::{qr, tsqr};
pub use rank::{cond, matrix_rank};
pub use solve::{inv, solve};
pub use svd::{Svd, svd, svdvals};
pub use triangular::solve_triangular;
