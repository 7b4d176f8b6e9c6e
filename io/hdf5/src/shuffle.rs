//! The shuffle filter: all first bytes of a chunk's elements, then all second bytes, and so on.

/// Puts shuffled bytes back into elements of `size` bytes. Bytes beyond the last whole element stay where they are.
pub(crate) fn unshuffle(size: usize, from: &[u8], to: &mut [u8]) {
    match size {
        2 => gather::<2>(from, to),
        4 => gather::<4>(from, to),
        8 => gather::<8>(from, to),
        16 => gather::<16>(from, to),
        _ => gather_any(size.max(1), from, to),
    }
    let whole = from.len() / size.max(1) * size.max(1);
    keep(whole, from, to);
}

/// The inverse of [`unshuffle`].
pub(crate) fn shuffle(size: usize, from: &[u8], to: &mut [u8]) {
    let size = size.max(1);
    let n = from.len() / size;
    if n > 0 {
        for (byte, plane) in to.chunks_exact_mut(n).take(size).enumerate() {
            for (out, element) in plane.iter_mut().zip(from.chunks_exact(size)) {
                *out = element.get(byte).copied().unwrap_or(0);
            }
        }
    }
    keep(n * size, from, to);
}

fn keep(whole: usize, from: &[u8], to: &mut [u8]) {
    if let (Some(left), Some(place)) = (from.get(whole..), to.get_mut(whole..from.len())) {
        place.copy_from_slice(left);
    }
}

/// Elements put together at a time, so that the planes are read in cache lines and the loop has no bounds to check.
const BLOCK: usize = 64;

fn gather<const N: usize>(from: &[u8], to: &mut [u8]) {
    let n = from.len() / N;
    let plane = |byte: usize| from.get(byte * n..(byte + 1) * n).unwrap_or(&[]);
    let planes: [&[u8]; N] = std::array::from_fn(plane);
    let (elements, _) = to.as_chunks_mut::<N>();
    for (block, out) in elements.chunks_mut(BLOCK).enumerate() {
        let at = block * BLOCK;
        for (byte, plane) in planes.iter().enumerate() {
            for (element, value) in out.iter_mut().zip(plane.get(at..).unwrap_or(&[])) {
                if let Some(slot) = element.get_mut(byte) {
                    *slot = *value;
                }
            }
        }
    }
}

fn gather_any(size: usize, from: &[u8], to: &mut [u8]) {
    let n = from.len() / size;
    if n == 0 {
        return;
    }
    for (byte, plane) in from.chunks_exact(n).take(size).enumerate() {
        for (element, value) in to.chunks_exact_mut(size).zip(plane) {
            if let Some(slot) = element.get_mut(byte) {
                *slot = *value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for size in [1, 2, 3, 4, 8, 16] {
            for len in [0, 1, 7, 16, 24, 1000] {
                let from: Vec<u8> = (0..len).map(|i| (i * 7 % 251) as u8).collect();
                let (mut shuffled, mut back) = (vec![0; len], vec![0; len]);
                shuffle(size, &from, &mut shuffled);
                unshuffle(size, &shuffled, &mut back);
                assert_eq!(back, from, "{size} {len}");
            }
        }
        let mut out = [0; 5];
        shuffle(2, &[1, 2, 3, 4, 5], &mut out);
        assert_eq!(out, [1, 3, 2, 4, 5]);
    }
}
