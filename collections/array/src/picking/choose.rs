//! One of several arrays, element by element.

use swath_array_plan::{Expr, Operand, apply, arg, whole_numbers};
use swath_block::Scalar;
use swath_error::{Error, Result};
use swath_kernels::{BinaryOp, convert_scalar};

use super::IndexMode;
use crate::{Array, DynArray, Element, Numeric, Operand as TypedOperand};

/// For each element of `which`, the element at its place in that one of the `choices`; arrays are broadcast.
///
/// # Errors
/// In the array that comes out: [`swath_error::ErrorKind::InvalidArgument`] for no choices,
/// [`swath_error::ErrorKind::TypeMismatch`] when `which` are no whole numbers. With [`IndexMode::Raise`] a choice that does
/// not exist is an error when it is met.
///
/// ```
/// # use swath_local as _;
/// use swath_array::{self as da, IndexMode};
/// let which = da::array(vec![1i64, 0, 1]);
/// let choices = [da::array(vec![1, 2, 3]), da::array(vec![10, 20, 30])];
/// let chosen = da::choose(&which, &choices, IndexMode::Raise);
/// assert_eq!(chosen.compute()?.as_slice(), Some(&[10, 2, 30][..]));
/// let wrapped = da::choose(&(which + 2), &choices, IndexMode::Wrap);
/// assert_eq!(wrapped.compute()?.as_slice(), Some(&[10, 2, 30][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn choose<I: Numeric, T: Element>(which: &Array<I>, choices: &[Array<T>], mode: IndexMode) -> Array<T> {
    let choices = crate::like::exprs(choices);
    which.map(|which| pick(which, &choices?, mode))
}

impl DynArray {
    /// For each element of this array, the element at its place in that one of the `choices`, which are converted to their
    /// common type: see [`choose`].
    #[track_caller]
    pub fn choose(&self, choices: &[Self], mode: IndexMode) -> Self {
        self.map(|which| pick(which, &crate::like::exprs(choices)?, mode))
    }
}

fn pick(which: &Expr, choices: &[Expr], mode: IndexMode) -> Result<Expr> {
    let Some(last) = choices.len().checked_sub(1) else {
        return Err(Error::argument("choose needs at least one array to choose from"));
    };
    let which = match mode {
        // What is picked below is clipped.
        IndexMode::Clip => whole_numbers(which)?,
        mode => mode.bound(which, choices.len(), "invalid entry in choice array")?,
    };
    let operands: Vec<Operand> = std::iter::once(&which).chain(choices).map(Into::into).collect();
    apply(&operands, |b, v| {
        let at = arg(v, 0)?;
        // From the last one down: a place at or below a choice's takes it, so what is too large takes the last.
        let mut chosen = arg(v, choices.len())?;
        for i in (0..last).rev() {
            let place = b.constant(Scalar::I64(i as i64), false);
            let is_here = b.binary(BinaryOp::LessEqual, at, place)?;
            let own = arg(v, i + 1)?;
            chosen = b.select(is_here, own, chosen)?;
        }
        Ok(chosen)
    })
}

/// For each place, the element of the first choice whose condition holds there, `default` where none does.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(6);
/// let y = da::select(&[x.lt(3), x.gt(3)], &[-&x, x.square()], 42);
/// assert_eq!(y.compute()?.as_slice(), Some(&[0, -1, -2, 42, 16, 25][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn select<T: Element>(
    conditions: &[Array<bool>],
    choices: &[Array<T>],
    default: impl TypedOperand<T>,
) -> Array<T> {
    if conditions.len() != choices.len() {
        return Array::new(Err(Error::argument(format!(
            "list of cases must be same length as list of conditions: {} choices for {} conditions",
            choices.len(),
            conditions.len()
        ))));
    }
    let conditions = crate::like::exprs(conditions);
    let choices = crate::like::exprs(choices);
    Array::new(conditions.and_then(|conditions| first_of(&conditions, &choices?, default.operand()?)))
}

fn first_of(conditions: &[Expr], choices: &[Expr], default: Operand) -> Result<Expr> {
    let n = conditions.len();
    if n == 0 {
        return Err(Error::argument("select with an empty condition list is not possible"));
    }
    let mut operands: Vec<Operand> = conditions.iter().chain(choices).map(Into::into).collect();
    operands.push(default);
    apply(&operands, |b, v| {
        let mut chosen = arg(v, 2 * n)?;
        for i in (0..n).rev() {
            let (condition, own) = (arg(v, i)?, arg(v, n + i)?);
            chosen = b.select(condition, own, chosen)?;
        }
        Ok(chosen)
    })
}

/// A function of an array, as [`piecewise`] takes it.
pub type Piece<'a, T> = &'a dyn Fn(&Array<T>) -> Array<T>;

/// Functions of `x`, each where its condition holds: the last one that does counts; `default` is for where none does, or
/// zeros.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![-2.0, 0.0, 3.0]);
/// let y = da::piecewise(&x, &[(x.lt(0.0), &|x| -x), (x.gt(0.0), &|x| x * 10.0)], None);
/// assert_eq!(y.compute()?.as_slice(), Some(&[2.0, 0.0, 30.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn piecewise<T: Numeric>(
    x: &Array<T>,
    pieces: &[(Array<bool>, Piece<'_, T>)],
    default: Option<Piece<'_, T>>,
) -> Array<T> {
    let (conditions, values): (Vec<_>, Vec<_>) =
        pieces.iter().rev().map(|(condition, function)| (condition.clone(), function(x))).unzip();
    if let Some(function) = default {
        return select(&conditions, &values, function(x));
    }
    let zero = T::from_scalar(convert_scalar(Scalar::I64(0), T::DTYPE)).unwrap_or_else(T::zero);
    select(&conditions, &values, zero)
}
