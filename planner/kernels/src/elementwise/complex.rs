//! Operations of complex numbers.

use num_complex::Complex;

use super::loops::{map, zip, zip_slow};
use super::real::Float;
use super::{Arg, Lanes, undefined};
use crate::ops::{BinaryOp, UnaryOp};
use swath_block::Element;
use swath_error::Result;

macro_rules! complexes {
    ($($t:ident)*) => { $(
        impl Lanes for Complex<$t> {
            type Real = $t;

            fn unary(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> {
                unary::<$t>(op, x, out).then_some(()).ok_or_else(|| undefined::<Self>(op.name()))
            }

            fn part(op: UnaryOp, x: &[Self], out: &mut [$t]) -> Result<()> {
                match op {
                    UnaryOp::Absolute => map(x, out, |v| v.norm()),
                    UnaryOp::RealPart => map(x, out, |v| v.re),
                    UnaryOp::ImagPart => map(x, out, |v| v.im),
                    _ => return Err(undefined::<Self>(op.name())),
                }
                Ok(())
            }

            fn test(op: UnaryOp, x: &[Self], out: &mut [bool]) -> Result<()> {
                match op {
                    UnaryOp::LogicalNot => map(x, out, |v| v.re == 0.0 && v.im == 0.0),
                    UnaryOp::IsNan => map(x, out, |v| v.re.is_nan() || v.im.is_nan()),
                    UnaryOp::IsInf => map(x, out, |v| v.re.is_infinite() || v.im.is_infinite()),
                    UnaryOp::IsFinite => map(x, out, |v| v.re.is_finite() && v.im.is_finite()),
                    _ => return Err(undefined::<Self>(op.name())),
                }
                Ok(())
            }

            fn binary(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [Self]) -> Result<()> {
                binary::<$t>(op, a, b, out).then_some(()).ok_or_else(|| undefined::<Self>(op.name()))
            }

            fn compare(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [bool]) -> Result<()> {
                match op {
                    BinaryOp::Equal => zip(a, b, out, |a, b| a == b),
                    BinaryOp::NotEqual => zip(a, b, out, |a, b| a != b),
                    BinaryOp::Less => zip_slow(a, b, out, |a, b| before(a, b, false)),
                    BinaryOp::LessEqual => zip_slow(a, b, out, |a, b| before(a, b, true)),
                    BinaryOp::Greater => zip_slow(a, b, out, |a, b| before(b, a, false)),
                    BinaryOp::GreaterEqual => zip_slow(a, b, out, |a, b| before(b, a, true)),
                    _ => return Err(undefined::<Self>(op.name())),
                }
                Ok(())
            }
        }
    )* };
}

complexes! { f32 f64 }

/// Lexicographic order; nothing comes before or after a number with a NaN part.
fn before<T: Float>(a: Complex<T>, b: Complex<T>, or_equal: bool) -> bool {
    let by_real = a.re < b.re && !a.im.is_nan() && !b.im.is_nan();
    by_real || (a.re == b.re && (a.im < b.im || (or_equal && a.im == b.im)))
}

fn unary<T: Float>(op: UnaryOp, x: &[Complex<T>], out: &mut [Complex<T>]) -> bool
where
    Complex<T>: Element,
{
    let ln = |base: f64| T::of(base.ln());
    match op {
        UnaryOp::Negative => map(x, out, |v| -v),
        UnaryOp::Sign => map(x, out, sign),
        UnaryOp::Square => map(x, out, |v| v * v),
        UnaryOp::Reciprocal => map(x, out, |v| divide(Complex::new(T::one(), T::ZERO), v)),
        UnaryOp::Sqrt => map(x, out, Complex::sqrt),
        UnaryOp::Exp => map(x, out, Complex::exp),
        UnaryOp::Exp2 => map(x, out, |v| (v * ln(2.0)).exp()),
        UnaryOp::Expm1 => map(x, out, |v| {
            let half = (v.im * T::of(0.5)).sin();
            Complex::new(v.re.exp_m1() * v.im.cos() - T::of(2.0) * half * half, v.re.exp() * v.im.sin())
        }),
        UnaryOp::Log => map(x, out, Complex::ln),
        UnaryOp::Log2 => map(x, out, |v| v.ln() / ln(2.0)),
        UnaryOp::Log10 => map(x, out, |v| v.ln() / ln(10.0)),
        UnaryOp::Log1p => {
            map(x, out, |v| Complex::new((v + T::one()).norm().ln(), v.im.atan2(v.re + T::one())));
        }
        UnaryOp::Sin => map(x, out, Complex::sin),
        UnaryOp::Cos => map(x, out, Complex::cos),
        UnaryOp::Tan => map(x, out, Complex::tan),
        UnaryOp::Arcsin => map(x, out, Complex::asin),
        UnaryOp::Arccos => map(x, out, Complex::acos),
        UnaryOp::Arctan => map(x, out, Complex::atan),
        UnaryOp::Sinh => map(x, out, Complex::sinh),
        UnaryOp::Cosh => map(x, out, Complex::cosh),
        UnaryOp::Tanh => map(x, out, Complex::tanh),
        UnaryOp::Arcsinh => map(x, out, Complex::asinh),
        UnaryOp::Arccosh => map(x, out, Complex::acosh),
        UnaryOp::Arctanh => map(x, out, Complex::atanh),
        UnaryOp::Sinc => map(x, out, |v| {
            let y = if v.re.is_zero() && v.im.is_zero() { Complex::new(T::of(1e-20), T::ZERO) } else { v };
            let y = y * T::of(std::f64::consts::PI);
            y.sin() / y
        }),
        UnaryOp::Rint => map(x, out, |v| Complex::new(v.re.round_even(), v.im.round_even())),
        UnaryOp::Conjugate => map(x, out, |v| v.conj()),
        _ => return false,
    }
    true
}

fn sign<T: Float>(v: Complex<T>) -> Complex<T> {
    if v.re.is_zero() && v.im.is_zero() { Complex::new(T::ZERO, T::ZERO) } else { v / v.norm() }
}

fn binary<T: Float>(
    op: BinaryOp,
    a: Arg<'_, Complex<T>>,
    b: Arg<'_, Complex<T>>,
    out: &mut [Complex<T>],
) -> bool
where
    Complex<T>: Element,
{
    let nan = |v: Complex<T>| v.re.is_nan() || v.im.is_nan();
    match op {
        BinaryOp::Add => zip(a, b, out, |a, b| a + b),
        BinaryOp::Subtract => zip(a, b, out, |a, b| a - b),
        BinaryOp::Multiply => zip(a, b, out, |a, b| a * b),
        BinaryOp::Divide => zip_slow(a, b, out, divide),
        BinaryOp::Power | BinaryOp::FloatPower => zip_slow(a, b, out, power),
        BinaryOp::Maximum => zip_slow(a, b, out, |a, b| if nan(a) || before(b, a, true) { a } else { b }),
        BinaryOp::Minimum => zip_slow(a, b, out, |a, b| if nan(a) || before(a, b, true) { a } else { b }),
        BinaryOp::Fmax => zip_slow(a, b, out, |a, b| if nan(b) || before(b, a, true) { a } else { b }),
        BinaryOp::Fmin => zip_slow(a, b, out, |a, b| if nan(b) || before(a, b, true) { a } else { b }),
        _ => return false,
    }
    true
}

/// Division by Smith's method (1962): no overflow where the quotient fits.
fn divide<T: Float>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    if b.re.is_zero() && b.im.is_zero() {
        return Complex::new(a.re / b.re.abs(), a.im / b.re.abs());
    }
    if b.re.abs() >= b.im.abs() {
        let ratio = b.im / b.re;
        let scale = (b.re + b.im * ratio).recip();
        Complex::new((a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale)
    } else {
        let ratio = b.re / b.im;
        let scale = (b.re * ratio + b.im).recip();
        Complex::new((a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale)
    }
}

/// Small whole exponents by multiplication, others through the logarithm.
fn power<T: Float>(a: Complex<T>, b: Complex<T>) -> Complex<T> {
    if b.re.is_zero() && b.im.is_zero() {
        return Complex::new(T::one(), T::ZERO);
    }
    match b.re.to_i32() {
        Some(n) if b.im.is_zero() && n.unsigned_abs() <= 100 && T::of(f64::from(n)) == b.re => {
            let mut result = Complex::new(T::one(), T::ZERO);
            let (mut base, mut left) = (a, n.unsigned_abs());
            while left > 0 {
                if left & 1 == 1 {
                    result = result * base;
                }
                base = base * base;
                left >>= 1;
            }
            if n < 0 { divide(Complex::new(T::one(), T::ZERO), result) } else { result }
        }
        _ if a.re.is_zero() && a.im.is_zero() => {
            if b.re > T::ZERO {
                Complex::new(T::ZERO, T::ZERO)
            } else {
                Complex::new(T::nan(), T::nan())
            }
        }
        _ => a.powc(b),
    }
}
