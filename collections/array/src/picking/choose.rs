//! One of several arrays, element by element.

use swath_array_plan::{Expr, Operand, apply, arg};
use swath_block::Scalar;
use swath_error::{Error, Result};
use swath_kernels::{BinaryOp, convert_scalar};

use crate::{Array, Element, Numeric, Operand as TypedOperand};

/// What becomes of a choice that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChooseMode {
    /// The first for a negative one, the last for one too large.
    #[default]
    Clip,
    /// Counted round and round.
    Wrap,
}

/// For each element of `which`, the element at its place in that one of the `choices`; arrays are broadcast. Checking that
/// every choice exists would take a pass of its own: those that do not are clipped or wrapped.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let which = da::array(vec![1i64, 0, 1]);
/// let choices = [da::array(vec![1, 2, 3]), da::array(vec![10, 20, 30])];
/// let chosen = da::choose(&which, &choices, da::ChooseMode::Clip);
/// assert_eq!(chosen.compute()?.as_slice(), Some(&[10, 2, 30][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn choose<I: Numeric, T: Element>(which: &Array<I>, choices: &[Array<T>], mode: ChooseMode) -> Array<T> {
    let choices = crate::like::exprs(choices);
    which.map(|which| pick(which, &choices?, mode))
}

fn pick(which: &Expr, choices: &[Expr], mode: ChooseMode) -> Result<Expr> {
    if choices.is_empty() {
        return Err(Error::argument("choose needs at least one array to choose from"));
    }
    let integer = |i: usize| Scalar::I64(i as i64);
    let operands: Vec<Operand> = std::iter::once(which).chain(choices).map(Into::into).collect();
    apply(&operands, |b, v| {
        let mut at = arg(v, 0)?;
        if mode == ChooseMode::Wrap {
            let count = b.constant(integer(choices.len()), false);
            at = b.binary(BinaryOp::Remainder, at, count)?;
        }
        // From the last one down: a place at or below a choice's takes it, so what is too large takes the last.
        let mut chosen = arg(v, choices.len())?;
        for i in (0..choices.len() - 1).rev() {
            let place = b.constant(integer(i), false);
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
