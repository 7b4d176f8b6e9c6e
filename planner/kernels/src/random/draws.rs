//! The randomness of one element: as many words as it takes, each following from the seed and the element's position.
//!
//! Distributions that reject what they drew, or need several values, draw from here, so that an element never depends on
//! its neighbours.

use super::{philox, unit};

/// A stream of words for one position.
pub(super) struct Draws {
    seed: u64,
    position: u64,
    /// The next block; block 0 is that of distributions of one word for each element.
    block: u64,
    spare: Option<u64>,
}

impl Draws {
    pub(super) fn new(seed: u64, position: u64) -> Self {
        Self { seed, position, block: 1, spare: None }
    }

    pub(super) fn word(&mut self) -> u64 {
        if let Some(word) = self.spare.take() {
            return word;
        }
        let [first, second] = philox::pair(self.seed, self.block, self.position);
        self.block += 1;
        self.spare = Some(second);
        first
    }

    /// Even over `0 <= x < 1`.
    pub(super) fn uniform(&mut self) -> f64 {
        unit(self.word())
    }

    /// Even over `0 < x < 1`, so that its logarithm is finite.
    pub(super) fn open(&mut self) -> f64 {
        ((self.word() >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
    }

    /// Waiting times of mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -self.open().ln()
    }

    /// The bell curve of standard deviation 1 (Marsaglia's polar method).
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let r = x * x + y * y;
            if r < 1.0 && r > 0.0 {
                return x * (-2.0 * r.ln() / r).sqrt();
            }
        }
    }
}
