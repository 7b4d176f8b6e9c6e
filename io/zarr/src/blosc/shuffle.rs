//! Bytes and bits put back in order.
//!
//! In: a block whose elements' first bytes (bits) come before all second ones. Out: its elements. Bytes after the last
//! whole element are where they were. It never fails: any bytes can be put in order.

/// Undoes the order in which byte `b` of element `i` of `n` is at `b * n + i`.
pub(super) fn undo_bytes(from: &[u8], to: &mut [u8], typesize: usize) {
    let elements = from.len() / typesize;
    let whole = elements * typesize;
    match typesize {
        2 => undo::<2>(&from[..whole], &mut to[..whole]),
        4 => undo::<4>(&from[..whole], &mut to[..whole]),
        8 => undo::<8>(&from[..whole], &mut to[..whole]),
        16 => undo::<16>(&from[..whole], &mut to[..whole]),
        _ => {
            for (b, plane) in from[..whole].chunks_exact(elements.max(1)).enumerate() {
                let places = to[..whole].iter_mut().skip(b).step_by(typesize);
                places.zip(plane).for_each(|(to, from)| *to = *from);
            }
        }
    }
    to[whole..].copy_from_slice(&from[whole..]);
}

/// The same for a size that the compiler knows.
fn undo<const N: usize>(from: &[u8], to: &mut [u8]) {
    let elements = from.len() / N;
    if elements == 0 {
        return;
    }
    let planes: [&[u8]; N] = std::array::from_fn(|b| &from[b * elements..(b + 1) * elements]);
    for (i, element) in to.chunks_exact_mut(N).enumerate() {
        for (to, plane) in element.iter_mut().zip(&planes) {
            *to = plane[i];
        }
    }
}

/// Undoes the order in which bit `k` of byte `b` of element `i` of `n` is bit `i % 8` of the byte at
/// `(8 * b + k) * n / 8 + i / 8`. Blocks whose elements are not a multiple of eight are in order.
pub(super) fn undo_bits(from: &[u8], to: &mut [u8], typesize: usize) {
    let elements = from.len() / typesize;
    if elements == 0 || !elements.is_multiple_of(8) {
        to.copy_from_slice(from);
        return;
    }
    let (whole, row) = (elements * typesize, elements / 8);
    for b in 0..typesize {
        for group in 0..row {
            let mut bits = 0;
            for k in 0..8 {
                bits |= u64::from(from[(8 * b + k) * row + group]) << (8 * k);
            }
            let bytes = transposed(bits).to_le_bytes();
            for (i, byte) in bytes.into_iter().enumerate() {
                to[(8 * group + i) * typesize + b] = byte;
            }
        }
    }
    to[whole..].copy_from_slice(&from[whole..]);
}

/// A matrix of 8 x 8 bits, one row a byte, with rows and columns exchanged (Hacker's Delight, 7-3).
fn transposed(mut x: u64) -> u64 {
    for (shift, mask) in
        [(7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0)]
    {
        let swapped = (x ^ (x >> shift)) & mask;
        x ^= swapped ^ (swapped << shift);
    }
    x
}
