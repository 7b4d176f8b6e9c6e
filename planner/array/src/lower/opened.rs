//! A task's arguments once its inputs are there, as a program takes them: at once, or in pieces that threads work on
//! together.
//!
//! In: chunks, and what is still to be read. Out: feeds of a program, for all rows or for some; what a program gives, in its
//! place. It never decides which threads do what.

use std::ops::Range;

use swath_block::{BlockWriter, Chunk, DType, Element, TaskContext};
use swath_error::Result;
use swath_kernels::{Feed, Program, broadcast_rows, broadcast_shapes, walks_in_order};

use super::origin::LeafOrigin;
use crate::index::AxisSlice;

/// Elements of a piece at least: about half a millisecond of work.
const PIECE: usize = 1 << 19;

/// Elements of a block that is cut into pieces at least.
const LARGE: usize = 4 * PIECE;

/// What one argument is.
pub(crate) enum OpenArgument<'a> {
    /// A chunk.
    Chunk(Chunk),
    /// What lies at these positions of an origin; not read yet.
    Bands { origin: &'a LeafOrigin, region: Vec<AxisSlice> },
}

/// The arguments of a task.
pub(crate) struct Opened<'a> {
    arguments: Vec<OpenArgument<'a>>,
    /// The shape they have together.
    shape: Vec<usize>,
}

/// Rows of a block, along its first axis that is longer than 1.
pub(crate) struct Pieces {
    /// The axis.
    pub axis: usize,
    /// How many rows each piece has; together they are the block.
    pub lengths: Vec<usize>,
    starts: Vec<usize>,
}

impl OpenArgument<'_> {
    fn chunk(&self) -> Option<&Chunk> {
        match self {
            Self::Chunk(chunk) => Some(chunk),
            Self::Bands { .. } => None,
        }
    }
}

impl<'a> Opened<'a> {
    pub(super) fn new(arguments: Vec<OpenArgument<'a>>) -> Result<Self> {
        let mut shape = Vec::new();
        for argument in &arguments {
            shape = match argument {
                OpenArgument::Chunk(chunk) => broadcast_shapes(&shape, chunk.shape())?,
                OpenArgument::Bands { region, .. } => {
                    broadcast_shapes(&shape, &region.iter().map(|s| s.len).collect::<Vec<_>>())?
                }
            };
        }
        Ok(Self { arguments, shape })
    }

