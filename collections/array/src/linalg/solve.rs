//! Linear systems and inverses through the LU factorisation.

use swath_array_plan::{self as plan, Axes, AxisSpec, ChunkSpec, Expr, Kernel, Made, from_made};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::promote;

use super::inexact::{inexact, square};
use super::lu::Factors;
use crate::{Array, Element, Numeric, Promote};

/// The solution `x` of `a @ x = b` for a square matrix `a`, as `numpy.linalg.solve`; `b` is a vector or a matrix.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when `a` is not square or `b` has another number of rows; when computed,
/// [`ErrorKind::InvalidData`] when `a` is singular.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let rng = da::random::default_rng(1);
/// let (a, b) = (rng.normal(0.0, 1.0, [40, 40]).chunks(15), rng.normal(0.0, 1.0, [40, 3]));
/// let x = da::linalg::solve(&a, &b);
/// assert!((a.matmul(&x) - &b).abs().max(..).item()? < 1e-11);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn solve<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<<T::Out as Numeric>::Mean> {
    Array::new(a.expr().and_then(|a| solution(a, b.expr()?)))
}

/// The inverse of a square matrix, as `numpy.linalg.inv`.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when `a` is not square; when computed, [`ErrorKind::InvalidData`] when it is
/// singular.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::random::default_rng(1).normal(0.0, 1.0, [30, 30]).chunks(10);
/// let product = da::linalg::inv(&a).matmul(&a);
/// assert!((product - da::eye(30)).abs().max(..).item()? < 1e-11);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn inv<T: Numeric>(a: &Array<T>) -> Array<T::Mean> {
    let inverse = |a: &Expr| {
        let n = square(a, "inv")?;
        let dtype = inexact(a)?.dtype();
        let axis = |i: usize| Ok::<_, Error>(AxisSpec::Sizes(a.chunks().axis(i)?.sizes()?.to_vec()));
        let spec = ChunkSpec::PerAxis(vec![axis(0)?, axis(1)?]);
        solution(a, &from_made(Made::Eye { k: 0, dtype }, &[n, n], &spec)?)
    };
    Array::new(a.expr().and_then(inverse))
}

fn solution(a: &Expr, b: &Expr) -> Result<Expr> {
    let n = square(a, "solve")?;
    let rows = b.shape()?.first().copied();
    if rows != Some(n) || b.ndim() > 2 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("solve: a right-hand side of shape {} does not fit a matrix of {n} rows", b.chunks()),
        ));
    }
    let dtype = promote(inexact(a)?.dtype(), inexact(b)?.dtype());
    let sizes = a.chunks().axis(0)?.sizes()?.to_vec();
    let (a, b) = (plan::astype(a, dtype)?, plan::astype(b, dtype)?);
    let vector = b.ndim() == 1;
    let b = if vector { plan::expand_dims(&b, &Axes::from(1))? } else { b };
    let mut x = plan::rechunk(&b, &ChunkSpec::Named(vec![(0, AxisSpec::Whole)]))?;
    let factors = Factors::of(&a, "solve")?;
    for step in &factors.steps {
        x = step.applied_to(&x)?;
    }
    for step in factors.steps.iter().rev() {
        let kernel = Kernel::LuBack { start: step.start };
        let chunks = x.chunks().clone();
        x = plan::kernel(kernel, "ij", &[(&step.panel, "βγ"), (&x, "ij")], dtype, chunks)?;
    }
    let x = plan::rechunk(&x, &ChunkSpec::Named(vec![(0, AxisSpec::Sizes(sizes))]))?;
    if vector { plan::squeeze(&x, Some(&Axes::from(1))) } else { Ok(x) }
}
