//! Random orders: each position of the order follows from the seed and the position alone.

use swath_block::Chunk;
use swath_error::Result;

use super::draws::Draws;
use super::philox;

/// Orders up to this long are shuffled whole, each of them equally likely; longer ones are made position by position.
const SHUFFLED: u64 = 1 << 16;

/// Rounds of the network that makes long orders.
const ROUNDS: u64 = 8;

/// The numbers at `positions` of `0 .. n` in a random order.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when the chunk cannot be made.
///
/// ```
/// use swath_block::Chunk;
/// let all = swath_kernels::permutation(7, 10, 0..10)?;
/// let mut sorted = all.as_slice::<i64>()?.unwrap().to_vec();
/// sorted.sort();
/// assert_eq!(sorted, (0..10).collect::<Vec<i64>>());
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn permutation(seed: u64, n: usize, positions: impl ExactSizeIterator<Item = usize>) -> Result<Chunk> {
    let (n, shape) = (n as u64, [positions.len()]);
    if n <= SHUFFLED {
        let order = shuffled(seed, n);
        let at = |i: usize| order.get(i).copied().unwrap_or(0);
        return Chunk::from_vec(positions.map(at).collect(), &shape);
    }
    Chunk::from_vec(positions.map(|i| placed(seed, n, i as u64) as i64).collect(), &shape)
}

/// Fisher and Yates.
fn shuffled(seed: u64, n: u64) -> Vec<i64> {
    let mut order: Vec<i64> = (0..n as i64).collect();
    for i in (1..n).rev() {
        let mut draws = Draws::new(seed, i);
        let width = i + 1;
        // Lemire's method: rejection makes every place exactly equally likely.
        let place = loop {
            let product = u128::from(draws.word()) * u128::from(width);
            if product as u64 >= width.wrapping_neg() % width {
                break (product >> 64) as usize;
            }
        };
        order.swap(i as usize, place);
    }
    order
}

/// A Feistel network over the next power of 4 is one to one; what falls outside `0 .. n` goes through it again.
fn placed(seed: u64, n: u64, position: u64) -> u64 {
    let half = (u64::BITS - (n - 1).leading_zeros()).div_ceil(2);
    let mask = (1u64 << half) - 1;
    let mut x = position;
    loop {
        let (mut left, mut right) = (x >> half, x & mask);
        for round in 0..ROUNDS {
            let [mixed, _] = philox::pair(seed, round + 1, right);
            (left, right) = (right, left ^ (mixed & mask));
        }
        x = left << half | right;
        if x < n {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_once() {
        for n in [0, 1, 2, 1000, 70_001, 262_144] {
            let all = permutation(3, n, 0..n).unwrap();
            let mut seen = vec![false; n];
            all.as_slice::<i64>().unwrap().unwrap().iter().for_each(|i| seen[*i as usize] = true);
            assert!(seen.iter().all(|s| *s), "{n}");
        }
    }

    #[test]
    fn places_are_even() {
        // Where number 0 goes in many short orders, and how far a long order is from the sorted one.
        let mut counts = [0; 5];
        for seed in 0..5000 {
            let order = shuffled(seed, 5);
            counts[order.iter().position(|v| *v == 0).unwrap()] += 1;
        }
        assert!(counts.iter().all(|c| (850..1150).contains(c)), "{counts:?}");
        let n = 100_000u64;
        let mean = (0..n).map(|i| placed(9, n, i).abs_diff(i) as f64).sum::<f64>() / n as f64;
        assert!((mean / (n as f64 / 3.0) - 1.0).abs() < 0.02, "{mean}");
    }
}
