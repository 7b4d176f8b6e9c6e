//! Counting: whole numbers, and bins in one dimension or several.

use swath_block::DType;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{Kind, Program};

use super::positions::as_positions;
use super::single;
use crate::axes::Axes;
use crate::chunks::{Axis, Chunks};
use crate::expr::Expr;
use crate::kernels::{ChunkKernel, TreeKernel};
use crate::nodes::{Chunkwise, Mapped, Tree, astype, expand_dims};

/// Arrays of one shape, cut alike, with one axis at least.
fn aligned(arrays: Vec<Expr>) -> Result<Mapped> {
    let first = arrays.first().ok_or_else(|| Error::argument("there is no array to count"))?;
    let differs = |e: &&Expr| {
        e.ndim() != first.ndim()
            || e.chunks()
                .axes()
                .iter()
                .zip(first.chunks().axes())
                .any(|(a, b)| a.known_len() != b.known_len())
    };
    if let Some(other) = arrays.iter().find(differs) {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!(
                "coordinates and weights must have one shape, found {} and {}",
                first.chunks(),
                other.chunks()
            ),
        ));
    }
    let arrays = if first.ndim() == 0 {
        arrays.iter().map(|e| expand_dims(e, &Axes::from(0))).collect::<Result<Vec<_>>>()?
    } else {
        arrays
    };
    let program = Program::identity(DType::F64);
    Mapped::align(program, arrays)
}

/// How often 0, 1, 2, … occur, as many counts as needed: an axis of unknown length. With `length`, exactly so many, and a
/// larger element is an error when it is met; otherwise at least `minlength`. With `weights` their sums, `float64`.
///
/// # Errors
/// [`ErrorKind::TypeMismatch`] when the elements are not whole numbers; [`ErrorKind::ShapeMismatch`] when they do not have
/// one axis, or the weights another shape.
pub fn bincount(
    x: &Expr,
    weights: Option<&Expr>,
    minlength: usize,
    length: Option<usize>,
    split_every: Option<usize>,
) -> Result<Expr> {
    if x.ndim() != 1 {
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            "object too deep for desired array: bincount counts one axis",
        )
        .with_help("ravel the array first"));
    }
    if !Kind::of(x.dtype()).is_integer() && x.dtype() != DType::Bool {
        return Err(Error::new(
            ErrorKind::TypeMismatch,
            format!("bincount counts whole numbers, these are {}", x.dtype()),
        )
        .with_help("convert them with astype::<i64>()"));
    }
    let mut arrays = vec![as_positions(x)?];
    if let Some(weights) = weights {
        arrays.push(astype(weights, DType::F64)?);
    }
    let map = aligned(arrays)?;
    let least = length.unwrap_or(minlength);
    Tree {
        kernel: TreeKernel::Bincount { least, most: length },
        over: map.chunks,
        axes: std::iter::once(0).collect(),
        split_every,
        output: 0,
        dtype: if weights.is_some() { DType::F64 } else { DType::I64 },
        chunks: Chunks::new([length.map_or(Axis::Unknown(1), Axis::whole)]),
        identity: None,
    }
    .of(map.inputs)
}

/// What a histogram counts.
#[derive(Clone, Debug)]
pub struct HistogramInput {
    /// The coordinates of the points along each axis, of one shape.
    pub points: Vec<Expr>,
    /// The edges of the bins along each axis: vectors that rise.
    pub edges: Vec<Expr>,
    /// What each point counts; 1 by default.
    pub weights: Option<Expr>,
}

/// How many points fall into each bin, `int64`, or the sums of their weights, `float64`: as many axes as coordinates.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] when coordinates and weights differ in shape or edges are no vector of two or more.
pub fn histogram(input: &HistogramInput, split_every: Option<usize>) -> Result<Expr> {
    let axes = input.points.len();
    if axes == 0 || input.edges.len() != axes {
        return Err(Error::argument(format!(
            "a histogram of {axes} coordinates needs as many lists of edges, found {}",
            input.edges.len()
        )));
    }
    let mut counts = Vec::with_capacity(axes);
    for edges in &input.edges {
        let n = if edges.ndim() == 1 { edges.chunks().axis(0)?.length()? } else { 0 };
        if n < 2 {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                "the edges of a histogram's bins are a vector of at least two",
            ));
        }
        counts.push(n - 1);
    }
    let arrays = input.points.iter().chain(&input.weights).map(|e| astype(e, DType::F64));
    let map = aligned(arrays.collect::<Result<_>>()?)?;
    let mut inputs = map.inputs;
    let edges = input.edges.iter().map(|e| single(&astype(e, DType::F64)?)).collect::<Result<Vec<_>>>()?;
    let weights = inputs.split_off(axes.min(inputs.len()));
    inputs.extend(edges);
    inputs.extend(weights);
    Tree {
        kernel: TreeKernel::Histogram { axes },
        axes: (0..map.chunks.ndim()).collect(),
        over: map.chunks,
        split_every,
        output: 0,
        dtype: if input.weights.is_some() { DType::F64 } else { DType::I64 },
        chunks: Chunks::single(&counts),
        identity: None,
    }
    .of(inputs)
}

/// The edges of `bins` bins of equal width from `low` to `high`, which are arrays of one element.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] for no bins. An end that is not finite is an error when it is met.
pub fn bin_edges(low: &Expr, high: &Expr, bins: usize) -> Result<Expr> {
    if bins == 0 {
        return Err(Error::argument("`bins` must be positive"));
    }
    let ends = [low, high].map(|e| astype(e, DType::F64));
    let inputs = ends.into_iter().collect::<Result<Vec<_>>>()?;
    let chunks = Chunks::single(&[bins + 1]);
    let over = Chunks::single(&[1]);
    Chunkwise { kernel: ChunkKernel::BinEdges { bins }, over, dtype: DType::F64, chunks }.of(inputs)
}
