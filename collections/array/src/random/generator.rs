//! The generator, and what its methods are made of.

use std::sync::atomic::{AtomicU64, Ordering};

use swath_array_plan::{ChunkSpec, Expr, Made, from_made};
use swath_error::Result;
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
    /// An array of a distribution's elements.
    #[track_caller]
    pub(super) fn draw<T: Element>(&self, distribution: Distribution, shape: Dims) -> Array<T> {
        let seed = self.stream();
        Array::new(shape.lengths().and_then(|shape| drawn(distribution, T::DTYPE, seed, &shape)))
    }

    /// The seed of the next array.
    pub(super) fn stream(&self) -> u64 {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let key = Key::of("random-stream").u64(self.seed).u64(call).finish();
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(key.as_bytes()).for_each(|(b, k)| *b = *k);
        u64::from_le_bytes(bytes)
    }
}

/// An array of a distribution's elements.
pub(super) fn drawn(distribution: Distribution, dtype: DType, seed: u64, shape: &[usize]) -> Result<Expr> {
    // Parameters out of range are found now: no element is made for that.
    let (nothing, origin) =
        (vec![0; shape.len()], Origin { offset: vec![0; shape.len()], shape: shape.to_vec() });
    random(distribution, dtype, seed, &origin, &nothing)?;
    let made = Made::Random { distribution, dtype, seed, shape: shape.to_vec() };
    from_made(made, shape, &ChunkSpec::default())
}
