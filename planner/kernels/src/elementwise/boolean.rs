//! Operations of booleans.

use super::loops::{map, zip};
use super::{Arg, Lanes, undefined};
use crate::ops::{BinaryOp, UnaryOp};
use swath_error::Result;

impl Lanes for bool {
    type Real = Self;

    fn unary(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> {
        match op {
            UnaryOp::Invert => map(x, out, |v| !v),
            UnaryOp::Conjugate | UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Trunc => out.copy_from_slice(x),
            _ => return Err(undefined::<Self>(op.name())),
        }
        Ok(())
    }

    fn part(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()> {
        match op {
            UnaryOp::Absolute | UnaryOp::RealPart => out.copy_from_slice(x),
            UnaryOp::ImagPart => out.fill(false),
            _ => return Err(undefined::<Self>(op.name())),
        }
        Ok(())
    }

    fn test(op: UnaryOp, x: &[Self], out: &mut [bool]) -> Result<()> {
        match op {
            UnaryOp::LogicalNot => map(x, out, |v| !v),
            UnaryOp::IsNan | UnaryOp::IsInf | UnaryOp::SignBit => out.fill(false),
            UnaryOp::IsFinite => out.fill(true),
            _ => return Err(undefined::<Self>(op.name())),
        }
        Ok(())
    }

    fn binary(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [Self]) -> Result<()> {
        match op {
            BinaryOp::Add | BinaryOp::BitOr | BinaryOp::Maximum | BinaryOp::Fmax => {
                zip(a, b, out, |a, b| a | b);
            }
            BinaryOp::Multiply | BinaryOp::BitAnd | BinaryOp::Minimum | BinaryOp::Fmin => {
                zip(a, b, out, |a, b| a & b);
            }
            BinaryOp::BitXor => zip(a, b, out, |a, b| a ^ b),
            _ => return Err(undefined::<Self>(op.name())),
        }
        Ok(())
    }

    fn compare(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [bool]) -> Result<()> {
        match op {
            BinaryOp::LogicalAnd => zip(a, b, out, |a, b| a & b),
            BinaryOp::LogicalOr => zip(a, b, out, |a, b| a | b),
            BinaryOp::LogicalXor | BinaryOp::NotEqual => zip(a, b, out, |a, b| a ^ b),
            BinaryOp::Equal => zip(a, b, out, |a, b| a == b),
            BinaryOp::Less => zip(a, b, out, |a, b| !a & b),
            BinaryOp::LessEqual => zip(a, b, out, |a, b| !a | b),
            BinaryOp::Greater => zip(a, b, out, |a, b| a & !b),
            BinaryOp::GreaterEqual => zip(a, b, out, |a, b| a | !b),
            _ => return Err(undefined::<Self>(op.name())),
        }
        Ok(())
    }
}
