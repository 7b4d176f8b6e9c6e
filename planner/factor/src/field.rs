//! Chunks as matrices of `faer`, and back.
//!
//! In: chunks with two axes. Out: matrix views without a copy where the elements lie in order; chunks over the memory
//! of a matrix' columns. It never changes an element.

use std::ops::{Add, Div, Mul, Neg, Sub};

use faer::traits::ComplexField;
use faer::{MatRef, traits};
use num_complex::{Complex32, Complex64};
use swath_block::{Chunk, DType, Element, Shape, Strides};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::contiguous;

/// Element types that can be divided: floats and complex numbers.
pub(crate) trait Field:
    Element
    + ComplexField
    + Copy
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// Of absolute values and singular values.
    type Magnitude: Field;

    /// The largest power of two that is finite.
    const EXPONENTS: i32;

    fn real(self) -> Self::Magnitude;

    fn finite(self) -> bool;

    /// The larger absolute value of its parts.
    fn size(self) -> f64;

    /// Times `2^power`; rounded only where the answer is no normal number.
    fn times_power(self, power: i32) -> Self;
}

macro_rules! fields {
    ($($real:ident, $complex:ident;)*) => { $(
        impl Field for $real {
            type Magnitude = Self;

            const EXPONENTS: i32 = <$real>::MAX_EXP - 1;

            fn real(self) -> Self {
                self
            }

            fn finite(self) -> bool {
                self.is_finite()
            }

            fn size(self) -> f64 {
                f64::from(self.abs())
            }

            fn times_power(self, power: i32) -> Self {
                // In two steps: the power of a subnormal number's reciprocal is no float.
                let half = power / 2;
                self * (2.0 as $real).powi(half) * (2.0 as $real).powi(power - half)
            }
        }

        impl Field for $complex {
            type Magnitude = $real;

            const EXPONENTS: i32 = <$real as Field>::EXPONENTS;

            fn real(self) -> $real {
                self.re
            }

            fn finite(self) -> bool {
                self.re.is_finite() && self.im.is_finite()
            }

            fn size(self) -> f64 {
                self.re.size().max(self.im.size())
            }

            fn times_power(self, power: i32) -> Self {
                Self::new(self.re.times_power(power), self.im.times_power(power))
            }
        }
    )* };
}

fields! {
    f32, Complex32;
    f64, Complex64;
}

/// Whether matrices of this type can be factorised as they are.
pub fn is_field(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64 | DType::C64 | DType::C128)
}

/// Runs the body with `$t` as the element type of a chunk that can be divided.
macro_rules! with_field {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            swath_block::DType::F32 => {
                type $t = f32;
                $body
            }
            swath_block::DType::F64 => {
                type $t = f64;
                $body
            }
            swath_block::DType::C64 => {
                type $t = num_complex::Complex32;
                $body
            }
            swath_block::DType::C128 => {
                type $t = num_complex::Complex64;
                $body
            }
            other => Err(crate::field::not_a_field(other)),
        }
    };
}
pub(crate) use with_field;

pub(crate) fn not_a_field(dtype: DType) -> Error {
    Error::new(ErrorKind::TypeMismatch, format!("a matrix of {dtype} cannot be factorised"))
        .with_help("convert it to float64 first")
}

/// Calls `with` with the chunk as a matrix.
pub(crate) fn matrix<T: Field, R>(chunk: &Chunk, with: impl FnOnce(MatRef<'_, T>) -> Result<R>) -> Result<R> {
    let [rows, columns] = chunk.shape() else {
        return Err(Error::internal(format!("a chunk of shape {:?} is not a matrix", chunk.shape())));
    };
    let dense = contiguous(chunk)?;
    let values = dense.as_slice::<T>()?.unwrap_or(&[]);
    with(MatRef::from_row_major_slice(values, *rows, *columns))
}

/// An error when an element is infinite or no number: iterations would not end well.
pub(crate) fn check_finite<T: Field>(a: MatRef<'_, T>, what: &str) -> Result<()> {
    let finite = (0..a.ncols()).all(|j| (0..a.nrows()).all(|i| a[(i, j)].finite()));
    if finite {
        Ok(())
    } else {
        Err(Error::data(format!(
            "{what} did not converge: array has NaN, infinity or numbers whose norm is infinite"
        )))
    }
}

/// A chunk with the elements of a matrix, column after column in memory.
pub(crate) fn chunk_of<T: Field>(matrix: MatRef<'_, T>) -> Result<Chunk> {
    let (rows, columns) = (matrix.nrows(), matrix.ncols());
    let mut values = Vec::with_capacity(rows * columns);
    for j in 0..columns {
        let column = matrix.col(j);
        values.extend((0..rows).map(|i| column[i]));
    }
    let chunk = Chunk::from_vec(values, &[columns, rows])?;
    if chunk.is_empty() {
        return Chunk::from_vec(Vec::<T>::new(), &[rows, columns]);
    }
    chunk.restride(Shape::from_slice(&[rows, columns]), Strides::from_slice(&[1, rows]), 0)
}

/// The conjugate of an element.
pub(crate) fn conj<T: Field>(x: T) -> T {
    traits::math_utils::conj(&x)
}
