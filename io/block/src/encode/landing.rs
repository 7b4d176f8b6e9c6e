//! Where the bytes of an array arrive: one allocation of the right alignment, filled from front to back.

use std::collections::TryReserveError;

use arrow_buffer::Buffer;
use swath_error::{Error, ErrorKind, Result};

/// Bytes of a buffer to be, as a vector of integers as wide as the elements: so that the buffer can become a vector of
/// elements again without copying.
#[derive(Debug)]
pub(crate) enum Landing {
    W1(Vec<u8>),
    W2(Vec<u16>),
    W4(Vec<u32>),
    W8(Vec<u64>),
}

macro_rules! each {
    ($landing:expr, $v:ident => $body:expr) => {
        match $landing {
            Landing::W1($v) => $body,
            Landing::W2($v) => $body,
            Landing::W4($v) => $body,
            Landing::W8($v) => $body,
        }
    };
}

impl Landing {
    /// Room for `bytes` bytes of elements of `size` bytes each.
    ///
    /// # Errors
    /// [`ErrorKind::OutOfMemory`] when there is no such room.
    pub fn new(bytes: usize, size: usize) -> Result<Self> {
        let mut landing = match size {
            1 => Self::W1(Vec::new()),
            2 => Self::W2(Vec::new()),
            4 => Self::W4(Vec::new()),
            _ => Self::W8(Vec::new()),
        };
        let reserved = each!(&mut landing, v => reserve(v, bytes));
        let full = || Error::new(ErrorKind::OutOfMemory, format!("no memory for a block of {bytes} bytes"));
        reserved.map_err(|e| full().with_source(e))?;
        Ok(landing)
    }

    /// Bytes that have arrived.
    #[cfg(test)]
    fn len(&self) -> usize {
        each!(self, v => size_of_val(v.as_slice()))
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] when they are more than was announced, or part of an element.
    pub fn extend(&mut self, bytes: &[u8]) -> Result<()> {
        each!(self, v => extend(v, bytes))
    }

    /// The bytes as a buffer, without copying.
    pub fn finish(self) -> Buffer {
        each!(self, v => Buffer::from_vec(v))
    }
}

/// Integers: any bytes are one.
trait Word: Copy {}
impl Word for u8 {}
impl Word for u16 {}
impl Word for u32 {}
impl Word for u64 {}

fn reserve<T: Word>(words: &mut Vec<T>, bytes: usize) -> Result<(), TryReserveError> {
    words.try_reserve_exact(bytes.div_ceil(size_of::<T>()))
}

fn extend<T: Word>(words: &mut Vec<T>, bytes: &[u8]) -> Result<()> {
    let more = bytes.len() / size_of::<T>();
    if !bytes.len().is_multiple_of(size_of::<T>()) || words.capacity() - words.len() < more {
        return Err(Error::data("a block's data is not as long as its header says"));
    }
    // SAFETY: there is room for `more` words after the last one (checked above), which is what `bytes` fills; the
    // vector's spare room cannot overlap `bytes`; every byte of the new words is written, and any bytes make a `Word`.
    #[allow(unsafe_code)]
    unsafe {
        let end = words.as_mut_ptr().add(words.len()).cast::<u8>();
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), end, bytes.len());
        words.set_len(words.len() + more);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_from_front_to_back_and_no_further() {
        let mut landing = Landing::new(16, 8).unwrap();
        landing.extend(&1.5f64.to_ne_bytes()).unwrap();
        assert!(landing.extend(&[1, 2, 3]).is_err());
        landing.extend(&2.5f64.to_ne_bytes()).unwrap();
        assert!(landing.extend(&[0; 8]).is_err());
        assert_eq!(landing.len(), 16);
        assert_eq!(landing.finish().into_vec::<f64>().unwrap(), [1.5, 2.5]);
    }

    #[test]
    fn an_impossible_size_is_an_error() {
        assert_eq!(Landing::new(usize::MAX / 2, 8).unwrap_err().kind(), ErrorKind::OutOfMemory);
    }
}
