//! Kernels against independent answers: naive loops, the standard library and NumPy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accuracy;
mod bands;
mod contractions;
mod numpy;
mod randomness;
mod reductions;
mod tails;
