//! Operations of integers: wrapping, with Python's division.

use multiversion::multiversion;

use super::loops::{map, zip, zip_slow};
use super::{Arg, undefined};
use crate::elementwise::real::Int;
use crate::ops::{BinaryOp, UnaryOp};
use swath_error::{Error, Result};

#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn unary<T: Int>(op: UnaryOp, x: &[T], out: &mut [T]) -> Result<()> {
    match op {
        UnaryOp::Negative => map(x, out, T::negate),
        UnaryOp::Absolute => map(x, out, T::absolute),
        UnaryOp::Sign => map(x, out, T::sign),
        UnaryOp::Square => map(x, out, |v| v.mul(v)),
        UnaryOp::Reciprocal => map(x, out, |v| T::ONE.div_cut(v)),
        UnaryOp::Invert => map(x, out, T::invert),
        UnaryOp::ImagPart => out.fill(T::zero()),
        UnaryOp::RealPart | UnaryOp::Conjugate | UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Trunc => {
            out.copy_from_slice(x);
        }
        _ => return Err(undefined::<T>(op.name())),
    }
    Ok(())
}

#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn binary<T: Int>(op: BinaryOp, a: Arg<'_, T>, b: Arg<'_, T>, out: &mut [T]) -> Result<()> {
    match op {
        BinaryOp::Add => zip(a, b, out, T::add),
        BinaryOp::Subtract => zip(a, b, out, T::sub),
        BinaryOp::Multiply => zip(a, b, out, T::mul),
        BinaryOp::Maximum | BinaryOp::Fmax => zip(a, b, out, |a, b| if a >= b { a } else { b }),
        BinaryOp::Minimum | BinaryOp::Fmin => zip(a, b, out, |a, b| if a <= b { a } else { b }),
        BinaryOp::BitAnd => zip(a, b, out, T::and),
        BinaryOp::BitOr => zip(a, b, out, T::or),
        BinaryOp::BitXor => zip(a, b, out, T::xor),
        BinaryOp::LeftShift => zip(a, b, out, T::shift_left),
        BinaryOp::RightShift => zip(a, b, out, T::shift_right),
        BinaryOp::FloorDivide => zip_slow(a, b, out, T::div_floor),
        BinaryOp::Remainder => zip_slow(a, b, out, T::rem_floor),
        BinaryOp::Fmod => zip_slow(a, b, out, T::rem_cut),
        BinaryOp::Gcd => zip_slow(a, b, out, T::gcd),
        BinaryOp::Lcm => zip_slow(a, b, out, T::lcm),
        BinaryOp::Power => return power(a, b, out),
        _ => return Err(undefined::<T>(op.name())),
    }
    Ok(())
}

fn power<T: Int>(a: Arg<'_, T>, b: Arg<'_, T>, out: &mut [T]) -> Result<()> {
    let negative = match b {
        Arg::Slice(b) => b.iter().any(|b| *b < T::zero()),
        Arg::One(b) => b < T::zero(),
    };
    if negative {
        return Err(Error::argument("integers cannot be raised to negative integer powers")
            .with_help("cast the array to float64 first"));
    }
    zip_slow(a, b, out, T::power);
    Ok(())
}

#[multiversion(targets("x86_64+avx2+fma"))]
pub(super) fn compare<T: PartialOrd + Copy + swath_block::Element>(
    op: BinaryOp,
    a: Arg<'_, T>,
    b: Arg<'_, T>,
    out: &mut [bool],
) -> Result<()> {
    match op {
        BinaryOp::Equal => zip(a, b, out, |a, b| a == b),
        BinaryOp::NotEqual => zip(a, b, out, |a, b| a != b),
        BinaryOp::Less => zip(a, b, out, |a, b| a < b),
        BinaryOp::LessEqual => zip(a, b, out, |a, b| a <= b),
        BinaryOp::Greater => zip(a, b, out, |a, b| a > b),
        BinaryOp::GreaterEqual => zip(a, b, out, |a, b| a >= b),
        _ => return Err(undefined::<T>(op.name())),
    }
    Ok(())
}

pub(super) fn test<T: Int>(op: UnaryOp, x: &[T], out: &mut [bool]) -> Result<()> {
    match op {
        UnaryOp::LogicalNot => map(x, out, |v| v == T::zero()),
        UnaryOp::IsNan | UnaryOp::IsInf => out.fill(false),
        UnaryOp::IsFinite => out.fill(true),
        UnaryOp::SignBit => map(x, out, |v| v < T::zero()),
        _ => return Err(undefined::<T>(op.name())),
    }
    Ok(())
}
