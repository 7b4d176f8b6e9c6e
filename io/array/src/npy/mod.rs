//! NumPy's `.npy` files: a header and the elements of one array.
//!
//! Read with positioned reads of just the bytes a region needs, C and Fortran order, either byte order. Nothing is
//! allocated before the header has been checked against the file's length.

mod header;
mod raw;
mod reader;
mod stack;
mod writer;

pub use header::type_string;
pub use raw::{RawOptions, RawSink, RawSource};
pub use reader::NpySource;
pub use stack::{NpyStackSink, NpyStackSource};
pub use writer::{NpySink, write_npy};
