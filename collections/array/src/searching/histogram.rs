//! Histograms in one dimension or several.

use std::sync::Arc;

use swath_array_io::MemorySource;
use swath_array_plan::Made;
use swath_array_plan::{
    Axes, ChunkSpec, Expr, HistogramInput, Index, Operand, bin_edges, binary, expand_dims, from_made,
    from_source, histogram as plan_histogram, index, reduce,
};
use swath_block::Scalar;
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::{BinaryOp, ReduceOp};

use crate::operand::{DynOperand, array_of};
use crate::{Array, DynArray, Element};

/// The bins of a histogram along an axis.
#[derive(Clone, Debug)]
pub enum Bins {
    /// So many of equal width, over the range of the options or that of the elements, which is found first.
    Count(usize),
    /// Between these edges, which rise.
    Edges(Vec<f64>),
}

impl From<usize> for Bins {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

impl From<i32> for Bins {
    /// A negative number is none.
    fn from(count: i32) -> Self {
        Self::Count(usize::try_from(count).unwrap_or(0))
    }
}

impl From<Vec<f64>> for Bins {
    fn from(edges: Vec<f64>) -> Self {
        Self::Edges(edges)
    }
}

/// How a histogram counts.
#[derive(Clone, Debug, Default)]
pub struct HistogramOptions {
    ranges: Vec<(f64, f64)>,
    density: bool,
    weights: Option<DynArray>,
}

impl HistogramOptions {
    /// From where to where the bins go; called once for each axis. By default from the smallest to the largest element,
    /// which takes one more pass over them.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.ranges.push((low, high));
        self
    }

    /// Densities, whose integral is 1, instead of counts.
    #[must_use]
    pub fn density(self) -> Self {
        Self { density: true, ..self }
    }

    /// What each element counts.
    #[must_use]
    pub fn weights(self, weights: impl DynOperand) -> Self {
        Self { weights: Some(DynArray::new(array_of(weights.dyn_operand()))), ..self }
    }

    fn counts(&self) -> bool {
        self.weights.is_none() && !self.density
    }
}

/// How many elements fall into each bin, and the edges of the bins, both `float64`. Bins are closed below and open above,
/// the last one closed. [`DynArray::histogram`] gives counts as `int64`, as NumPy does.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![0.0, 1.0, 2.0, 2.5, 4.0]).chunks(2);
/// let (counts, edges) = da::histogram(&x, 2, &da::HistogramOptions::default());
/// assert_eq!(counts.compute()?.as_slice(), Some(&[2.0, 3.0][..]));
/// assert_eq!(edges.compute()?.as_slice(), Some(&[0.0, 2.0, 4.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn histogram<T: Element>(
    x: &Array<T>,
    bins: impl Into<Bins>,
    options: &HistogramOptions,
) -> (Array<f64>, Array<f64>) {
    let (counts, edges) = x.as_dyn().histogram(bins, options);
    (counts.typed(), edges.typed())
}

/// How many points `(x, y)` fall into each cell, and the edges of the cells along both axes.
#[track_caller]
pub fn histogram2d<T: Element>(
    x: &Array<T>,
    y: &Array<T>,
    bins: [Bins; 2],
    options: &HistogramOptions,
) -> (Array<f64>, Array<f64>, Array<f64>) {
    let (counts, edges) = dense(&[x.as_dyn().clone(), y.as_dyn().clone()], &bins, options);
    let mut edges = edges.into_iter();
    let mut next =
        || edges.next().unwrap_or_else(|| DynArray::new(Err(Error::internal("edges are missing"))));
    let (first, second) = (next(), next());
    (counts.typed(), first.typed(), second.typed())
}

/// How many points fall into each cell, and the edges of the cells along every axis. The points are the coordinates along
/// each axis, as arrays of one shape.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let x = da::array(vec![0.0, 1.0, 1.0]);
/// let y = da::array(vec![0.0, 0.0, 1.0]);
/// let (cells, _) = da::histogramdd(&[x, y], &[2.into(), 2.into()], &da::HistogramOptions::default());
/// assert_eq!(cells.compute()?, ndarray::array![[1.0, 0.0], [1.0, 1.0]].into_dyn());
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn histogramdd<T: Element>(
    points: &[Array<T>],
    bins: &[Bins],
    options: &HistogramOptions,
) -> (Array<f64>, Vec<Array<f64>>) {
    let points: Vec<DynArray> = points.iter().map(|p| p.as_dyn().clone()).collect();
    let (counts, edges) = dense(&points, bins, options);
    (counts.typed(), edges.iter().map(DynArray::typed).collect())
}

