//! swath: Dask rebuilt in Rust.
#![forbid(unsafe_code)]
