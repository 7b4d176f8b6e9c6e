//! Approximate singular value decomposition of low rank (Halko, Martinsson and Tropp, "Finding structure with
//! randomness", 2011).

use swath_array_plan::{self as plan, Axis, ChunkSpec, Expr, Made, from_made};
use swath_error::{Error, Result};
use swath_kernels::Distribution;

use super::inexact::{adjoint, inexact, lengths, part, real, three};
use super::{Svd, qr, svd};
use crate::{Array, Numeric};

/// What the power iterations of a compressed decomposition keep between multiplications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PowerIteration {
    /// The products as they are: fast, and enough for one or two iterations.
    #[default]
    Power,
    /// An orthonormal basis of the products: loses no accuracy over many iterations.
    Qr,
}

/// How a compressed decomposition is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressed {
    /// Columns that are computed beyond those asked for; 10 by default.
    pub oversamples: usize,
    /// Multiplications with the matrix and its adjoint that make small singular values count less; none by default.
    pub power_iterations: usize,
    /// What is kept between them.
    pub iteration: PowerIteration,
    /// Of the random projection; equal seeds give equal results. 0 by default.
    pub seed: u64,
}

impl Default for Compressed {
    fn default() -> Self {
        Self { oversamples: 10, power_iterations: 0, iteration: PowerIteration::Power, seed: 0 }
    }
}

/// The `k` largest singular values and their vectors, approximately, as `dask.array.linalg.svd_compressed`: exact up to
/// rounding when the matrix has rank `k`, the better the faster its singular values fall otherwise.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::ShapeMismatch`] when `a` has not two axes;
/// [`swath_error::ErrorKind::InvalidArgument`] when `k` is 0.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let rng = da::random::default_rng(1);
/// let (left, right) = (rng.normal(0.0, 1.0, [300, 5]), rng.normal(0.0, 1.0, [5, 200]));
/// let a = left.matmul(&right).chunks([100, 50]);
/// let (u, s, vh) = da::linalg::svd_compressed(&a, 5);
/// assert!(((&u * &s).matmul(&vh) - &a).abs().max(..).item()? < 1e-10);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn svd_compressed<T: Numeric>(a: &Array<T>, k: usize) -> Svd<T> {
    svd_compressed_with(a, k, &Compressed::default())
}

/// As [`svd_compressed`], with options.
///
/// # Errors
/// As [`svd_compressed`].
#[track_caller]
pub fn svd_compressed_with<T: Numeric>(a: &Array<T>, k: usize, options: &Compressed) -> Svd<T> {
    three(a.expr().and_then(|a| factors(a, k, options)))
}

fn factors(a: &Expr, k: usize, options: &Compressed) -> Result<(Expr, Expr, Expr)> {
    let (rows, columns) = lengths(a, "svd_compressed")?;
    if k == 0 {
        return Err(Error::argument("svd_compressed: the number of singular values must be at least 1"));
    }
    let a = inexact(a)?;
    let width = k.saturating_add(options.oversamples).min(rows).min(columns);
    let q = range_of(&a, columns, width, options)?;
    let (u, s, vh) = svd::factors(&plan::matmul(&adjoint(&q)?, &a)?)?;
    let k = k.min(width);
    let u = plan::matmul(&q, &part(&u, 0..width, 0..k)?)?;
    Ok((u, plan::index(&s, &[(0..k).into()])?, part(&vh, 0..k, 0..columns)?))
}

/// An orthonormal basis of about the range of `a`, of `width` columns.
fn range_of(a: &Expr, columns: usize, width: usize, options: &Compressed) -> Result<Expr> {
    let distribution = Distribution::Normal { mean: 0.0, std: 1.0 };
    let dtype = real(a.dtype());
    let shape = vec![columns, width];
    let made = Made::Random { distribution, dtype, seed: options.seed, shape: shape.clone() };
    let spec = ChunkSpec::from(vec![Axis::sizes(a.chunks().axis(1)?)?.to_vec(), vec![width]]);
    let projection = plan::astype(&from_made(made, &shape, &spec)?, a.dtype())?;
    let mut product = plan::matmul(a, &projection)?;
    let adjoint = adjoint(a)?;
    for _ in 0..options.power_iterations {
        product = match options.iteration {
            PowerIteration::Power => plan::matmul(a, &plan::matmul(&adjoint, &product)?)?,
            PowerIteration::Qr => {
                let (q, _) = qr::factors(&product)?;
                let (q, _) = qr::factors(&plan::matmul(&adjoint, &q)?)?;
                plan::matmul(a, &q)?
            }
        };
    }
    Ok(qr::factors(&product)?.0)
}
