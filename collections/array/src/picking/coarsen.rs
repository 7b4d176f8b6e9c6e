//! Reductions over neighbourhoods of fixed size.

use swath_array_plan::{
    Axes, AxisSpec, ChunkSpec, Expr, Index, index, normalize_axis, rechunk, reduce, reshape,
};
use swath_error::{Error, ErrorKind, Result};
use swath_kernels::ReduceOp;

use crate::{Array, DynArray, Numeric};

impl<T: Numeric> Array<T> {
    /// Reduces neighbourhoods: `factors` name axes and how many neighbours become one along each. With `trim`, what is left
    /// over at the end of an axis is left out; without, it is an error. The result's type is the reduction's, converted to
    /// `U`.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(24).reshape([4, 6]).chunks([3, 4]);
    /// let y: da::Array<i64> = x.coarsen(da::ReduceOp::Max, &[(0, 2), (1, 3)], false);
    /// assert_eq!(y.compute()?, ndarray::array![[8, 11], [20, 23]].into_dyn());
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn coarsen<U: Numeric>(&self, op: ReduceOp, factors: &[(isize, usize)], trim: bool) -> Array<U> {
        self.map(|x| coarsen(x, op, factors, trim))
    }
}

impl DynArray {
    /// Reduces neighbourhoods: see [`Array::coarsen`].
    #[track_caller]
    pub fn coarsen(&self, op: ReduceOp, factors: &[(isize, usize)], trim: bool) -> Self {
        self.map(|x| coarsen(x, op, factors, trim))
    }
}

fn coarsen(x: &Expr, op: ReduceOp, factors: &[(isize, usize)], trim: bool) -> Result<Expr> {
    if op.is_arg() {
        return Err(Error::unsupported(format!("{} of neighbourhoods", op.name())));
    }
    let mut by = vec![1usize; x.ndim()];
    for (axis, factor) in factors {
        let axis = normalize_axis(*axis, x.ndim())?;
        if *factor == 0 {
            return Err(Error::argument(format!("neighbourhoods of 0 elements along axis {axis}")));
        }
        if let Some(slot) = by.get_mut(axis) {
            *slot = *factor;
        }
    }
    let x = fitted(x, &by, trim)?;
    let shape = x.shape()?;
    let pairs = shape.iter().zip(&by);
    let wanted: Vec<isize> = pairs.flat_map(|(n, f)| [(n / f) as isize, *f as isize]).collect();
    let within: Vec<usize> = (0..x.ndim()).map(|a| 2 * a + 1).collect();
    reduce(&reshape(&x, &wanted)?, op, &Axes::from(within), None)
}

/// The array with lengths and chunks that are multiples of the factors.
fn fitted(x: &Expr, by: &[usize], trim: bool) -> Result<Expr> {
    let shape = x.shape()?;
    if let Some(axis) = shape.iter().zip(by).position(|(n, f)| n % f != 0)
        && !trim
    {
        let (n, f) = (shape.get(axis).copied().unwrap_or(0), by.get(axis).copied().unwrap_or(1));
        return Err(Error::new(
            ErrorKind::ShapeMismatch,
            format!("the length {n} of axis {axis} is no multiple of {f}"),
        )
        .with_help("trim what is left over, or pad the array"));
    }
    let items: Vec<Index> = shape.iter().zip(by).map(|(n, f)| Index::from(..n / f * f)).collect();
    let x = index(x, &items)?;
    let mut specs = Vec::with_capacity(by.len());
    for (axis, f) in x.chunks().axes().iter().zip(by) {
        let sizes = axis.sizes()?;
        specs.push(if sizes.iter().all(|n| n % f == 0) {
            AxisSpec::Keep
        } else {
            AxisSpec::Sizes(rounded(sizes, *f))
        });
    }
    rechunk(&x, &ChunkSpec::PerAxis(specs))
}

/// Chunk lengths that are multiples of `f` and end near where `sizes` do.
fn rounded(sizes: &[usize], f: usize) -> Vec<usize> {
    let (mut end, mut done) = (0, 0);
    let mut out = Vec::with_capacity(sizes.len());
    for n in sizes {
        end += n;
        let size = end / f * f - done;
        if size > 0 {
            out.push(size);
            done += size;
        }
    }
    out
}
