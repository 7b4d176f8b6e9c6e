//! NumPy's `.npy` files: a header and the elements of one array.
//!
//! Read with positioned reads of just the bytes a region needs, C and Fortran order, either byte order. Nothing is
//! allocated before the header has been checked against the file's length.

mod header;
mod positioned;
mod reader;
mod runs;
mod writer;

pub use reader::NpySource;
pub use writer::{NpySink, write_npy};
