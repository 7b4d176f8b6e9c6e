//! Kernels over array chunks: fused elementwise programs, reductions, contractions, random numbers
#![forbid(unsafe_code)]
