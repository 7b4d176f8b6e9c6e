//! The `blosc` codec of Zarr stores, read without a C++ compiler.
//!
//! In: frames of Blosc 1, as numcodecs and zarr-python write them. Out: their contents. Place in the flow: one of the
//! codecs a store's metadata names. It never writes a frame: stores are written with zstd or gzip.

mod blosclz;
mod codec;
mod frame;
mod shuffle;

/// What is wrong with a frame.
type Damage = String;

#[cfg(test)]
mod tests;