impl DynArray {
    /// How many elements fall into each bin, `int64`, or with weights or as densities `float64`, and the edges of the bins.
    #[track_caller]
    pub fn histogram(&self, bins: impl Into<Bins>, options: &HistogramOptions) -> (Self, Self) {
        let (counts, edges) = dense(std::slice::from_ref(self), &[bins.into()], options);
        let edges = edges.into_iter().next();
        (counts, edges.unwrap_or_else(|| Self::new(Err(Error::internal("edges are missing")))))
    }
}

/// The counts and the edges along every axis.
#[track_caller]
fn dense(points: &[DynArray], bins: &[Bins], options: &HistogramOptions) -> (DynArray, Vec<DynArray>) {
    match built(points, bins, options) {
        Ok((counts, edges)) => {
            (DynArray::new(Ok(counts)), edges.into_iter().map(|e| DynArray::new(Ok(e))).collect())
        }
        Err(e) => {
            let failed = || DynArray::new(Err(e.clone()));
            (failed(), points.iter().map(|_| failed()).collect())
        }
    }
}

fn built(points: &[DynArray], bins: &[Bins], options: &HistogramOptions) -> Result<(Expr, Vec<Expr>)> {
    let fits = |n: usize| n == points.len();
    if !fits(bins.len()) || !(options.ranges.is_empty() || fits(options.ranges.len())) {
        return Err(Error::argument(format!(
            "a histogram of {} coordinates needs as many bins and ranges, found {} and {}",
            points.len(),
            bins.len(),
            options.ranges.len()
        )));
    }
    let points = points.iter().map(|p| p.expr().cloned()).collect::<Result<Vec<_>>>()?;
    let edges = points
        .iter()
        .zip(bins)
        .enumerate()
        .map(|(i, (x, bins))| edges_of(x, bins, options.ranges.get(i).copied()))
        .collect::<Result<Vec<_>>>()?;
    let weights = options.weights.as_ref().map(|w| w.expr().cloned()).transpose()?;
    let counts = plan_histogram(&HistogramInput { points, edges: edges.clone(), weights }, None)?;
    let result = if options.density { density(&counts, &edges)? } else { counts };
    debug_assert!(!options.counts() || result.dtype() == swath_block::DType::I64);
    Ok((result, edges))
}

fn constant(value: f64) -> Result<Expr> {
    from_made(Made::Full(Scalar::F64(value)), &[1], &ChunkSpec::default())
}

fn edges_of(x: &Expr, bins: &Bins, range: Option<(f64, f64)>) -> Result<Expr> {
    match bins {
        Bins::Edges(edges) => {
            if edges.windows(2).any(|w| w.first() > w.last()) || edges.iter().any(|e| e.is_nan()) {
                return Err(Error::argument("`bins` must increase monotonically"));
            }
            if edges.len() < 2 {
                return Err(Error::new(ErrorKind::ShapeMismatch, "a histogram's edges must be at least two"));
            }
            let source = MemorySource::from_ndarray(ndarray::Array1::from(edges.clone()));
            from_source(Arc::new(source), &ChunkSpec::default())
        }
        Bins::Count(count) => {
            let is_empty = x.chunks().axes().iter().any(|a| a.known_len() == Some(0));
            let (low, high) = match range {
                Some((low, high)) => (constant(low)?, constant(high)?),
                None if is_empty => (constant(0.0)?, constant(1.0)?),
                None => (
                    expand_dims(&reduce(x, ReduceOp::Min, &Axes::all(), None)?, &Axes::from(0))?,
                    expand_dims(&reduce(x, ReduceOp::Max, &Axes::all(), None)?, &Axes::from(0))?,
                ),
            };
            bin_edges(&low, &high, *count)
        }
    }
}

/// Counts divided by their sum and the sizes of the bins.
fn density(counts: &Expr, edges: &[Expr]) -> Result<Expr> {
    let sum = reduce(counts, ReduceOp::Sum, &Axes::all(), None)?;
    let mut share = binary(BinaryOp::Divide, counts.into(), (&sum).into())?;
    for (axis, edges) in edges.iter().enumerate() {
        let later = index(edges, &[Index::from(1..)])?;
        let earlier = index(edges, &[Index::from(..-1)])?;
        let width = binary(BinaryOp::Subtract, (&later).into(), (&earlier).into())?;
        let after: Vec<usize> = (1..counts.ndim() - axis).collect();
        let width = if after.is_empty() { width } else { expand_dims(&width, &Axes::from(after))? };
        share = binary(BinaryOp::Divide, (&share).into(), Operand::Array(width))?;
    }
    Ok(share)
}
