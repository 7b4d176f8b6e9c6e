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
