//! Arrays made from nothing: constants, ranges, the identity, random numbers.
//!
//! In: parameters and the positions wanted. Out: chunks. An element depends on its position only, never on how the
//! array is cut.

use std::fmt;

use serde::{Deserialize, Serialize};
use swath_block::{Chunk, DType, Element, Scalar, gathered, with_dtype};
use swath_error::{Error, Result};
use swath_kernels::{Distribution, Origin, SliceIndex, convert_scalar, permutation, random};

use crate::index::AxisSlice;
use crate::triangle::Triangle;

/// How the elements follow from their positions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Made {
    /// One value everywhere.
    Full(Scalar),
    /// `start + i * step` in whole numbers, wrapping.
    Integers {
        /// The first element.
        start: i64,
        /// From one element to the next.
        step: i64,
    },
    /// `start + i * step`, each computed from its position.
    Floats {
        /// The first element.
        start: f64,
        /// From one element to the next.
        step: f64,
    },
    /// `num` values from `start` on; the last one, if there is a `stop`, is exactly that.
    Line {
        /// The first element.
        start: f64,
        /// From one element to the next.
        step: f64,
        /// The last element and its position.
        stop: Option<(f64, u64)>,
    },
    /// Ones on a diagonal, zeros elsewhere.
    Eye {
        /// How far the diagonal lies to the right of the main one.
        k: i64,
        /// The element type.
        dtype: DType,
    },
    /// Ones on a diagonal and below, zeros elsewhere.
    Tri {
        /// How far the diagonal lies to the right of the main one.
        k: i64,
        /// The element type.
        dtype: DType,
    },
    /// Random numbers, each following from the seed and its position: how the array is cut does not matter.
    Random {
        /// How they are distributed.
        distribution: Distribution,
        /// The element type.
        dtype: DType,
        /// Equal seeds give equal arrays.
        seed: u64,
        /// The shape of the whole array.
        shape: Vec<usize>,
    },
    /// The numbers from 0 on in a random order.
    Permutation {
        /// Equal seeds give equal orders.
        seed: u64,
        /// How many.
        n: usize,
    },
    /// The rows of the places in a triangle of a matrix, or their columns, in row-major order.
    Places {
        /// The triangle.
        of: Triangle,
        /// Whether the columns are meant.
        columns: bool,
    },
}

impl Made {
    /// Whether an element costs about as much to make as to read.
    pub(crate) fn is_free(&self) -> bool {
        !matches!(self, Self::Random { .. } | Self::Permutation { .. })
    }

    /// The element type.
    pub fn dtype(&self) -> DType {
        match self {
            Self::Full(value) => value.dtype(),
            Self::Integers { .. } | Self::Permutation { .. } | Self::Places { .. } => DType::I64,
            Self::Floats { .. } | Self::Line { .. } => DType::F64,
            Self::Eye { dtype, .. } | Self::Tri { dtype, .. } | Self::Random { dtype, .. } => *dtype,
        }
    }

