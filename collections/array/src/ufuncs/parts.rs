//! Functions of two results, and what puts them together again.

use swath_array_plan::{Expr, Operand as PlanOperand, apply, arg, binary, unary};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, Kind, UnaryOp, float_dtype};

use crate::operand::DynOperand;
use crate::{Array, DType, DynArray, Numeric, Operand};

impl<T: Numeric> Array<T> {
    /// The fractions and the whole parts, both with the elements' sign.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let (fraction, whole) = da::array(vec![2.5, -1.25]).modf();
    /// assert_eq!(fraction.compute()?.as_slice(), Some(&[0.5, -0.25][..]));
    /// assert_eq!(whole.compute()?.as_slice(), Some(&[2.0, -1.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn modf(&self) -> (Array<T::Float>, Array<T::Float>) {
        (self.map(|x| unary(UnaryOp::Fraction, x)), self.map(whole))
    }

    /// The mantissas, of size at least 0.5 and less than 1, and the exponents of 2 that belong to them.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let (mantissa, exponent) = da::array(vec![3.0, -8.0]).frexp();
    /// assert_eq!(mantissa.compute()?.as_slice(), Some(&[0.75, -0.5][..]));
    /// assert_eq!(exponent.compute()?.as_slice(), Some(&[2, 4][..]));
    /// assert_eq!(mantissa.ldexp(&exponent).compute()?.as_slice(), Some(&[3.0, -8.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn frexp(&self) -> (Array<T::Float>, Array<i32>) {
        (self.map(|x| unary(UnaryOp::Mantissa, x)), self.map(exponent))
    }

    /// The elements times 2 to the power of whole numbers: the inverse of [`Self::frexp`].
    #[track_caller]
    pub fn ldexp(&self, exponent: impl Operand<i32>) -> Array<T::Float> {
        self.map(|x| times_power(x, exponent.operand()?))
    }

    /// The quotients rounded down and the remainders, which have the divisor's sign: `floor_divide` and `%`.
    #[track_caller]
    pub fn divmod(&self, other: impl Operand<T>) -> (Self, Self) {
        let other = other.operand();
        let of = |op| self.map(|x| binary(op, x.into(), other.clone()?));
        (of(BinaryOp::FloorDivide), of(BinaryOp::Remainder))
    }
}

impl DynArray {
    /// The fractions and the whole parts, both with the elements' sign: see [`Array::modf`].
    #[track_caller]
    pub fn modf(&self) -> (Self, Self) {
        (self.map(|x| unary(UnaryOp::Fraction, x)), self.map(whole))
    }

    /// The mantissas and the exponents of 2 that belong to them, of `int32`: see [`Array::frexp`].
    #[track_caller]
    pub fn frexp(&self) -> (Self, Self) {
        (self.map(|x| unary(UnaryOp::Mantissa, x)), self.map(exponent))
    }

    /// The elements times 2 to the power of whole numbers: see [`Array::ldexp`].
    #[track_caller]
    pub fn ldexp(&self, exponent: impl DynOperand) -> Self {
        self.map(|x| times_power(x, exponent.dyn_operand()?))
    }

    /// The quotients rounded down and the remainders: see [`Array::divmod`].
    #[track_caller]
    pub fn divmod(&self, other: impl DynOperand) -> (Self, Self) {
        let other = other.dyn_operand();
        let of = |op| self.map(|x| binary(op, x.into(), other.clone()?));
        (of(BinaryOp::FloorDivide), of(BinaryOp::Remainder))
    }
}

fn whole(x: &Expr) -> Result<Expr> {
    // Refused for the same types as the fraction.
    let float = UnaryOp::Fraction.result_dtype(x.dtype())?;
    apply(&[x.into()], |b, v| {
        let x = b.cast(arg(v, 0)?, float);
        b.unary(UnaryOp::Trunc, x)
    })
}

fn exponent(x: &Expr) -> Result<Expr> {
    apply(&[x.into()], |b, v| {
        let exponent = b.unary(UnaryOp::Exponent, arg(v, 0)?)?;
        Ok(b.cast(exponent, DType::I32))
    })
}

fn times_power(x: &Expr, exponent: PlanOperand) -> Result<Expr> {
    let dtype = match &exponent {
        PlanOperand::Array(e) => e.dtype(),
        PlanOperand::Scalar { value, .. } => value.dtype(),
    };
    if Kind::of(dtype) > Kind::Unsigned {
        let text = format!("ldexp takes whole numbers as exponents, these are {dtype}");
        return Err(Error::new(ErrorKind::TypeMismatch, text).with_help("cast the exponents to int32"));
    }
    let float = float_dtype(x.dtype());
    apply(&[x.into(), exponent], |b, v| {
        let (x, exponent) = (b.cast(arg(v, 0)?, float), b.cast(arg(v, 1)?, float));
        b.binary(BinaryOp::Ldexp, x, exponent)
    })
}
