//! A small generator of random numbers: the same ones for the same seed, for ever.

/// `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
pub(super) struct Random(u64);

impl Random {
    /// The generator of part `part` of the data with seed `seed`.
    pub fn new(seed: u64, part: u64) -> Self {
        let mut random = Self(seed);
        random.0 = random.next().wrapping_add(part.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random
    }

    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number from 0 to 1, without 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A normally distributed number (Box and Muller).
    pub fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let (u, v) = (1.0 - self.unit(), self.unit());
        mean + deviation * (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// A Pareto distributed number of at least 1: few are very large.
    pub fn pareto(&mut self, shape: f64) -> f64 {
        (1.0 - self.unit()).powf(-1.0 / shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_moments_it_should() {
        let mut r = Random::new(1, 2);
        let n = 100_000;
        let values: Vec<f64> = (0..n).map(|_| r.normal(10.0, 3.0)).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!((mean - 10.0).abs() < 0.05 && (variance.sqrt() - 3.0).abs() < 0.05);
        assert!((0..1000).all(|_| r.below(7) < 7 && r.pareto(0.6) >= 1.0));
        assert_ne!(Random::new(1, 2).next(), Random::new(1, 3).next());
    }
}
