//! LU factorisation with partial pivoting, column of chunks by column of chunks.
//!
//! In: a matrix. Out: its columns with the factors in place of the elements, and which rows went where. A column of
//! chunks (all rows of a few columns) is in memory at a time in each task: pivots are searched in whole columns, as
//! LAPACK does, so that the factors are as accurate.

use swath_array_plan::{
    self as plan, Axes, Axis, AxisSpec, ChunkSpec, Chunks, Expr, Kernel, Made, from_made,
};
use swath_block::DType;
use swath_error::{Error, Result};
use swath_kernels::BinaryOp;

use super::inexact::{inexact, lengths, part, three};
use crate::{Array, Numeric};

/// Bytes of a column of chunks that is not cut further.
const COLUMN: usize = 128 << 20;

/// `p`, `l` and `u`.
pub type Lu<T> = (Array<<T as Numeric>::Mean>, Array<<T as Numeric>::Mean>, Array<<T as Numeric>::Mean>);

/// The LU factorisation with partial pivoting `a = p @ l @ u`, as `scipy.linalg.lu`: `p` is a permutation matrix, `l`
/// lower triangular (or trapezoidal) with ones on its diagonal, `u` upper triangular (or trapezoidal).
///
/// Chunks are cut anew into columns: each task holds all rows of a few columns.
///
/// # Errors
/// In the arrays: [`swath_error::ErrorKind::ShapeMismatch`] when `a` has not two axes.
///
/// ```
/// # use swath_local as _;
/// use swath_array as da;
/// let a = da::random::default_rng(1).normal(0.0, 1.0, [50, 50]).chunks([20, 20]);
/// let (p, l, u) = da::linalg::lu(&a);
/// assert!((p.matmul(&l).matmul(&u) - &a).abs().max(..).item()? < 1e-12);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[track_caller]
pub fn lu<T: Numeric>(a: &Array<T>) -> Lu<T> {
    three(a.expr().and_then(|a| Factors::of(a, "lu")?.matrices()))
}

/// A step of the factorisation.
pub(super) struct Step {
    /// The column of chunks with its factors; rows above `start` are final.
    pub(super) panel: Expr,
    /// For each row from `start` on, the row that stands there after the step, counted from `start`.
    pub(super) order: Expr,
    /// The first row of the diagonal block.
    pub(super) start: usize,
    /// Columns of the panel.
    pub(super) width: usize,
}

