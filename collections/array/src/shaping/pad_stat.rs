//! Borders that are computed: statistics and ramps.

use swath_array_plan as plan;
use swath_array_plan::{Axes, ChunkSpec, Expr, Made, apply, arg, astype, from_made, reduce};
use swath_block::Scalar;
use swath_error::Result;
use swath_kernels::{BinaryOp, Kind, ReduceOp, UnaryOp};

/// A statistic along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    Maximum,
    Minimum,
    Mean,
}

impl Statistic {
    pub fn name(self) -> &'static str {
        match self {
            Self::Maximum => "maximum",
            Self::Minimum => "minimum",
            Self::Mean => "mean",
        }
    }

    /// The statistic along an axis, which stays with length 1, in the array's own type.
    pub fn of(self, x: &Expr, axis: usize) -> Result<Expr> {
        let op = match self {
            Self::Maximum => ReduceOp::Max,
            Self::Minimum => ReduceOp::Min,
            Self::Mean => ReduceOp::Mean,
        };
        let found = reduce(x, op, &Axes::from(axis).keepdims(), None)?;
        if self == Self::Mean && Kind::of(x.dtype()).is_integer() {
            return astype(&plan::unary(UnaryOp::Rint, &found)?, x.dtype());
        }
        astype(&found, x.dtype())
    }
}

/// From the elements at an edge, of length 1 along the axis, evenly to a value that the outermost elements have.
pub(super) fn ramp(edge: &Expr, axis: usize, width: usize, at_end: bool, end: f64) -> Result<Expr> {
    let dtype = edge.dtype();
    let inexact = swath_kernels::promote_scalar(dtype, &Scalar::F64(0.0), true);
    let steps = Made::Integers { start: 0, step: 1 };
    let steps = from_made(steps, &[width], &ChunkSpec::default())?;
    let after = edge.ndim() - axis - 1;
    let steps = plan::expand_dims(&steps, &Axes::from((1..=after).collect::<Vec<_>>()))?;
    let end = Scalar::F64(end);
    let made = apply(&[(&steps).into(), edge.into()], |b, v| {
        let (step, edge) = (b.cast(arg(v, 0)?, inexact), b.cast(arg(v, 1)?, inexact));
        let (end, width) = (b.constant(end, true), b.constant(Scalar::F64(width as f64), true));
        let delta = b.binary(BinaryOp::Subtract, edge, end)?;
        let each = b.binary(BinaryOp::Divide, delta, width)?;
        let climbed = b.binary(BinaryOp::Multiply, step, each)?;
        let value = b.binary(BinaryOp::Add, climbed, end)?;
        // NumPy rounds down before it cuts to integers.
        let value = if Kind::of(dtype) < Kind::Float { b.unary(UnaryOp::Floor, value)? } else { value };
        Ok(b.cast(value, dtype))
    })?;
    if !at_end {
        return Ok(made);
    }
    let whole = plan::Index::from(..);
    let mut items = vec![whole; axis];
    items.push(plan::Index::Slice { start: None, stop: None, step: -1 });
    plan::index(&made, &items)
}
