//! Arrays of a frame's columns, and frames of arrays.
//!
//! In: frames, arrays. Out: lazy arrays whose chunks are a frame's parts, and frames whose partitions are an array's row
//! chunks. Place in the flow: between two collections, by their public faces; each task turns one block of the one kind into
//! one of the other. It never holds more than that, and computes nothing before it is asked to.

mod chunk;
mod columns;
mod counts;
mod from_array;
mod layout;
mod rows;
mod to_array;

pub use from_array::{ToDataFrame, from_array};
pub use to_array::{ArrayColumns, ArrayOptions};
