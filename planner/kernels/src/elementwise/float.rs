//! Operations of floats.

use multiversion::multiversion;
use multiversion::target::target_cfg_f;

use super::loops::{map, zip, zip_slow};
use super::real::Float;
use super::{Arg, undefined};
use crate::math;
use crate::ops::{BinaryOp, UnaryOp};
use swath_error::Result;

pub(super) fn unary<T: Float>(op: UnaryOp, x: &[T], out: &mut [T]) -> Result<()> {
    if fast(op, x, out) || simple(op, x, out) {
        return Ok(());
    }
    let f: fn(T) -> T = match op {
        UnaryOp::Cbrt => T::cbrt,
        UnaryOp::Exp => T::exp,
        UnaryOp::Exp2 => T::exp2,
        UnaryOp::Expm1 => T::exp_m1,
        UnaryOp::Log => T::ln,
        UnaryOp::Log2 => T::log2,
        UnaryOp::Log10 => T::log10,
        UnaryOp::Log1p => T::ln_1p,
        UnaryOp::Sin => T::sin,
        UnaryOp::Cos => T::cos,
        UnaryOp::Tan => T::tan,
        UnaryOp::Arcsin => T::asin,
        UnaryOp::Arccos => T::acos,
        UnaryOp::Arctan => T::atan,
        UnaryOp::Sinh => T::sinh,
        UnaryOp::Cosh => T::cosh,
        UnaryOp::Tanh => T::tanh,
        UnaryOp::Arcsinh => T::asinh,
        UnaryOp::Arccosh => T::acosh,
        UnaryOp::Arctanh => T::atanh,
        UnaryOp::Sinc => sinc,
        UnaryOp::I0 => |v| v.outside(math::i0),
        UnaryOp::Spacing => spacing,
        UnaryOp::Mantissa => |v| v.outside(|v| libm::frexp(v).0),
        UnaryOp::Exponent => |v| v.outside(|v| libm::frexp(v).1.into()),
        _ => return Err(undefined::<T>(op.name())),
    };
    map(x, out, f);
    Ok(())
}

/// The distance to the next float away from zero; NaN for infinities.
fn spacing<T: Float>(x: T) -> T {
    let a = x.abs();
    if a.is_infinite() {
        T::nan()
    } else {
        (a.next_towards(T::infinity()) - a).copysign(if a.is_zero() { a } else { x })
    }
}

/// What `modf` gives first: the fraction, of the number's sign.
#[inline(always)]
fn fraction<T: Float>(x: T) -> T {
    let fraction = if x.is_infinite() { T::ZERO } else { x - x.trunc() };
    fraction.copysign(x)
}

fn sinc<T: Float>(x: T) -> T {
    let y = if x.is_zero() { T::of(1e-20) } else { x } * T::of(std::f64::consts::PI);
    y.sin() / y
}

/// Our own functions, where the processor and the tile allow them; false leaves the tile to the standard library.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+fma+avx2", "x86_64+avx2+fma"))]
fn fast<T: Float>(op: UnaryOp, x: &[T], out: &mut [T]) -> bool {
    if !target_cfg_f!(any(target_feature = "fma", target_arch = "aarch64")) {
        return false;
    }
    match op {
        UnaryOp::Exp => map(x, out, |v| v.through_f64(math::exp)),
        UnaryOp::Log => map(x, out, |v| v.through_f64(math::log)),
        UnaryOp::Tanh => map(x, out, |v| v.through_f64(math::tanh)),
        UnaryOp::Sin => return near(x, out, math::sin),
        UnaryOp::Cos => return near(x, out, math::cos),
        _ => return false,
    }
    true
}

/// Whether all elements are near enough to zero for `f`. They are checked as they are computed, so that memory is read
/// once and waited for while there is something to do; NaN passes, as it comes out right.
#[inline(always)]
fn near<T: Float>(x: &[T], out: &mut [T], f: impl Fn(f64) -> f64) -> bool {
    let limit = T::of(math::TRIG_LIMIT);
    let mut far = false;
    for (o, x) in out.iter_mut().zip(x) {
        far |= x.abs() > limit;
        *o = x.through_f64(&f);
    }
    !far
}

#[multiversion(targets("x86_64+avx2+fma"))]
fn simple<T: Float>(op: UnaryOp, x: &[T], out: &mut [T]) -> bool {
    match op {
        UnaryOp::Negative => map(x, out, |v| -v),
        UnaryOp::Absolute | UnaryOp::Fabs => map(x, out, T::abs),
        UnaryOp::Fraction => map(x, out, fraction),
        UnaryOp::Sign => map(x, out, |v| {
            let sign = if v > T::ZERO { T::one() } else { -T::one() };
            if v.is_zero() {
                T::ZERO
            } else if v.is_nan() {
                v
            } else {
                sign
            }
        }),
        UnaryOp::Square => map(x, out, |v| v * v),
        UnaryOp::Reciprocal => map(x, out, |v| T::one() / v),
        UnaryOp::Sqrt => map(x, out, T::sqrt),
        UnaryOp::Floor => map(x, out, T::floor),
        UnaryOp::Ceil => map(x, out, T::ceil),
        UnaryOp::Trunc => map(x, out, T::trunc),
        UnaryOp::Rint => map(x, out, T::round_even),
        UnaryOp::Deg2rad => map(x, out, |v| v * T::of(std::f64::consts::PI / 180.0)),
        UnaryOp::Rad2deg => map(x, out, |v| v * T::of(180.0 / std::f64::consts::PI)),
        UnaryOp::ImagPart => out.fill(T::ZERO),
        UnaryOp::RealPart | UnaryOp::Conjugate => out.copy_from_slice(x),
        _ => return false,
    }
    true
}

