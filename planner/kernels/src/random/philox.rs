//! Philox 4x32-10 (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", 2011): a function from a counter and
//! a key to 128 random bits.

use multiversion::multiversion;

const MULTIPLIER: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Counters worked on side by side.
const WIDTH: usize = 8;

/// Two words for each of `blocks` counters from `first` on; `stream` is the counters' upper half.
pub(super) fn words(seed: u64, stream: u64, first: u64, blocks: usize, out: &mut Vec<u64>) {
    out.clear();
    fill(seed, stream, first, blocks, out);
    out.truncate(2 * blocks);
}

/// The word of one position in another stream.
pub(super) fn word(seed: u64, stream: u64, position: u64) -> u64 {
    let [a, b, ..] =
        rounds([position as u32, (position >> 32) as u32, stream as u32, (stream >> 32) as u32], seed);
    u64::from(a) | u64::from(b) << 32
}

/// The two words of one position in another stream.
pub(super) fn pair(seed: u64, stream: u64, position: u64) -> [u64; 2] {
    let [a, b, c, d] =
        rounds([position as u32, (position >> 32) as u32, stream as u32, (stream >> 32) as u32], seed);
    [u64::from(a) | u64::from(b) << 32, u64::from(c) | u64::from(d) << 32]
}

#[multiversion(targets("x86_64+avx2+fma"))]
#[allow(clippy::needless_range_loop)] // one index over four arrays is what becomes vector code
fn fill(seed: u64, stream: u64, first: u64, blocks: usize, out: &mut Vec<u64>) {
    for group in (0..blocks as u64).step_by(WIDTH) {
        let mut x = [[0u32; WIDTH]; 4];
        for lane in 0..WIDTH {
            let counter = first.wrapping_add(group + lane as u64);
            x[0][lane] = counter as u32;
            x[1][lane] = (counter >> 32) as u32;
            x[2][lane] = stream as u32;
            x[3][lane] = (stream >> 32) as u32;
        }
        let mut key = [seed as u32, (seed >> 32) as u32];
        for _ in 0..10 {
            for lane in 0..WIDTH {
                let [a, b, c, d] = round([x[0][lane], x[1][lane], x[2][lane], x[3][lane]], key);
                x[0][lane] = a;
                x[1][lane] = b;
                x[2][lane] = c;
                x[3][lane] = d;
            }
            key = next_key(key);
        }
        for lane in 0..WIDTH {
            out.push(u64::from(x[0][lane]) | u64::from(x[1][lane]) << 32);
            out.push(u64::from(x[2][lane]) | u64::from(x[3][lane]) << 32);
        }
    }
}

fn rounds(mut x: [u32; 4], seed: u64) -> [u32; 4] {
    let mut key = [seed as u32, (seed >> 32) as u32];
    for _ in 0..10 {
        x = round(x, key);
        key = next_key(key);
    }
    x
}

#[inline(always)]
fn round([a, b, c, d]: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let p = u64::from(MULTIPLIER[0]) * u64::from(a);
    let q = u64::from(MULTIPLIER[1]) * u64::from(c);
    [(q >> 32) as u32 ^ b ^ key[0], q as u32, (p >> 32) as u32 ^ d ^ key[1], p as u32]
}

#[inline(always)]
fn next_key(key: [u32; 2]) -> [u32; 2] {
    [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known answers published with the algorithm (Random123, `kat_vectors`).
    #[test]
    fn published_answers() {
        assert_eq!(rounds([0; 4], 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(rounds([u32::MAX; 4], u64::MAX), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        assert_eq!(
            rounds([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], 0x299f_31d0_a409_3822),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn lanes_agree_with_single_words() {
        let mut all = Vec::new();
        words(7, 3, 100, 21, &mut all);
        assert_eq!(all.len(), 42);
        for (i, pair) in all.chunks(2).enumerate() {
            assert_eq!(pair[0], word(7, 3, 100 + i as u64));
        }
    }
}
