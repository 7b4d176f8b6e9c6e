//! Products of vectors, and of everything with everything.

use swath_array_plan::{self as plan, Axes, Expr};
use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, UnaryOp};

use crate::{Array, Element, Promote};

/// The sums of products over the last axes of both arrays, as `numpy.inner`; of scalars the product.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when the last axes have different lengths.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::arange(6).reshape([2, 3]);
/// assert_eq!(da::inner(&a, &da::arange(3)).compute()?.as_slice(), Some(&[5, 14][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn inner<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<T::Out> {
    Array::new(a.expr().and_then(|a| {
        let b = b.expr()?;
        match (a.ndim().checked_sub(1), b.ndim().checked_sub(1)) {
            (Some(i), Some(j)) => super::tensordot::over(a, b, &[i], &[j]),
            _ => plan::binary(BinaryOp::Multiply, a.into(), b.into()),
        }
    }))
}

/// Every element of the first array times every element of the second, both as one line, as `numpy.outer`.
///
/// # Errors
/// In the array: what building the arrays met.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let table = da::outer(&da::arange(4), &da::arange(3));
/// assert_eq!(table.compute()?, ndarray::array![[0, 0, 0], [0, 1, 2], [0, 2, 4], [0, 3, 6]].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn outer<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<T::Out> {
    Array::new(a.expr().and_then(|a| {
        let column = plan::expand_dims(&plan::reshape(a, &[-1])?, &Axes::from(1))?;
        let row = plan::reshape(b.expr()?, &[-1])?;
        plan::binary(BinaryOp::Multiply, (&column).into(), (&row).into())
    }))
}

/// The sum of the products of all elements, those of the first array conjugated, as `numpy.vdot`; a scalar.
///
/// # Errors
/// In the array: [`ErrorKind::ShapeMismatch`] when the arrays have not as many elements.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::arange(6).reshape([2, 3]);
/// assert_eq!(da::vdot(&a, &a).item()?, 55);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn vdot<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<T::Out> {
    Array::new(a.expr().and_then(|a| {
        let line = |x: &Expr| plan::reshape(x, &[-1]);
        let a = match a.dtype() {
            DType::C64 | DType::C128 => plan::unary(UnaryOp::Conjugate, a)?,
            _ => a.clone(),
        };
        let (a, b) = (line(&a)?, line(b.expr()?)?);
        super::tensordot::over(&a, &b, &[0], &[0])
    }))
}

/// The Kronecker product, as `numpy.kron`: every element of the first array times the whole second one. The array of
/// fewer axes gets leading ones of length 1.
///
/// # Errors
/// In the array: [`ErrorKind::Unsupported`] when lengths are unknown.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::kron(&da::eye(2), &da::arange(2));
/// assert_eq!(x.compute()?, ndarray::array![[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn kron<T: Promote<U>, U: Element>(a: &Array<T>, b: &Array<U>) -> Array<T::Out> {
    Array::new(a.expr().and_then(|a| kronecker(a, b.expr()?)))
}

fn kronecker(a: &Expr, b: &Expr) -> Result<Expr> {
    let ndim = a.ndim().max(b.ndim());
    let leading = |x: &Expr| {
        let new: Vec<isize> = (0..(ndim - x.ndim()) as isize).collect();
        if new.is_empty() { Ok(x.clone()) } else { plan::expand_dims(x, &Axes::from(new)) }
    };
    let (a, b) = (leading(a)?, leading(b)?);
    // Axes alternate: one of `a`, one of `b`; each pair becomes one axis.
    let spread = |x: &Expr, first: isize| {
        let new: Vec<isize> = (0..ndim as isize).map(|i| 2 * i + first).collect();
        if new.is_empty() { Ok(x.clone()) } else { plan::expand_dims(x, &Axes::from(new)) }
    };
    let product = plan::binary(BinaryOp::Multiply, (&spread(&a, 1)?).into(), (&spread(&b, 0)?).into())?;
    let (n, m) = (a.shape()?, b.shape()?);
    let shape: Option<Vec<isize>> =
        n.iter().zip(&m).map(|(n, m)| n.checked_mul(*m).and_then(|n| isize::try_from(n).ok())).collect();
    let shape =
        shape.ok_or_else(|| Error::new(ErrorKind::InvalidArgument, "kron: the result is too large"))?;
    plan::reshape(&product, &shape)
}
