//! LZF, the compression h5py calls `lzf`: runs of literals, and copies of what came before.

/// Decompresses into `out`, which is as long as the result at most. Returns how long the result is; none when the input is
/// malformed or the result does not fit.
pub(crate) fn decompress(input: &[u8], out: &mut [u8]) -> Option<usize> {
    let (mut i, mut o) = (0, 0);
    while let Some(&control) = input.get(i) {
        i += 1;
        let control = usize::from(control);
        if control < 32 {
            let length = control + 1;
            out.get_mut(o..o + length)?.copy_from_slice(input.get(i..i + length)?);
            i += length;
            o += length;
            continue;
        }
        let mut length = control >> 5;
        if length == 7 {
            length += usize::from(*input.get(i)?);
            i += 1;
        }
        let back = ((control & 31) << 8) + usize::from(*input.get(i)?) + 1;
        i += 1;
        length += 2;
        copy_back(out, o, back, length)?;
        o += length;
    }
    Some(o)
}

/// Places remembered while compressing.
const PLACES: usize = 1 << 13;

/// The furthest a copy reaches back.
const FURTHEST: usize = 1 << 13;

/// The longest copy.
const LONGEST: usize = 264;

/// Compresses into what [`decompress`] reads: what occurred before, three bytes of it or more, becomes a copy. What does not
/// compress grows by a byte in 32.
pub(crate) fn compress(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / 2 + 16);
    // One past the place where three bytes of this hash occurred last; 0 for nowhere.
    let mut places = vec![0usize; PLACES];
    let (mut i, mut first) = (0, 0);
    while let Some([a, b, c]) = input.get(i..i + 3) {
        let word = u32::from_le_bytes([*a, *b, *c, 0]);
        let hash = (word.wrapping_mul(0x9E37_79B1) >> 19) as usize;
        let before = places.get_mut(hash).map_or(0, |slot| std::mem::replace(slot, i + 1));
        let from = before.wrapping_sub(1);
        let back = i.wrapping_sub(from);
        let matches = before > 0 && back <= FURTHEST && input.get(from..from + 3) == input.get(i..i + 3);
        if !matches {
            i += 1;
            continue;
        }
        let rest = input.get(i..).unwrap_or(&[]).iter().zip(input.get(from..).unwrap_or(&[]));
        let length = rest.take(LONGEST).take_while(|(x, y)| x == y).count();
        literals(input.get(first..i).unwrap_or(&[]), &mut out);
        let (distance, code) = (back - 1, length - 2);
        let high = (distance >> 8) as u8;
        match u8::try_from(code) {
            Ok(code) if code < 7 => out.push((code << 5) | high),
            _ => out.extend([(7 << 5) | high, (code - 7) as u8]),
        }
        out.push(distance as u8);
        i += length;
        first = i;
    }
    literals(input.get(first..).unwrap_or(&[]), &mut out);
    out
}

/// Bytes as they are, up to 32 after each control byte.
fn literals(bytes: &[u8], out: &mut Vec<u8>) {
    for run in bytes.chunks(32) {
        out.push(run.len() as u8 - 1);
        out.extend(run);
    }
}

/// Copies `length` bytes to `at` from `back` bytes before it; the two may overlap, which repeats what is between.
fn copy_back(out: &mut [u8], at: usize, back: usize, length: usize) -> Option<()> {
    let from = at.checked_sub(back)?;
    let end = at.checked_add(length).filter(|end| *end <= out.len())?;
    if back >= length {
        out.copy_within(from..from + length, at);
        return Some(());
    }
    for i in at..end {
        let byte = *out.get(i - back)?;
        *out.get_mut(i)? = byte;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_copies() {
        let mut out = [0; 16];
        // "abc", then 6 bytes from 3 back.
        let input = [2, b'a', b'b', b'c', 4 << 5, 2];
        assert_eq!(decompress(&input, &mut out), Some(9));
        assert_eq!(&out[..9], b"abcabcabc");
        // A long copy: 7 + 1 + 2 bytes from 1 back.
        assert_eq!(decompress(&[0, b'z', 7 << 5, 1, 0], &mut out), Some(11));
        assert_eq!(&out[..11], b"zzzzzzzzzzz");
    }

    #[test]
    fn compressed_bytes_come_back() {
        let mut numbers = 7u32;
        let mut noise = || {
            numbers = numbers.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (numbers >> 24) as u8
        };
        let random: Vec<u8> = (0..5000).map(|_| noise()).collect();
        let few: Vec<u8> = (0..70_000).map(|_| noise() % 3).collect();
        let steps: Vec<u8> = (0..2000u64).flat_map(|i| (i / 5).to_le_bytes()).collect();
        for data in [vec![], vec![1], vec![0; 100_000], random, few, steps] {
            let packed = compress(&data);
            assert!(packed.len() <= data.len() + data.len() / 32 + 1);
            let mut out = vec![0; data.len()];
            assert_eq!(decompress(&packed, &mut out), Some(data.len()));
            assert!(out == data);
        }
        let zeros = vec![0; 100_000];
        assert!(compress(&zeros).len() < 2000);
    }

    #[test]
    fn malformed_input_is_refused() {
        let mut out = [0; 4];
        for bad in
            [&[3, b'a'][..], &[1 << 5, 0], &[0, b'a', 7 << 5], &[0, b'a', 7 << 5, 9, 0], &[4, 1, 2, 3, 4, 5]]
        {
            assert_eq!(decompress(bad, &mut out), None, "{bad:?}");
        }
        assert_eq!(decompress(&[], &mut out), Some(0));
    }
}
