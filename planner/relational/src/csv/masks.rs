//! Where the characters that matter are, 64 bytes at a time.

use super::fields::Syntax;

/// One bit per byte of a block: bit `i` is byte `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Masks {
    pub(crate) delimiters: u64,
    pub(crate) newlines: u64,
    pub(crate) quotes: u64,
}

/// The masks of a block. Without a quote character, no byte is one.
#[inline]
pub(crate) fn masks(block: &[u8; 64], syntax: Syntax) -> Masks {
    Masks {
        delimiters: equal(block, syntax.delimiter),
        newlines: equal(block, b'\n'),
        quotes: syntax.quote.map_or(0, |q| equal(block, q)),
    }
}

/// The bytes of a block that are `byte`: compared as vectors, then eight flags at a time gathered into eight bits by one
/// multiplication.
#[inline]
fn equal(block: &[u8; 64], byte: u8) -> u64 {
    let mut flags = [0_u8; 64];
    for (flag, b) in flags.iter_mut().zip(block) {
        *flag = u8::from(*b == byte);
    }
    let (words, _) = flags.as_chunks::<8>();
    words.iter().enumerate().fold(0, |mask, (i, word)| {
        let bits = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask | bits << (8 * i)
    })
}

/// Bit `i` is the parity of the bits up to and including `i`: inside quotes after an odd number of them.
#[inline]
pub(crate) fn running_parity(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_bytes() {
        let mut block = [b'x'; 64];
        for i in [0, 7, 8, 15, 16, 31, 32, 63] {
            block[i] = b',';
        }
        block[5] = b'\n';
        block[6] = b'"';
        let syntax = Syntax { delimiter: b',', quote: Some(b'"'), comment: None };
        let got = masks(&block, syntax);
        let expected = [0, 7, 8, 15, 16, 31, 32, 63].iter().fold(0_u64, |m, i| m | 1 << i);
        assert_eq!(got, Masks { delimiters: expected, newlines: 1 << 5, quotes: 1 << 6 });
        assert_eq!(masks(&block, Syntax { quote: None, ..syntax }).quotes, 0);
        assert_eq!(running_parity(0b1001_0010), !0 << 7 | 0b0000_1110);
    }
}
