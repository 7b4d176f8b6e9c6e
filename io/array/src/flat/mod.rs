//! Arrays whose elements lie one after another in a file, in row-major order from some byte on.
//!
//! In: an open file, where the elements begin, a shape and a region. Out: the region's bytes, read or written in as few
//! operations as its runs allow. Place in the flow: below every source and sink of such files. It keeps no cursor, so that
//! many threads use one open file, and never interprets elements.

mod copy;
mod positioned;
mod read;
mod runs;

pub use copy::{Place, copy};
pub use positioned::{read_at, write_at};
pub use read::{read, write};
pub use runs::Runs;

use swath_block::{Chunk, DType, with_dtype};
use swath_error::Result;

/// Reverses the bytes of every number; a complex element is two.
pub fn swap_bytes(dtype: DType, bytes: &mut [u8]) {
    let size = if matches!(dtype, DType::C64 | DType::C128) { dtype.size() / 2 } else { dtype.size() };
    match size {
        2 => reverse::<2>(bytes),
        4 => reverse::<4>(bytes),
        8 => reverse::<8>(bytes),
        _ => {}
    }
}

fn reverse<const N: usize>(bytes: &mut [u8]) {
    for number in bytes.as_chunks_mut::<N>().0 {
        number.reverse();
    }
}

/// The chunk itself where its elements lie in row-major order, a copy of it otherwise.
///
/// # Errors
/// None that a chunk made by its constructors meets.
pub fn in_row_major_order(chunk: &Chunk) -> Result<Chunk> {
    if chunk.is_contiguous() {
        return Ok(chunk.clone());
    }
    with_dtype!(chunk.dtype(), T => {
        Ok(Chunk::from_array::<T>(chunk.view::<T>()?.as_standard_layout().into_owned()))
    })
}
