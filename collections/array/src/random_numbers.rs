//! Random arrays, as `numpy.random.default_rng` makes them.

use std::sync::atomic::{AtomicU64, Ordering};

use swath_array_plan::{ChunkSpec, Made, from_made};
use swath_graph::Key;
use swath_kernels::{Distribution, Origin, random};

use crate::{Array, DType, Dims, Element};

/// Makes random arrays. Every element follows from the seed, the number of the call and its position, so an array is
/// the same however it is cut and wherever it is computed. The numbers are not NumPy's.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    /// Calls so far: each array has its own stream.
    calls: AtomicU64,
}

/// A generator whose arrays follow from `seed`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let rng = da::random::default_rng(42);
/// let x = rng.normal(0.0, 1.0, [1000, 1000]).chunks([250, 500]);
/// assert!(x.mean(..).item()?.abs() < 0.01);
/// let again = da::random::default_rng(42).normal(0.0, 1.0, [1000, 1000]);
/// assert_eq!(x.slice(10).compute()?, again.slice(10).compute()?);
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn default_rng(seed: u64) -> Generator {
    Generator { seed, calls: AtomicU64::new(0) }
}

impl Generator {
    /// Even over `0 <= x < 1`.
    #[track_caller]
    pub fn random(&self, shape: impl Into<Dims>) -> Array<f64> {
        self.uniform(0.0, 1.0, shape)
    }

    /// Even over `low <= x < high`.
    #[track_caller]
    pub fn uniform(&self, low: f64, high: f64, shape: impl Into<Dims>) -> Array<f64> {
        self.draw(Distribution::Uniform { low, high }, shape.into())
    }

    /// The bell curve around `loc`, of standard deviation `scale`.
    #[track_caller]
    pub fn normal(&self, loc: f64, scale: f64, shape: impl Into<Dims>) -> Array<f64> {
        self.draw(Distribution::Normal { mean: loc, std: scale }, shape.into())
    }

    /// The bell curve around 0, of standard deviation 1.
    #[track_caller]
    pub fn standard_normal(&self, shape: impl Into<Dims>) -> Array<f64> {
        self.normal(0.0, 1.0, shape)
    }

    /// Waiting times of mean `scale`.
    #[track_caller]
    pub fn exponential(&self, scale: f64, shape: impl Into<Dims>) -> Array<f64> {
        self.draw(Distribution::Exponential { scale }, shape.into())
    }

    /// Whole numbers `low <= x < high`, each equally likely.
    #[track_caller]
    pub fn integers(&self, low: i64, high: i64, shape: impl Into<Dims>) -> Array<i64> {
        self.draw(Distribution::Integers { low, high }, shape.into())
    }

    #[track_caller]
    fn draw<T: Element>(&self, distribution: Distribution, shape: Dims) -> Array<T> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let seed = stream(self.seed, call);
        let dtype: DType = T::DTYPE;
        let build = || {
            let shape = shape.lengths()?;
            // Parameters out of range are found now: no element is made for that.
            let (nothing, origin) =
                (vec![0; shape.len()], Origin { offset: vec![0; shape.len()], shape: shape.clone() });
            random(distribution, dtype, seed, &origin, &nothing)?;
            let made = Made::Random { distribution, dtype, seed, shape: shape.clone() };
            from_made(made, &shape, &ChunkSpec::default())
        };
        Array::new(build())
    }
}

/// The seed of a generator's `call`-th array.
fn stream(seed: u64, call: u64) -> u64 {
    let key = Key::of("random-stream").u64(seed).u64(call).finish();
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(key.as_bytes()).for_each(|(b, k)| *b = *k);
    u64::from_le_bytes(bytes)
}
