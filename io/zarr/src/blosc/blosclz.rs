//! The compressor of Blosc's own, a relative of `FastLZ`.
//!
//! In: a stream. Out: its contents. It never reads or writes outside of what it is given.

/// Farther matches are written with two more bytes.
const FAR: usize = 8191;

/// Decompresses; how many bytes there were, or nothing for a stream that is damaged.
pub(super) fn decode(from: &[u8], to: &mut [u8]) -> Option<usize> {
    let mut bytes = from.iter().map(|b| usize::from(*b));
    let mut written = 0;
    let mut control = bytes.next()? & 31;
    loop {
        if control < 32 {
            for _ in 0..=control {
                *to.get_mut(written)? = u8::try_from(bytes.next()?).ok()?;
                written += 1;
            }
        } else {
            let (length, distance) = read_match(control, &mut bytes)?;
            let start = written.checked_sub(distance)?;
            to.get(..written.checked_add(length)?)?;
            for i in 0..length {
                // A match may overlap what it makes.
                to[written + i] = to[start + i];
            }
            written += length;
        }
        match bytes.next() {
            Some(next) => control = next,
            None => return Some(written),
        }
    }
}

/// The length and the distance of a match.
fn read_match(control: usize, bytes: &mut impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let (mut length, high) = ((control >> 5) - 1, (control & 31) << 8);
    if length == 6 {
        loop {
            let more = bytes.next()?;
            length += more;
            if more != 255 {
                break;
            }
        }
    }
    let low = bytes.next()?;
    let distance =
        if low == 255 && high == 31 << 8 { (bytes.next()? << 8) + bytes.next()? + FAR } else { high + low };
    Some((length + 3, distance + 1))
}
