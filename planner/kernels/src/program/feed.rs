//! The inputs of a program, some of which come in bands: a few rows at a time, so that what is read from a file is used
//! while it lies in the cache and is never in memory as a whole.
//!
//! In: feeds. Out: the chunks of every input for one band after another. It never runs a program.

use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use super::walk::axis_order;
use crate::layout::{broadcast_rows, broadcast_strides, row_major};

/// Bytes of a band, of all inputs that come in bands together: half of a common second-level cache.
const BAND: usize = 256 << 10;

/// Gives the next rows of an input, as many as it is asked for.
pub type NextRows<'a> = Box<dyn FnMut(usize) -> Result<Chunk> + 'a>;

/// An input of a program.
pub enum Feed<'a> {
    /// A chunk, which broadcasts to the program's shape.
    Whole(Chunk),
    /// An input of the program's shape, in rows along its first axis that is longer than 1.
    Bands {
        /// The element type.
        dtype: DType,
        /// The shape of all bands together.
        shape: Vec<usize>,
        /// How many rows it is asked for at least, while there are so many.
        least: usize,
        /// Gives the rows, in order; every chunk is in row-major order.
        next: NextRows<'a>,
    },
}

impl Feed<'_> {
    /// The shape of the whole input.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Whole(chunk) => chunk.shape(),
            Self::Bands { shape, .. } => shape,
        }
    }

    /// How the whole input lies in memory, broadcast to `to`.
    fn strides(&self, to: &[usize]) -> Result<Vec<usize>> {
        Ok(match self {
            Self::Whole(chunk) => broadcast_strides(chunk, to)?.to_vec(),
            Self::Bands { shape, .. } => row_major(shape).to_vec(),
        })
    }
}

/// The inputs of a program over a shape, band by band.
pub(crate) struct Banded<'a> {
    feeds: Vec<Feed<'a>>,
    shape: &'a [usize],
    /// The axis that is cut.
    axis: usize,
    /// Rows of a band.
    rows: usize,
    /// The first row of the next band; none when there is no other.
    next: Option<usize>,
}

/// The inputs for some rows.
pub(crate) struct Band {
    /// The first row.
    pub start: usize,
    /// The program's shape for these rows.
    pub shape: Vec<usize>,
    /// One chunk for each input.
    pub chunks: Vec<Chunk>,
}

impl<'a> Banded<'a> {
    pub fn new(feeds: Vec<Feed<'a>>, shape: &'a [usize]) -> Result<Self> {
        let axis = shape.iter().position(|n| *n > 1).unwrap_or(0);
        let per_row: usize = shape.iter().skip(axis + 1).product();
        let (mut bytes, mut most) = (0usize, 1);
        for feed in &feeds {
            if let Feed::Bands { dtype, shape: own, least, .. } = feed {
                if own != shape {
                    return Err(Error::internal(format!("bands of {own:?} for a program over {shape:?}")));
                }
                bytes += per_row * dtype.size();
                most = most.max(*least);
            }
        }
        // A multiple of the rows that one input wants together.
        let rows = BAND.checked_div(bytes).map_or(usize::MAX, |rows| rows.max(most) / most * most);
        Ok(Self { feeds, shape, axis, rows, next: Some(0) })
    }

    /// The order in which the axes are walked over all inputs. When it is not that of the axes, everything comes as one
    /// band.
    pub fn order(&mut self) -> Result<Vec<usize>> {
        let strides = self.feeds.iter().map(|f| f.strides(self.shape)).collect::<Result<Vec<_>>>()?;
        let order = axis_order(self.shape, &strides);
        if !order.is_sorted() {
            self.rows = usize::MAX;
        }
        Ok(order)
    }

    /// The axis that is cut.
    pub fn axis(&self) -> usize {
        self.axis
    }

    /// Whether there is more than one band.
    pub fn is_cut(&self) -> bool {
        self.rows < self.shape.get(self.axis).copied().unwrap_or(1)
    }

    /// The next band.
    pub fn next(&mut self) -> Result<Option<Band>> {
        let Some(start) = self.next else { return Ok(None) };
        let length = self.shape.get(self.axis).copied().unwrap_or(1);
        let rows = self.rows.min(length - start);
        self.next = Some(start + rows).filter(|next| *next < length);
        let mut shape = self.shape.to_vec();
        shape.get_mut(self.axis).into_iter().for_each(|n| *n = rows);
        let (ndim, axis) = (shape.len(), self.axis);
        let chunks = self.feeds.iter_mut().map(|feed| match feed {
            Feed::Whole(chunk) if rows == length => Ok(chunk.clone()),
            Feed::Whole(chunk) => broadcast_rows(chunk, ndim, axis, start..start + rows),
            Feed::Bands { next, .. } => {
                let chunk = next(rows)?;
                if chunk.shape() != shape {
                    return Err(Error::internal(format!("a band of {:?} for {shape:?}", chunk.shape())));
                }
                Ok(chunk)
            }
        });
        let chunks = chunks.collect::<Result<_>>()?;
        Ok(Some(Band { start, shape, chunks }))
    }
}

/// Whether a program over these inputs goes through `shape` in row-major order. None is an input of that shape in that order.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when an input does not broadcast to `shape`.
pub fn walks_in_order(inputs: &[Option<&Chunk>], shape: &[usize]) -> Result<bool> {
    let strides = inputs.iter().map(|input| match input {
        Some(chunk) => Ok(broadcast_strides(chunk, shape)?.to_vec()),
        None => Ok(row_major(shape).to_vec()),
    });
    let strides = strides.collect::<Result<Vec<_>>>()?;
    Ok(axis_order(shape, &strides).is_sorted())
}
