//! Elements put in between and left out.

use swath_array_plan as plan;
use swath_array_plan::{AxisSlice, Expr, Index, Operand as PlanOperand};
use swath_error::{Error, ErrorKind, Result};

use super::{flat_or, part};
use crate::operand::DynOperand;
use crate::{Array, DynArray, Element, Operand};

impl<T: Element> Array<T> {
    /// With `values` put before these positions along an axis, as `numpy.insert`: positions count in the array as it is,
    /// negative ones from the end. The values are a scalar, or an array that broadcasts to as many elements as positions along the axis. Without
    /// an axis everything is in row-major order along one.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(4);
    /// let y = x.insert(&[1, -1], &da::array(vec![10, 20]), 0);
    /// assert_eq!(y.compute()?.as_slice(), Some(&[0, 10, 1, 2, 20, 3][..]));
    /// assert_eq!(x.insert(&[4], 9, None).compute()?[4], 9);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn insert(
        &self,
        positions: &[isize],
        values: impl Operand<T>,
        axis: impl Into<Option<isize>>,
    ) -> Self {
        self.map(|x| insert(x, positions, values.operand()?, axis.into()))
    }

    /// Without what an index names along an axis: a position, a list of positions, or a range, as `numpy.delete`. Without an
    /// axis of the elements in row-major order.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_array as da;
    /// let x = da::arange(6);
    /// assert_eq!(x.delete(1, 0).compute()?.as_slice(), Some(&[0, 2, 3, 4, 5][..]));
    /// assert_eq!(x.delete([0, -1], 0).compute()?.as_slice(), Some(&[1, 2, 3, 4][..]));
    /// assert_eq!(x.delete(1..5, 0).compute()?.as_slice(), Some(&[0, 5][..]));
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    #[track_caller]
    pub fn delete(&self, index: impl Into<Index>, axis: impl Into<Option<isize>>) -> Self {
        self.map(|x| delete(x, &index.into(), axis.into()))
    }
}

impl DynArray {
    /// With `values` put before these positions along an axis, converted to the array's type: see [`Array::insert`].
    #[track_caller]
    pub fn insert(
        &self,
        positions: &[isize],
        values: impl DynOperand,
        axis: impl Into<Option<isize>>,
    ) -> Self {
        self.map(|x| insert(x, positions, values.dyn_operand()?, axis.into()))
    }

    /// Without what an index names along an axis: see [`Array::delete`].
    #[track_caller]
    pub fn delete(&self, index: impl Into<Index>, axis: impl Into<Option<isize>>) -> Self {
        self.map(|x| delete(x, &index.into(), axis.into()))
    }
}

fn insert(x: &Expr, positions: &[isize], values: PlanOperand, axis: Option<isize>) -> Result<Expr> {
    let (x, axis) = flat_or(x, axis)?;
    let n = x.chunks().axis(axis)?.length()?;
    let mut order = Vec::with_capacity(positions.len());
    for (i, position) in positions.iter().enumerate() {
        let from_front = if *position < 0 { position.checked_add_unsigned(n) } else { Some(*position) };
        let at = from_front.and_then(|p| usize::try_from(p).ok()).filter(|p| *p <= n);
        let out_of_bounds =
            || Error::argument(format!("index {position} is out of bounds for axis {axis} with size {n}"));
        order.push((at.ok_or_else(out_of_bounds)?, i));
    }
    // A stable order: of equal positions the first value comes first.
    order.sort_unstable();
    let values = spread(&x, axis, positions.len(), values)?;
    let (mut parts, mut done) = (Vec::new(), 0);
    for run in order.chunk_by(|(p, i), (q, j)| p == q && i + 1 == *j) {
        let (Some((at, first)), Some((_, last))) = (run.first(), run.last()) else { continue };
        parts.push(part(&x, axis, Some(done as isize), Some(*at as isize))?);
        parts.push(part(&values, axis, Some(*first as isize), Some(*last as isize + 1))?);
        done = *at;
    }
    parts.push(part(&x, axis, Some(done as isize), None)?);
    plan::concatenate(&parts, axis as isize)
}

/// The values as an array like `x` of `count` elements along the axis.
fn spread(x: &Expr, axis: usize, count: usize, values: PlanOperand) -> Result<Expr> {
    let mut shape = x.shape()?.to_vec();
    if let Some(n) = shape.get_mut(axis) {
        *n = count;
    }
    let values = match values {
        PlanOperand::Array(values) => plan::astype(&values, x.dtype())?,
        PlanOperand::Scalar { value, .. } => {
            let value = swath_kernels::cast_scalar(value, x.dtype())?;
            plan::from_made(plan::Made::Full(value), &[], &().into())?
        }
    };
    let like = x.chunks().clone();
    plan::broadcast_to(&values, &shape, Some(&(&crate::shaping::resized(&like, axis, count)?).into()))
        .map_err(|e| {
            Error::new(
                ErrorKind::ShapeMismatch,
                format!("could not broadcast values of shape {} into shape {shape:?}", values.chunks()),
            )
            .with_source(e)
            .with_help("give one value, or as many along the axis as there are positions")
        })
}

fn delete(x: &Expr, index: &Index, axis: Option<isize>) -> Result<Expr> {
    let (x, axis) = flat_or(x, axis)?;
    let n = x.chunks().axis(axis)?.length()?;
    let mut gone = named(index, axis, n)?;
    gone.sort_unstable();
    gone.dedup();
    let (mut parts, mut done) = (Vec::new(), 0);
    for at in gone {
        if at > done {
            parts.push(part(&x, axis, Some(done as isize), Some(at as isize))?);
        }
        done = at + 1;
    }
    if done < n || parts.is_empty() {
        parts.push(part(&x, axis, Some(done as isize), None)?);
    }
    plan::concatenate(&parts, axis as isize)
}

/// The positions an item of an index names on an axis.
fn named(index: &Index, axis: usize, n: usize) -> Result<Vec<usize>> {
    let plan = match index {
        Index::At(_) | Index::List(_) | Index::Slice { .. } | Index::Inclusive { .. } => {
            plan::plan_index(std::slice::from_ref(index), &[n])
        }
        Index::Ellipsis | Index::NewAxis => {
            return Err(Error::argument("delete takes a position, a list of positions or a range"));
        }
    };
    let plan = plan.map_err(|e| if axis == 0 { e } else { e.context(format!("along axis {axis}")) })?;
    Ok(match (plan.list, plan.slices.first()) {
        (Some((_, list)), _) => list,
        (None, Some(slice)) => (0..slice.len).map(|i| AxisSlice::at(slice, i)).collect(),
        (None, None) => Vec::new(),
    })
}
