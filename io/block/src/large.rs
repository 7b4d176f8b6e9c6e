//! Room for the elements of chunks, on huge pages where the system offers them.
//!
//! In: how many elements. Out: vectors and buffers that are not touched yet, so that the system may give them pages of
//! 2 MiB: without, a chunk costs one page fault for every 4 KiB, which takes longer than most kernels. NumPy does the same
//! for arrays from 4 MiB on. It never writes to the room it makes.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed};

use arrow_buffer::MutableBuffer;
use swath_error::{Error, ErrorKind, Result};

use crate::Element;

/// Smaller rooms are left as they are.
#[cfg(target_os = "linux")]
const LARGE: usize = 4 << 20;

/// So much comes from the system each time it is asked for: what allocators keep for later is smaller.
const FROM_SYSTEM: usize = 64 << 20;

/// Where it may not be there, more than this is asked for before it is taken.
const ASKED: usize = 32 << 20;

/// A multiple of every page size that is in use.
#[cfg(target_os = "linux")]
const PAGE: usize = 64 << 10;

/// An empty vector with room for `n` elements.
pub fn with_room<T>(n: usize) -> Vec<T> {
    let room = Vec::<T>::with_capacity(n);
    advise(room.as_ptr().cast(), n.saturating_mul(size_of::<T>()));
    room
}

/// The `n` values of an iterator.
pub fn gathered<T>(n: usize, values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = with_room(n);
    all.extend(values);
    all
}

/// As [`with_room`], or nothing when the system does not give so much. From 64 MiB on the vector is full, of zeros: memory
/// that comes from the system holds them already, and what holds elements may be written in place.
pub fn try_with_room<T: Element>(n: usize) -> Option<Vec<T>> {
    let bytes = n.checked_mul(size_of::<T>())?;
    let room = if bytes < FROM_SYSTEM {
        let mut room = Vec::<T>::new();
        room.try_reserve_exact(n).ok()?;
        room
    } else {
        let layout = Layout::array::<T>(n).ok()?;
        // SAFETY: the layout has a size. It is that of a vector of `n` elements, each of which may be all zeros.
        unsafe {
            let start = alloc_zeroed(layout).cast::<T>();
            if start.is_null() {
                return None;
            }
            Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, n)).into_vec()
        }
    };
    advise(room.as_ptr().cast(), bytes);
    Some(room)
}

/// A vector of `n` zeros.
pub fn zeroed<T: Element>(n: usize) -> Vec<T> {
    let zeros = vec![T::zero(); n];
    advise(zeros.as_ptr().cast(), n.saturating_mul(size_of::<T>()));
    zeros
}

/// A buffer of so many bytes, all zero, for a region of an array.
///
/// # Errors
/// [`ErrorKind::OutOfMemory`] when the system does not give so much.
pub fn zeroed_buffer(bytes: usize) -> Result<MutableBuffer> {
    // Only a large request may be refused, and asking costs nothing beside filling it.
    if bytes > ASKED && Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
        let message = format!("a region of {bytes} bytes does not fit in memory");
        return Err(
            Error::new(ErrorKind::OutOfMemory, message).with_help("read smaller regions: use smaller chunks")
        );
    }
    let zeros = MutableBuffer::from_len_zeroed(bytes);
    advise(zeros.as_ptr(), bytes);
    Ok(zeros)
}

#[cfg(target_os = "linux")]
fn advise(start: *const u8, bytes: usize) {
    let skip = start.align_offset(PAGE);
    if bytes < LARGE || skip >= bytes {
        return;
    }
    let length = (bytes - skip) / PAGE * PAGE;
    // SAFETY: the range lies within one live allocation of `bytes` bytes. The advice changes neither what the memory holds
    // nor whether it may be used, and where it is refused nothing happens.
    let _ = unsafe { libc::madvise(start.cast_mut().wrapping_add(skip).cast(), length, libc::MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn advise(_: *const u8, _: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_of_any_size_can_be_filled() {
        for n in [0, 1, 1000, (4 << 20) / 8, (9 << 20) / 8 + 3] {
            let mut room = with_room::<f64>(n);
            room.extend(std::iter::repeat_n(1.5, n));
            assert_eq!(room.iter().sum::<f64>(), 1.5 * n as f64);
            assert_eq!(gathered(n, std::iter::repeat_n(1.5, n)), room);
            assert_eq!(zeroed::<i64>(n), vec![0; n]);
            assert!(zeroed_buffer(8 * n).unwrap().iter().all(|b| *b == 0));
        }
    }

    #[test]
    fn large_rooms_hold_zeros() {
        assert_eq!(try_with_room::<f32>(1000).map(|room| (room.len(), room.capacity())), Some((0, 1000)));
        let large = try_with_room::<num_complex::Complex64>(FROM_SYSTEM / 16).unwrap();
        assert!(large.len() == FROM_SYSTEM / 16 && large.iter().all(|v| v.re == 0.0 && v.im == 0.0));
        assert!(try_with_room::<u64>(usize::MAX / 4).is_none());
        assert!(try_with_room::<u64>(1 << 58).is_none());
        assert_eq!(zeroed_buffer(1 << 60).unwrap_err().kind(), ErrorKind::OutOfMemory);
    }
}