/// A factorised matrix.
pub(super) struct Factors {
    pub(super) steps: Vec<Step>,
    /// The columns right of the square part, when there are more columns than rows.
    right: Option<Expr>,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Factors {
    pub(super) fn of(a: &Expr, function: &str) -> Result<Self> {
        let (rows, columns) = lengths(a, function)?;
        let square = rows.min(columns);
        let widths = widths(a.chunks().axis(1)?, square, rows, a.dtype())?;
        let sizes = AxisSpec::Sizes(widths.clone());
        let mut rest = plan::rechunk(&inexact(a)?, &ChunkSpec::PerAxis(vec![AxisSpec::Whole, sizes]))?;
        let (mut steps, mut start, mut left) = (Vec::new(), 0, columns);
        for width in widths {
            if start >= square {
                break;
            }
            let first = part(&rest, 0..rows, 0..width)?;
            let results = vec![
                (rest.dtype(), Chunks::single(&[rows, width])),
                (DType::I64, Chunks::single(&[rows - start])),
            ];
            let parts = plan::kernels(Kernel::LuPanel { start }, "ij", &[(&first, "ij")], results)?;
            let [panel, order]: [Expr; 2] =
                parts.try_into().map_err(|_| Error::internal("a panel without order"))?;
            let step = Step { panel, order, start, width };
            if left > width {
                rest = step.applied_to(&part(&rest, 0..rows, width..left)?)?;
            }
            left -= width;
            start += width;
            steps.push(step);
        }
        let right = (left > 0).then_some(rest);
        Ok(Self { steps, right, rows, columns })
    }

    /// The row of the matrix that stands at each row in the end, and for each step what happens to its rows afterwards.
    pub(super) fn orders(&self) -> Result<(Expr, Vec<Expr>)> {
        let shape = Chunks::single(&[self.rows]);
        let count = || {
            from_made(Made::Integers { start: 0, step: 1 }, &[self.rows], &ChunkSpec::Every(AxisSpec::Whole))
        };
        let mut later = count()?;
        let mut after = Vec::with_capacity(self.steps.len());
        let moved = |x: &Expr, order: &Expr, start: usize| {
            let inputs = [(x, "i"), (order, "β")];
            plan::kernel(Kernel::LuPermute { start }, "i", &inputs, DType::I64, shape.clone())
        };
        for step in self.steps.iter().rev() {
            after.push(later.clone());
            later = moved(&moved(&count()?, &step.order, step.start)?, &later, 0)?;
        }
        after.reverse();
        Ok((later, after))
    }

    /// `p`, `l` and `u`.
    fn matrices(&self) -> Result<(Expr, Expr, Expr)> {
        let dtype = self.dtype();
        let (order, after) = self.orders()?;
        let square = self.rows.min(self.columns);
        let (mut l, mut u) = (Vec::new(), Vec::new());
        for (step, later) in self.steps.iter().zip(&after) {
            let Step { panel, start, width, .. } = step;
            let tall = Chunks::single(&[self.rows, *width]);
            let inputs = [(panel, "ij"), (later, "β")];
            let rows = plan::kernel(Kernel::LuPermute { start: 0 }, "ij", &inputs, dtype, tall.clone())?;
            // Later exchanges concern rows below this step's only.
            l.push(plan::kernel(Kernel::LuLower { start: *start }, "ij", &[(&rows, "ij")], dtype, tall)?);
            u.push(upper(panel, *start, square)?);
        }
        if let Some(right) = &self.right {
            u.push(part(right, 0..square, 0..right.shape()?.get(1).copied().unwrap_or(0))?);
        }
        if self.steps.is_empty() {
            let none = |shape: [usize; 2]| {
                from_made(
                    Made::Full(swath_kernels::convert_scalar(false.into(), dtype)),
                    &shape,
                    &ChunkSpec::default(),
                )
            };
            return Ok((none([self.rows; 2])?, none([self.rows, 0])?, none([0, self.columns])?));
        }
        Ok((permutation(&order, dtype)?, plan::concatenate(&l, 1)?, plan::concatenate(&u, 1)?))
    }

    /// The diagonal of `U`.
    pub(super) fn diagonal(&self) -> Result<Expr> {
        let parts = self.steps.iter().map(|s| {
            let chunks = Chunks::single(&[s.width]);
            plan::kernel(
                Kernel::LuDiagonal { start: s.start },
                "j",
                &[(&s.panel, "βj")],
                s.panel.dtype(),
                chunks,
            )
        });
        plan::concatenate(&parts.collect::<Result<Vec<_>>>()?, 0)
    }

    fn dtype(&self) -> DType {
        let first = self.steps.first().map(|s| &s.panel).or(self.right.as_ref());
        first.map_or(DType::F64, Expr::dtype)
    }
}

impl Step {
    /// What the step makes of columns beside it.
    pub(super) fn applied_to(&self, columns: &Expr) -> Result<Expr> {
        let inputs = [(&self.panel, "βγ"), (&self.order, "δ"), (columns, "ij")];
        let kernel = Kernel::LuUpdate { start: self.start };
        plan::kernel(kernel, "ij", &inputs, columns.dtype(), columns.chunks().clone())
    }
}

/// The columns of `U` in a panel.
fn upper(panel: &Expr, start: usize, rows: usize) -> Result<Expr> {
    let width = panel.shape()?.get(1).copied().unwrap_or(0);
    let kernel = Kernel::LuUpper { start, rows };
    plan::kernel(kernel, "ij", &[(panel, "ij")], panel.dtype(), Chunks::single(&[rows, width]))
}

/// The matrix with ones where row `order[i]` meets column `i`.
fn permutation(order: &Expr, dtype: DType) -> Result<Expr> {
    let order = plan::rechunk(order, &ChunkSpec::default())?;
    let n = order.shape()?.first().copied().unwrap_or(0);
    let spec = ChunkSpec::default();
    let square = spec.resolve(&[n, n], dtype, None)?;
    let along = |a: usize| {
        Ok::<_, Error>(ChunkSpec::PerAxis(vec![AxisSpec::Sizes(square.axis(a)?.sizes()?.to_vec())]))
    };
    let rows = from_made(Made::Integers { start: 0, step: 1 }, &[n], &along(0)?)?;
    let rows = plan::expand_dims(&rows, &Axes::from(1))?;
    let order = plan::rechunk(&order, &along(1)?)?;
    plan::astype(&plan::binary(BinaryOp::Equal, (&rows).into(), (&order).into())?, dtype)
}

/// The widths of columns of chunks: as the matrix is cut, and at its square part's end, narrower where a column of all
/// rows would be too large.
fn widths(axis: &Axis, square: usize, rows: usize, dtype: DType) -> Result<Vec<usize>> {
    let most = (COLUMN / (rows.max(1) * dtype.size().max(8))).max(1);
    let mut widths = Vec::new();
    let mut at = 0;
    for size in axis.sizes()? {
        let end = at + size;
        while at < end {
            let stop = if at < square { end.min(square) } else { end };
            let width = (stop - at).min(most);
            widths.push(width);
            at += width;
        }
    }
    if widths.is_empty() {
        // An axis without elements has a chunk all the same.
        widths.push(0);
    }
    Ok(widths)
}
