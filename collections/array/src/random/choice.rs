//! Choices and orders.

use swath_array_plan::{self as plan, Chunks, Expr, Kernel, Made, from_made};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{Distribution, permutation};

use super::Generator;
use super::generator::drawn;
use crate::{Array, DType, Dims, Element};

impl Generator {
    /// Elements of `values`, each equally likely every time, as `numpy.random.Generator.choice`.
    ///
    /// # Errors
    /// In the array: [`ErrorKind::InvalidArgument`] when there are no values.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::random::default_rng(1).choice(&[10, 20, 30], [1000]);
    /// assert_eq!((x.min(..).item()?, x.max(..).item()?), (10, 30));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn choice<T: Element>(&self, values: &[T], shape: impl Into<Dims>) -> Array<T> {
        let seed = self.stream();
        let build = || {
            if values.is_empty() {
                return Err(Error::argument("choice: there is nothing to choose from"));
            }
            let distribution = Distribution::Integers { low: 0, high: values.len() as i64 };
            let places = drawn(distribution, DType::I64, seed, &shape.into().lengths()?)?;
            looked_up(&places, values)
        };
        Array::new(build())
    }

    /// Elements of `values`, each with the probability at its place of `p`, every time.
    ///
    /// # Errors
    /// In the array: [`ErrorKind::InvalidArgument`] when there are no values, or probabilities are negative, not as many
    /// or do not add up to 1.
    #[track_caller]
    pub fn choice_weighted<T: Element>(&self, values: &[T], p: &[f64], shape: impl Into<Dims>) -> Array<T> {
        let seed = self.stream();
        let build = || {
            let bounds = cumulated(values.len(), p)?;
            let uniform = Distribution::Uniform { low: 0.0, high: 1.0 };
            let x = drawn(uniform, DType::F64, seed, &shape.into().lengths()?)?;
            let labels = plan::all_axes(&x);
            let chunks = x.chunks().clone();
            let places = plan::kernel(Kernel::Place(bounds), &labels, &[(&x, &labels)], DType::I64, chunks)?;
            looked_up(&places, values)
        };
        Array::new(build())
    }

    /// `count` different elements of `values`, every choice equally likely. The first of a random order.
    ///
    /// # Errors
    /// In the array: [`ErrorKind::InvalidArgument`] when `count` is larger than the number of values.
    #[track_caller]
    pub fn choice_without_replacement<T: Element>(&self, values: &[T], count: usize) -> Array<T> {
        let seed = self.stream();
        let build = || {
            if count > values.len() {
                return Err(Error::argument(
                    "choice: cannot take a larger sample than population when replacement is off",
                ));
            }
            if values.is_empty() {
                return from_made(Made::Full(T::zero().to_scalar()), &[0], &plan::ChunkSpec::default());
            }
            let order = permuted(values.len(), seed)?;
            looked_up(&plan::index(&order, &[(0..count).into()])?, values)
        };
        Array::new(build())
    }

    /// The numbers from 0 to `n`, exclusive, in a random order. Orders of up to 65 536 numbers are all equally likely;
    /// longer ones are made position by position, so that no task holds the whole order.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let order = da::random::default_rng(1).permutation(1000);
    /// assert_eq!(order.sum(..).item()?, 499_500);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn permutation(&self, n: usize) -> Array<i64> {
        Array::new(permuted(n, self.stream()))
    }

    /// The array with its parts along the first axis in a random order, as `numpy.random.Generator.permutation` of an
    /// array.
    ///
    /// # Errors
    /// In the array: [`ErrorKind::InvalidArgument`] for a scalar; [`ErrorKind::Unsupported`] when lengths are unknown.
    #[track_caller]
    pub fn shuffled<T: Element>(&self, x: &Array<T>) -> Array<T> {
        let seed = self.stream();
        x.map(|x| {
            if x.ndim() == 0 {
                return Err(Error::argument("shuffled: a scalar has no parts"));
            }
            let n = x.chunks().axis(0)?.length()?;
            let order = permutation(seed, n, 0..n)?;
            let positions: Vec<isize> = order.view::<i64>()?.iter().map(|i| *i as isize).collect();
            plan::take_along(x, &positions, 0)
        })
    }
}

fn permuted(n: usize, seed: u64) -> Result<Expr> {
    from_made(Made::Permutation { seed, n }, &[n], &plan::ChunkSpec::default())
}

/// The values at these places.
fn looked_up<T: Element>(places: &Expr, values: &[T]) -> Result<Expr> {
    let table = values.iter().map(|v| v.to_scalar()).collect();
    let labels = plan::all_axes(places);
    let chunks: Chunks = places.chunks().clone();
    plan::kernel(Kernel::LookUp(table), &labels, &[(places, &labels)], T::DTYPE, chunks)
}

/// The probabilities up to and with each place.
fn cumulated(values: usize, p: &[f64]) -> Result<Vec<f64>> {
    if values == 0 || p.len() != values {
        return Err(Error::argument(format!("choice: {} probabilities for {values} values", p.len())));
    }
    let total: f64 = p.iter().sum();
    if p.iter().any(|p| p.is_nan() || *p < 0.0) || (total - 1.0).abs() > 1e-8 {
        return Err(Error::new(
            ErrorKind::InvalidArgument,
            "choice: probabilities must not be negative and must sum to 1",
        ));
    }
    Ok(p.iter()
        .scan(0.0, |sum, p| {
            *sum += p / total;
            Some(*sum)
        })
        .collect())
}