    /// The shape of what a program over the arguments gives.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// What a program is fed.
    pub(crate) fn feeds<'t>(&'t self, ctx: &'t TaskContext<'_>) -> Result<Vec<Feed<'t>>> {
        self.feeds_of(ctx, None)
    }

    /// What a program is fed for piece `i`.
    pub(crate) fn piece<'t>(
        &'t self,
        ctx: &'t TaskContext<'_>,
        pieces: &Pieces,
        i: usize,
    ) -> Result<Vec<Feed<'t>>> {
        self.feeds_of(ctx, Some((pieces.axis, pieces.rows(i))))
    }

    /// The shape of piece `i`.
    pub(crate) fn piece_shape(&self, pieces: &Pieces, i: usize) -> Vec<usize> {
        let mut shape = self.shape.clone();
        shape.get_mut(pieces.axis).into_iter().for_each(|n| *n = pieces.rows(i).len());
        shape
    }

    /// The pieces of a block that is large enough for several threads, each of `least` rows or more. The block's shape
    /// decides, and how it is stored; not how many threads there are, so that results do not depend on that.
    pub(crate) fn pieces(&self, least: usize) -> Option<Pieces> {
        if self.shape.iter().copied().fold(1, usize::saturating_mul) < LARGE {
            return None;
        }
        let axis = self.shape.iter().position(|n| *n > 1)?;
        let length = *self.shape.get(axis)?;
        let per_row = self.shape.iter().skip(axis + 1).copied().fold(1, usize::saturating_mul);
        let (whole, first) = self.stored_rows(axis);
        let rows = PIECE.div_ceil(per_row.max(1)).max(least).next_multiple_of(whole);
        // A last piece that would be short belongs to the one before.
        let ends = (rows - first..length).step_by(rows).filter(|end| length - end >= rows / 2);
        let ends: Vec<usize> = ends.chain([length]).collect();
        let starts: Vec<usize> = std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect();
        let lengths: Vec<usize> = starts.iter().zip(&ends).map(|(start, end)| end - start).collect();
        (lengths.len() > 1).then_some(Pieces { axis, lengths, starts })
    }

    /// Whether a program over the arguments gives a value of its own for every element, in row-major order.
    pub(crate) fn is_in_order(&self) -> Result<bool> {
        let chunks: Vec<Option<&Chunk>> = self.arguments.iter().map(OpenArgument::chunk).collect();
        let varies = |c: &Chunk| c.strides().iter().zip(c.shape()).any(|(s, n)| *s > 0 && *n > 1);
        Ok(chunks.iter().any(|c| c.is_none_or(varies)) && walks_in_order(&chunks, &self.shape)?)
    }

    /// Runs a program and puts its values into a block, with the threads that have nothing else to do.
    pub(crate) fn eval_into<T: Element>(
        &self,
        program: &Program,
        ctx: &TaskContext<'_>,
        writer: &mut BlockWriter<'_, T>,
    ) -> Result<()> {
        let Some(pieces) = self.pieces(1) else {
            return program.eval_into(self.feeds(ctx)?, &self.shape, writer);
        };
        writer.in_pieces(pieces.axis, &pieces.lengths, ctx.together(), &|i, writer| {
            ctx.check_cancelled()?;
            program.eval_into(self.piece(ctx, &pieces, i)?, &self.piece_shape(&pieces, i), writer)
        })
    }

    /// Rows of the chunks that the storage of an argument is made of, the longest there are, and how many of the first one's
    /// lie before the block: where pieces end with these, no chunk of that storage is read by two.
    fn stored_rows(&self, axis: usize) -> (usize, usize) {
        let stored = self.arguments.iter().filter_map(|argument| match argument {
            OpenArgument::Bands { origin, region } => {
                let whole = origin.storage_rows(axis)?;
                Some((whole, region.get(axis)?.start % whole))
            }
            OpenArgument::Chunk(_) => None,
        });
        stored.max_by_key(|(whole, _)| *whole).unwrap_or((1, 0))
    }

    fn feeds_of<'t>(
        &'t self,
        ctx: &'t TaskContext<'_>,
        rows: Option<(usize, Range<usize>)>,
    ) -> Result<Vec<Feed<'t>>> {
        let feed = |argument: &'t OpenArgument<'_>| match (argument, &rows) {
            (OpenArgument::Chunk(chunk), None) => Ok(Feed::Whole(chunk.clone())),
            (OpenArgument::Chunk(chunk), Some((axis, rows))) => {
                Ok(Feed::Whole(broadcast_rows(chunk, self.shape.len(), *axis, rows.clone())?))
            }
            (OpenArgument::Bands { origin, region }, None) => read(origin, region.clone(), ctx),
            (OpenArgument::Bands { origin, region }, Some((axis, rows))) => {
                let mut region = region.clone();
                if let Some(along) = region.get_mut(*axis) {
                    *along = AxisSlice::range(rows.start, rows.len()).of(along);
                }
                read(origin, region, ctx)
            }
        };
        self.arguments.iter().map(feed).collect()
    }
}

impl Pieces {
    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.lengths.len()
    }

    /// The rows of piece `i`.
    pub(crate) fn rows(&self, i: usize) -> Range<usize> {
        let (start, n) = (self.starts.get(i).copied(), self.lengths.get(i).copied());
        let start = start.unwrap_or(0);
        start..start + n.unwrap_or(0)
    }
}

/// What lies at these positions, in bands where the source gives them.
fn read<'t>(origin: &'t LeafOrigin, region: Vec<AxisSlice>, ctx: &'t TaskContext<'_>) -> Result<Feed<'t>> {
    let (shape, dtype): (Vec<usize>, DType) = (region.iter().map(|s| s.len).collect(), origin.dtype()?);
    ctx.add_bytes_read((shape.iter().product::<usize>() * dtype.size()) as u64);
    let Some(mut bands) = origin.bands(&region)? else {
        return Ok(Feed::Whole(origin.produce(&region)?));
    };
    let least = bands.least();
    let next = Box::new(move |rows| {
        ctx.check_cancelled()?;
        bands.next_rows(rows)
    });
    Ok(Feed::Bands { dtype, shape, least, next })
}
