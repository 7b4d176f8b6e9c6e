//! Tests for special values, and special values replaced.

use num_complex::Complex64;
use swath_array_plan::{Expr, apply, arg};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::{BinaryOp, Kind, ProgramBuilder, UnaryOp, Value, convert_scalar, real_dtype};

use crate::methods::methods;
use crate::{DType, Numeric};

/// What [`crate::Array::nan_to_num_with`] puts in the place of what is no finite number.
///
/// ```
/// use swath_array::NanToNum;
/// let ones = NanToNum { nan: 1.0, ..NanToNum::default() };
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NanToNum {
    /// For NaN; 0 by default.
    pub nan: f64,
    /// For infinity; by default the largest number of the type.
    pub posinf: Option<f64>,
    /// For negative infinity; by default the smallest number of the type.
    pub neginf: Option<f64>,
}

methods! { Numeric:
    /// Whether x is positive infinity.
    fn isposinf(x) -> bool = infinite(x, false);
    /// Whether x is negative infinity.
    fn isneginf(x) -> bool = infinite(x, true);
    /// Whether x has no imaginary part; true for real numbers.
    fn isreal(x) -> bool = imaginary(x, BinaryOp::Equal);
    /// Whether x has an imaginary part; false for real numbers.
    fn iscomplex(x) -> bool = imaginary(x, BinaryOp::NotEqual);
    /// Whether x is not missing, which for numbers is NaN: pandas' name for the contrary of [`Self::isnan`].
    fn notnull(x) -> bool = apply(&[x.into()], |b, v| {
        let missing = b.unary(UnaryOp::IsNan, arg(v, 0)?)?;
        b.unary(UnaryOp::LogicalNot, missing)
    });
    /// The angle of complex numbers in radians, or in degrees; 0 or pi for real ones.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![1.0, -1.0]);
    /// assert_eq!(x.angle(true).compute()?.as_slice(), Some(&[0.0, 180.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn angle(x, degrees: bool) -> <T::Real as Numeric>::Float = angle(x, degrees);
    /// NaN replaced by 0, infinities by the largest and smallest numbers of the type.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::array(vec![f64::NAN, f64::INFINITY, 2.0]);
    /// assert_eq!(x.nan_to_num().compute()?.as_slice(), Some(&[0.0, f64::MAX, 2.0][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    fn nan_to_num(x) -> T = finite(x, NanToNum::default());
    /// NaN and infinities replaced by numbers of one's own.
    fn nan_to_num_with(x, numbers: NanToNum) -> T = finite(x, numbers);
}

fn infinite(x: &Expr, negative: bool) -> Result<Expr> {
    apply(&[x.into()], |b, v| {
        let x = arg(v, 0)?;
        let (infinite, sign) = (b.unary(UnaryOp::IsInf, x)?, b.unary(UnaryOp::SignBit, x)?);
        let sign = if negative { sign } else { b.unary(UnaryOp::LogicalNot, sign)? };
        b.binary(BinaryOp::LogicalAnd, infinite, sign)
    })
}

fn imaginary(x: &Expr, compared: BinaryOp) -> Result<Expr> {
    apply(&[x.into()], |b, v| {
        let part = b.unary(UnaryOp::ImagPart, arg(v, 0)?)?;
        let zero = b.constant(Scalar::I64(0), true);
        b.binary(compared, part, zero)
    })
}

fn angle(x: &Expr, degrees: bool) -> Result<Expr> {
    apply(&[x.into()], |b, v| {
        let x = arg(v, 0)?;
        let (re, im) = if Kind::of(b.dtype(x)) == Kind::Complex {
            (b.unary(UnaryOp::RealPart, x)?, b.unary(UnaryOp::ImagPart, x)?)
        } else {
            (x, b.constant(Scalar::I64(0), true))
        };
        let angle = b.binary(BinaryOp::Arctan2, im, re)?;
        if !degrees {
            return Ok(angle);
        }
        let turn = b.constant(Scalar::F64(180.0 / std::f64::consts::PI), true);
        b.binary(BinaryOp::Multiply, angle, turn)
    })
}

fn finite(x: &Expr, numbers: NanToNum) -> Result<Expr> {
    apply(&[x.into()], |b, v| {
        let x = arg(v, 0)?;
        match Kind::of(b.dtype(x)) {
            Kind::Float => finite_real(b, x, numbers),
            Kind::Complex => {
                let complex = b.dtype(x);
                let (re, im) = (b.unary(UnaryOp::RealPart, x)?, b.unary(UnaryOp::ImagPart, x)?);
                let (re, im) = (finite_real(b, re, numbers)?, finite_real(b, im, numbers)?);
                let (re, im) = (b.cast(re, complex), b.cast(im, complex));
                let unit = b.constant(convert_scalar(Scalar::C128(Complex64::I), complex), false);
                let im = b.binary(BinaryOp::Multiply, im, unit)?;
                b.binary(BinaryOp::Add, re, im)
            }
            _ => Ok(x),
        }
    })
}

fn finite_real(b: &mut ProgramBuilder, x: Value, numbers: NanToNum) -> Result<Value> {
    let dtype = real_dtype(b.dtype(x));
    let (low, high) =
        if dtype == DType::F32 { (f64::from(f32::MIN), f64::from(f32::MAX)) } else { (f64::MIN, f64::MAX) };
    let mut constant = |v: f64| b.constant(convert_scalar(Scalar::F64(v), dtype), false);
    let nan = constant(numbers.nan);
    let (high, low) = (constant(numbers.posinf.unwrap_or(high)), constant(numbers.neginf.unwrap_or(low)));
    let (missing, infinite) = (b.unary(UnaryOp::IsNan, x)?, b.unary(UnaryOp::IsInf, x)?);
    let negative = b.unary(UnaryOp::SignBit, x)?;
    let bound = b.select(negative, low, high)?;
    let bounded = b.select(infinite, bound, x)?;
    b.select(missing, nan, bounded)
}