#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn binary<T: Float>(op: BinaryOp, a: Arg<'_, T>, b: Arg<'_, T>, out: &mut [T]) -> Result<()> {
    match op {
        BinaryOp::Add => zip(a, b, out, |a, b| a + b),
        BinaryOp::Subtract => zip(a, b, out, |a, b| a - b),
        BinaryOp::Multiply => zip(a, b, out, |a, b| a * b),
        BinaryOp::Divide => zip(a, b, out, |a, b| a / b),
        BinaryOp::Maximum => zip(a, b, out, |a, b| if a >= b || a.is_nan() { a } else { b }),
        BinaryOp::Minimum => zip(a, b, out, |a, b| if a <= b || a.is_nan() { a } else { b }),
        BinaryOp::Fmax => zip(a, b, out, |a, b| if a >= b || b.is_nan() { a } else { b }),
        BinaryOp::Fmin => zip(a, b, out, |a, b| if a <= b || b.is_nan() { a } else { b }),
        BinaryOp::Copysign => zip(a, b, out, T::copysign),
        BinaryOp::FloorDivide => zip_slow(a, b, out, |a, b| floor_divide(a, b).0),
        BinaryOp::Remainder => zip_slow(a, b, out, |a, b| floor_divide(a, b).1),
        BinaryOp::Fmod => zip_slow(a, b, out, |a, b| a % b),
        BinaryOp::Power | BinaryOp::FloatPower => zip_slow(a, b, out, T::powf),
        BinaryOp::Arctan2 => zip_slow(a, b, out, T::atan2),
        BinaryOp::Hypot => zip_slow(a, b, out, T::hypot),
        BinaryOp::Logaddexp => {
            zip_slow(a, b, out, |a, b| log_add(a, b, T::exp, T::ln_1p, T::of(std::f64::consts::LN_2)));
        }
        BinaryOp::Logaddexp2 => zip_slow(a, b, out, |a, b| {
            log_add(a, b, T::exp2, |v| v.ln_1p() * T::of(std::f64::consts::LOG2_E), T::one())
        }),
        BinaryOp::Heaviside => zip_slow(a, b, out, |a, b| {
            if a.is_nan() {
                a
            } else if a.is_zero() {
                b
            } else {
                T::of(f64::from(u8::from(a > T::ZERO)))
            }
        }),
        BinaryOp::Ldexp => zip_slow(a, b, out, T::times_power),
        BinaryOp::Nextafter => zip_slow(a, b, out, T::next_towards),
        _ => return Err(undefined::<T>(op.name())),
    }
    Ok(())
}

/// Quotient rounded down and remainder with the divisor's sign, as Python's and NumPy's `divmod`.
fn floor_divide<T: Float>(a: T, b: T) -> (T, T) {
    let mut rem = a % b;
    if b.is_zero() {
        return (a / b, rem);
    }
    let mut div = (a - rem) / b;
    if rem.is_zero() {
        rem = T::ZERO.copysign(b);
    } else if (b < T::ZERO) != (rem < T::ZERO) {
        rem = rem + b;
        div = div - T::one();
    }
    let floor = if div.is_zero() {
        T::ZERO.copysign(a / b)
    } else {
        let floor = div.floor();
        if div - floor > T::of(0.5) { floor + T::one() } else { floor }
    };
    (floor, rem)
}

/// `log(e^a + e^b)`; equal operands apart, so that infinities do not give NaN.
fn log_add<T: Float>(a: T, b: T, exp: impl Fn(T) -> T, log1p: impl Fn(T) -> T, log_two: T) -> T {
    if a == b {
        return a + log_two;
    }
    let distance = a - b;
    if distance > T::ZERO {
        a + log1p(exp(-distance))
    } else if distance <= T::ZERO {
        b + log1p(exp(distance))
    } else {
        distance
    }
}

#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn test<T: Float>(op: UnaryOp, x: &[T], out: &mut [bool]) -> Result<()> {
    match op {
        UnaryOp::LogicalNot => map(x, out, |v| v == T::ZERO),
        UnaryOp::IsNan => map(x, out, T::is_nan),
        UnaryOp::IsInf => map(x, out, T::is_infinite),
        UnaryOp::IsFinite => map(x, out, T::is_finite),
        UnaryOp::SignBit => map(x, out, T::is_sign_negative),
        _ => return Err(undefined::<T>(op.name())),
    }
    Ok(())
}
