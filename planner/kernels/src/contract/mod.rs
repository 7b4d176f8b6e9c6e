//! Products and sums of products.
//!
//! In: chunks of one type. Out: their matrix product or their contraction over labelled axes. Floats go through tiles of
//! registers where the processor has AVX2, and complex numbers and small matrices through the `gemm` crate; integers
//! through plain wrapping loops. Threads that have nothing to do may take blocks of a
//! large product. It never starts a thread.

mod contraction;
mod matmul;
mod pack;
#[cfg(target_arch = "x86_64")]
mod tiled;

pub use contraction::Contraction;
pub use matmul::{matmul, matmul_add};
