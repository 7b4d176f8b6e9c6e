//! Other element types, rounding, and choices between two arrays.

use swath_array_plan::{Expr, Operand as PlanOperand, apply, arg, astype, select, unary};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{Kind, UnaryOp, promote};

use crate::methods::methods;
use crate::operand::DynOperand;
use crate::{Array, DType, DynArray, Element, Numeric, Operand};

/// Which conversions [`DynArray::astype_casting`] allows, under NumPy's names, from the strictest to the loosest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Casting {
    /// None at all.
    No,
    /// Those that keep every value: `int32` to `float64`.
    Safe,
    /// Those, and others within a kind or to a wider one: `float64` to `float32`, but not to `int64`.
    SameKind,
    /// All.
    #[default]
    Unsafe,
}

impl Casting {
    /// Whether the conversion is allowed, as `numpy.can_cast` says.
    ///
    /// ```
    /// use swath_array::{Casting, DType};
    /// assert!(Casting::Safe.allows(DType::I32, DType::F64));
    /// assert!(!Casting::Safe.allows(DType::I64, DType::F32));
    /// assert!(Casting::SameKind.allows(DType::I64, DType::F32));
    /// assert!(!Casting::SameKind.allows(DType::F64, DType::I64));
    /// ```
    pub fn allows(self, from: DType, to: DType) -> bool {
        let rank = |t| match Kind::of(t) {
            Kind::Bool => 0,
            Kind::Unsigned => 1,
            Kind::Signed => 2,
            Kind::Float => 3,
            Kind::Complex => 4,
        };
        match self {
            Self::No => from == to,
            Self::Safe => promote(from, to) == to,
            Self::SameKind => promote(from, to) == to || rank(from) <= rank(to),
            Self::Unsafe => true,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Safe => "safe",
            Self::SameKind => "same_kind",
            Self::Unsafe => "unsafe",
        }
    }
}

impl<T: Element> Array<T> {
    /// Converted to another element type: integers wrap, floats are cut towards zero.
    #[track_caller]
    pub fn astype<U: Element>(&self) -> Array<U> {
        self.map(|x| astype(x, U::DTYPE))
    }
}

impl DynArray {
    /// Converted to another element type: integers wrap, floats are cut towards zero.
    #[track_caller]
    pub fn astype(&self, dtype: DType) -> Self {
        self.map(|x| astype(x, dtype))
    }

    /// As [`Self::astype`], refusing conversions that `casting` does not allow.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array::{self as da, Casting, DType};
    /// let x = da::ones(3).into_dyn();
    /// assert!(x.astype_casting(DType::I64, Casting::SameKind).dtype().is_err());
    /// assert_eq!(x.astype_casting(DType::F32, Casting::SameKind).dtype()?, DType::F32);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn astype_casting(&self, dtype: DType, casting: Casting) -> Self {
        self.map(|x| {
            if casting.allows(x.dtype(), dtype) {
                return astype(x, dtype);
            }
            let text = format!(
                "Cannot cast array data from {} to {dtype} according to the rule '{}'",
                x.dtype(),
                casting.name()
            );
            Err(Error::new(ErrorKind::TypeMismatch, text).with_help("use astype, which converts anything"))
        })
    }
}

methods! { Numeric:
    /// Rounded to so many decimals, halves to even; a negative number rounds to tens, hundreds and so on.
    fn round(x, decimals: i32) -> T = rounded(x, decimals);
    /// Rounded to so many decimals, halves to even: the same as [`Self::round`].
    fn around(x, decimals: i32) -> T = rounded(x, decimals);
    /// `+x`: the elements as they are; refused for booleans.
    fn positive(x) -> T = {
        // Refused for the same types as negation.
        unary(UnaryOp::Negative, x).map(|_| x.clone())
    };
}

fn rounded(x: &Expr, decimals: i32) -> Result<Expr> {
    apply(&[x.into()], |b, v| b.round(arg(v, 0)?, decimals))
}

/// `a` where `condition` is true, else `b`; arrays are broadcast.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::arange(5);
/// assert_eq!(da::where_(x.gt(2), &x, 0).compute()?.as_slice(), Some(&[0, 0, 0, 3, 4][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn where_<T: Element>(condition: impl Operand<bool>, a: impl Operand<T>, b: impl Operand<T>) -> Array<T> {
    let build = || match condition.operand()? {
        PlanOperand::Array(condition) => select(&condition, a.operand()?, b.operand()?),
        scalar @ PlanOperand::Scalar { .. } => {
            apply(&[scalar, a.operand()?, b.operand()?], |p, v| p.select(arg(v, 0)?, arg(v, 1)?, arg(v, 2)?))
        }
    };
    Array::new(build())
}

impl DynArray {
    /// The elements where `condition` is true, else those of `other`; arrays are broadcast, types promoted.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(4).into_dyn();
    /// let y = x.where_(&x.gt(1), -1.5);
    /// assert_eq!(y.typed::<f64>().compute()?.as_slice(), Some(&[-1.5, -1.5, 2.0, 3.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn where_(&self, condition: &Self, other: impl DynOperand) -> Self {
        let build = || select(condition.expr()?, self.dyn_operand()?, other.dyn_operand()?);
        Self::new(build())
    }
}
