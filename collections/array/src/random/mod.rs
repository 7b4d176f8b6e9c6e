//! Random arrays, as `numpy.random.default_rng` makes them.
//!
//! In: a seed, distributions and shapes. Out: lazy arrays. Every element follows from the seed, the number of the call and
//! its position, so that an array is the same however it is cut, in whatever order its chunks are made and wherever, and a
//! part of it costs no more than that part. The numbers are not NumPy's.

mod choice;
mod distributions;
mod generator;

pub use generator::{Generator, default_rng};
