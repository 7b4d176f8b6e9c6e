//! Kernels against independent answers: naive loops, correctly rounded values and NumPy.

mod accuracy;
mod reductions;
