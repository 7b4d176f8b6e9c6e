//! Coordinates: grids over vectors, positions of a shape.

use swath_array_plan as plan;
use swath_array_plan::{Axes, Axis, ChunkSpec, Chunks, Expr, Made, from_made};
use swath_error::{Error, Result};

use crate::like::{ArrayLike, exprs, several};
use crate::{Array, Dims};

/// How [`meshgrid_with`] lays grids out.
///
/// ```
/// use swath_array::Meshgrid;
/// let matrix_order = Meshgrid::default().ij();
/// let narrow = Meshgrid::default().sparse();
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meshgrid {
    ij: bool,
    sparse: bool,
}

impl Meshgrid {
    /// Matrix order: the first vector runs along the first axis. By default it runs along the second, as x does in a plot.
    #[must_use]
    pub fn ij(mut self) -> Self {
        self.ij = true;
        self
    }

    /// Grids of length 1 along the axes they do not depend on, to be broadcast where they are used.
    #[must_use]
    pub fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }
}

/// The grids of coordinates that vectors span, as `numpy.meshgrid`: one array for each vector, all of one shape, the first
/// vector along the second axis. [`meshgrid_with`] lays them out otherwise.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let grids = da::meshgrid(&[da::arange(3), da::arange(2)]);
/// assert_eq!(grids[0].shape()?, [2, 3]);
/// assert_eq!((grids[0].compute()?[[1, 2]], grids[1].compute()?[[1, 2]]), (2, 1));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn meshgrid<A: ArrayLike>(vectors: &[A]) -> Vec<A> {
    meshgrid_with(vectors, Meshgrid::default())
}

/// The grids of coordinates that vectors span, laid out as the options say.
#[track_caller]
pub fn meshgrid_with<A: ArrayLike>(vectors: &[A], options: Meshgrid) -> Vec<A> {
    let grids = exprs(vectors).and_then(|v| grids(&v, options));
    several(grids, vectors.len())
}

fn grids(vectors: &[Expr], options: Meshgrid) -> Result<Vec<Expr>> {
    // Numbers count as vectors of one, longer arrays in row-major order.
    let lines = vectors.iter().map(|v| plan::reshape(v, &[-1])).collect::<Result<Vec<_>>>()?;
    let n = lines.len();
    let axis_of = |i: usize| match i {
        0 | 1 if !options.ij && n > 1 => 1 - i,
        i => i,
    };
    let mut along = vec![Axis::whole(1); n];
    for (i, line) in lines.iter().enumerate() {
        if let Some(axis) = along.get_mut(axis_of(i)) {
            *axis = line.chunks().axis(0)?.clone();
        }
    }
    let chunks = Chunks::new(along);
    lines.iter().enumerate().map(|(i, line)| spread(line, axis_of(i), &chunks, options.sparse)).collect()
}

/// A line along one axis of a grid, repeated along the others unless it is to stay sparse.
fn spread(line: &Expr, axis: usize, chunks: &Chunks, sparse: bool) -> Result<Expr> {
    let others: Vec<usize> = (0..chunks.ndim()).filter(|a| *a != axis).collect();
    let thin = plan::expand_dims(line, &Axes::from(others))?;
    if sparse { Ok(thin) } else { plan::broadcast_to(&thin, &chunks.shape()?, Some(&chunks.into())) }
}

/// The positions of an array of `shape`: for each axis the position along it, stacked along a new first axis, as
/// `numpy.indices`.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let at = da::indices([2, 3]).compute()?;
/// assert_eq!((at[[0, 1, 2]], at[[1, 1, 2]]), (1, 2));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn indices(shape: impl Into<Dims>) -> Array<i64> {
    let build = || {
        let shape = shape.into().lengths()?;
        if shape.is_empty() {
            return Err(Error::argument("positions of a shape without axes"));
        }
        let chunks = ChunkSpec::default().resolve(&shape, swath_block::DType::I64, None)?;
        let grids = shape.iter().enumerate().map(|(axis, n)| {
            let steps = Made::Integers { start: 0, step: 1 };
            let along = Chunks::new([chunks.axis(axis)?.clone()]);
            spread(&from_made(steps, &[*n], &(&along).into())?, axis, &chunks, false)
        });
        plan::stack(&grids.collect::<Result<Vec<_>>>()?, 0)
    };
    Array::new(build())
}
