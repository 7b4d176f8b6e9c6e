//! The loops: one tile of one operation, compiled for several generations of processors and chosen at run
//! time: simple operations, which wait for the caches, for AVX2; our own functions for AVX-512 too.
//!
//! In: slices or single values of one type. Out: a slice of the same length. Integers wrap and never panic. It never
//! looks at shapes.

mod boolean;
mod cast;
mod complex;
mod float;
mod int;
mod loops;
mod real;
mod select;

use swath_block::Element;
use swath_error::{Error, Result};

use crate::ops::{BinaryOp, UnaryOp};

pub(crate) use cast::cast;
pub(crate) use select::select;

/// An operand of a tile: its elements, or one that stands for all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg<'a, T> {
    /// As many elements as the tile has.
    Slice(&'a [T]),
    /// One for all.
    One(T),
}

/// The operations of one element type.
pub(crate) trait Lanes: Element {
    /// The type of absolute values, real and imaginary parts.
    type Real: Lanes;

    /// An operation that keeps the type.
    fn unary(op: UnaryOp, x: &[Self], out: &mut [Self]) -> Result<()>;

    /// Absolute value, real or imaginary part.
    fn part(op: UnaryOp, x: &[Self], out: &mut [Self::Real]) -> Result<()>;

    /// A test that gives booleans.
    fn test(op: UnaryOp, x: &[Self], out: &mut [bool]) -> Result<()>;

    /// An operation of two operands that keeps the type.
    fn binary(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [Self]) -> Result<()>;

    /// A comparison or logical operation.
    fn compare(op: BinaryOp, a: Arg<'_, Self>, b: Arg<'_, Self>, out: &mut [bool]) -> Result<()>;
}

/// Every operation refuses types it is not defined for when a program is made; this is the second lock.
fn undefined<T: Element>(op: &str) -> Error {
    Error::internal(format!("{op} has no kernel for {}", T::DTYPE))
}