    /// The elements at the positions `region` names along each axis.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the region has another number of axes than the array.
    pub(crate) fn produce(&self, region: &[AxisSlice]) -> Result<Chunk> {
        let shape: Vec<usize> = region.iter().map(|s| s.len).collect();
        match (self, region) {
            (Self::Full(value), _) => Ok(Chunk::full(&shape, *value)),
            (Self::Integers { start, step }, [line]) => {
                let at = |i: usize| start.wrapping_add(step.wrapping_mul(i as i64));
                Chunk::from_vec(gathered(line.len, positions(line).map(at)), &shape)
            }
            (Self::Floats { start, step }, [line]) => {
                let at = |i: usize| start + i as f64 * *step;
                Chunk::from_vec(gathered(line.len, positions(line).map(at)), &shape)
            }
            (Self::Line { start, step, stop }, [line]) => {
                let at = |i: usize| match stop {
                    Some((stop, last)) if i as u64 == *last => *stop,
                    _ => i as f64 * step + start,
                };
                Chunk::from_vec(gathered(line.len, positions(line).map(at)), &shape)
            }
            (Self::Eye { k, dtype }, [rows, columns]) => {
                with_dtype!(*dtype, T => diagonal::<T>(rows, columns, &|r, c| c - r == *k, &shape))
            }
            (Self::Tri { k, dtype }, [rows, columns]) => {
                with_dtype!(*dtype, T => diagonal::<T>(rows, columns, &|r, c| c - r <= *k, &shape))
            }
            (Self::Permutation { seed, n }, [line]) => {
                let places: Vec<usize> = positions(line).collect();
                permutation(*seed, *n, places.into_iter())
            }
            (Self::Places { of, columns }, [line]) => {
                Chunk::from_vec(of.places(positions(line), *columns), &shape)
            }
            (Self::Random { distribution, dtype, seed, shape: whole }, region)
                if region.len() == whole.len() =>
            {
                boxed(region, &|offset, shape| {
                    let origin = Origin { offset: offset.to_vec(), shape: whole.clone() };
                    random(*distribution, *dtype, *seed, &origin, shape)
                })
            }
            _ => Err(Error::internal(format!("{self} does not have {} axes", region.len()))),
        }
    }
}

/// Makes the chunk at an offset, of a shape.
type MakeBox<'a> = &'a dyn Fn(&[usize], &[usize]) -> Result<Chunk>;

/// The smallest box around a region, made by `make(offset, shape)`, then every step-th element of it.
pub(crate) fn boxed(region: &[AxisSlice], make: MakeBox<'_>) -> Result<Chunk> {
    let bounds: Vec<(usize, usize)> = region.iter().map(AxisSlice::bounds).collect();
    let offset: Vec<usize> = bounds.iter().map(|(low, _)| *low).collect();
    let shape: Vec<usize> = bounds.iter().map(|(low, high)| high - low).collect();
    let chunk = make(&offset, &shape)?;
    if region.iter().all(|s| s.step == 1 || s.len <= 1) {
        return Ok(chunk);
    }
    let local = |(s, low): (&AxisSlice, &usize)| SliceIndex::Range {
        start: s.start.saturating_sub(*low),
        step: s.step,
        len: s.len,
    };
    let index: Vec<SliceIndex> = region.iter().zip(&offset).map(local).collect();
    swath_kernels::slice(&chunk, &index)
}

fn positions(line: &AxisSlice) -> impl Iterator<Item = usize> + '_ {
    (0..line.len).map(|i| line.at(i))
}

/// Ones where `is_one(row, column)`.
fn diagonal<T: Element>(
    rows: &AxisSlice,
    columns: &AxisSlice,
    is_one: &dyn Fn(i64, i64) -> bool,
    shape: &[usize],
) -> Result<Chunk> {
    let one = T::from_scalar(convert_scalar(Scalar::I64(1), T::DTYPE)).unwrap_or_else(T::zero);
    let mut values = Vec::with_capacity(rows.len * columns.len);
    for r in positions(rows) {
        values.extend(positions(columns).map(|c| if is_one(r as i64, c as i64) { one } else { T::zero() }));
    }
    Chunk::from_vec(values, shape)
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(value) => write!(f, "full({value})"),
            Self::Integers { start, step } => write!(f, "arange(from {start} by {step})"),
            Self::Floats { start, step } => write!(f, "arange(from {start} by {step})"),
            Self::Line { start, step, .. } => write!(f, "linspace(from {start} by {step})"),
            Self::Eye { k, .. } => write!(f, "eye(k {k})"),
            Self::Tri { k, .. } => write!(f, "tri(k {k})"),
            Self::Permutation { seed, n } => write!(f, "permutation(of {n}, seed {seed})"),
            Self::Places { of, columns } => {
                write!(f, "{} of {of:?}", if *columns { "columns" } else { "rows" })
            }
            Self::Random { distribution, seed, .. } => write!(f, "random({distribution:?}, seed {seed})"),
        }
    }
}
