//! First phase: one chunk, tile by tile.

use num_complex::{Complex32, Complex64};
use swath_block::{Chunk, DType};
use swath_error::{Error, Result};

use super::extreme::{ArgExtreme, Extreme};
use super::fold::{Add, AllTrue, AnyTrue, Fold, Multiply, Truths, Zero};
use super::moments::{Mean, Moments};
use super::number::{Number, Ordered};
use super::op::Family;
use super::reducer::{Layout, Reducer, drive};
use super::{Origin, ReduceOp};
use crate::layout::{mismatch, row_major};
use crate::program::Program;
use crate::program::feed::{Banded, Feed};
use crate::program::frame::Frame;
use crate::program::walk::Walk;

/// Elements of a tile that is read where it lies and leaves no registers behind.
const WIDE_TILE: usize = 16_384;

/// The partial result of a program's output, computed and reduced tile by tile without making the output.
///
/// `inputs` broadcast to `shape`; otherwise as [`crate::partial`].
///
/// # Errors
/// As [`crate::partial`] and [`Program::eval`].
pub fn partial_fused(
    program: &Program,
    inputs: &[Chunk],
    shape: &[usize],
    op: ReduceOp,
    axes: &[usize],
    origin: Option<&Origin>,
) -> Result<Vec<Chunk>> {
    let inputs = inputs.iter().cloned().map(Feed::Whole).collect();
    partial_fed(program, inputs, shape, op, axes, origin)
}

/// As [`partial_fused`], over inputs that may come in bands.
///
/// # Errors
/// As [`partial_fused`], and those of the inputs.
pub fn partial_fed(
    program: &Program,
    inputs: Vec<Feed<'_>>,
    shape: &[usize],
    op: ReduceOp,
    axes: &[usize],
    origin: Option<&Origin>,
) -> Result<Vec<Chunk>> {
    op.result_dtype(program.output_dtype())?;
    let plan = Plan::new(shape, op, axes, origin)?;
    if plan.count == 0 && plan.cells > 0 && matches!(op.family(), Family::Extreme | Family::Arg) {
        return Ok(Vec::new());
    }
    let mut job = Job { plan, program, inputs: Banded::new(inputs, shape)?, op };
    match program.output_dtype() {
        DType::Bool => job.exact::<bool>(),
        DType::I8 => job.exact::<i8>(),
        DType::I16 => job.exact::<i16>(),
        DType::I32 => job.exact::<i32>(),
        DType::I64 => job.exact::<i64>(),
        DType::U8 => job.exact::<u8>(),
        DType::U16 => job.exact::<u16>(),
        DType::U32 => job.exact::<u32>(),
        DType::U64 => job.exact::<u64>(),
        DType::F32 => job.float::<f32>(),
        DType::F64 => job.float::<f64>(),
        DType::C64 => job.skipping::<Complex32>(),
        DType::C128 => job.skipping::<Complex64>(),
    }
}

/// What is reduced, and where the results go.
struct Plan<'a> {
    shape: &'a [usize],
    /// The shape with reduced axes of length 1.
    kept: Vec<usize>,
    reduced: Vec<bool>,
    /// Results.
    cells: usize,
    /// Elements per result.
    count: usize,
    /// For arg reductions: strides of indices into the whole array along the reduced axes, and the first index.
    global: Option<(Vec<usize>, usize)>,
}

impl<'a> Plan<'a> {
    fn new(shape: &'a [usize], op: ReduceOp, axes: &[usize], origin: Option<&Origin>) -> Result<Self> {
        let mut reduced = vec![false; shape.len()];
        for axis in axes {
            match reduced.get_mut(*axis) {
                Some(seen) if !*seen => *seen = true,
                Some(_) => return Err(mismatch(format!("axis {axis} is named twice"))),
                None => {
                    return Err(mismatch(format!(
                        "axis {axis} does not exist in an array of shape {shape:?}"
                    )));
                }
            }
        }
        let kept: Vec<usize> = shape.iter().zip(&reduced).map(|(n, r)| if *r { 1 } else { *n }).collect();
        let count = shape.iter().zip(&reduced).filter(|(_, r)| **r).map(|(n, _)| n).product();
        let global = if op.is_arg() { Some(global_index(shape, &reduced, origin)?) } else { None };
        Ok(Self { shape, cells: kept.iter().product(), kept, reduced, count, global })
    }

    /// Strides over `shape` that count along the axes where `reduced` is `which`, in the walk's order.
    fn strides(&self, order: &[usize], which: bool) -> Vec<usize> {
        let (mut strides, mut step) = (vec![0; self.shape.len()], 1);
        for &axis in order.iter().rev() {
            if self.reduced.get(axis) == Some(&which)
                && let (Some(stride), Some(n)) = (strides.get_mut(axis), self.shape.get(axis))
            {
                *stride = step;
                step *= (*n).max(1);
            }
        }
        strides
    }
}

/// Strides of flat indices along the reduced axes of the whole array, and the index of the chunk's first element.
fn global_index(shape: &[usize], reduced: &[bool], origin: Option<&Origin>) -> Result<(Vec<usize>, usize)> {
    let whole = Origin { offset: vec![0; shape.len()], shape: shape.to_vec() };
    let origin = origin.unwrap_or(&whole);
    if origin.offset.len() != shape.len() || origin.shape.len() != shape.len() {
        return Err(Error::internal(format!("{origin:?} is not the origin of a chunk of shape {shape:?}")));
    }
    let lengths: Vec<usize> =
        origin.shape.iter().zip(reduced).map(|(n, r)| if *r { *n } else { 1 }).collect();
    let strides: Vec<usize> =
        row_major(&lengths).iter().zip(reduced).map(|(s, r)| if *r { *s } else { 0 }).collect();
    let first = strides.iter().zip(&origin.offset).map(|(s, o)| s * o).sum();
    Ok((strides, first))
}

struct Job<'a> {
    plan: Plan<'a>,
    program: &'a Program,
    inputs: Banded<'a>,
    op: ReduceOp,
}

impl Job<'_> {
    /// Types without NaN: skipping it is doing nothing.
    fn exact<T: Ordered>(&mut self) -> Result<Vec<Chunk>>
    where
        T::Sum: Zero,
        T::Mean: Zero,
    {
        let n = self.plan.cells;
        match self.op {
            ReduceOp::Min | ReduceOp::NanMin => self.reduce::<T, _>(Extreme::<T, false, false>::new(n)),
            ReduceOp::Max | ReduceOp::NanMax => self.reduce::<T, _>(Extreme::<T, true, false>::new(n)),
            ReduceOp::ArgMin | ReduceOp::NanArgMin => {
                self.reduce::<T, _>(ArgExtreme::<T, false, false>::new(n))
            }
            ReduceOp::ArgMax | ReduceOp::NanArgMax => {
                self.reduce::<T, _>(ArgExtreme::<T, true, false>::new(n))
            }
            _ => self.number::<T>(),
        }
    }

    /// Types with an order and NaN.
    fn float<T: Ordered>(&mut self) -> Result<Vec<Chunk>>
    where
        T::Sum: Zero,
        T::Mean: Zero,
    {
        let n = self.plan.cells;
        match self.op {
            ReduceOp::NanMin => self.reduce::<T, _>(Extreme::<T, false, true>::new(n)),
            ReduceOp::NanMax => self.reduce::<T, _>(Extreme::<T, true, true>::new(n)),
            ReduceOp::NanArgMin => self.reduce::<T, _>(ArgExtreme::<T, false, true>::new(n)),
            ReduceOp::NanArgMax => self.reduce::<T, _>(ArgExtreme::<T, true, true>::new(n)),
            op if matches!(op.family(), Family::Extreme | Family::Arg) => self.exact::<T>(),
            _ => self.skipping::<T>(),
        }
    }

    /// Types with NaN.
    fn skipping<T: Number>(&mut self) -> Result<Vec<Chunk>>
    where
        T::Sum: Zero,
        T::Mean: Zero,
    {
        let n = self.plan.cells;
        match self.op {
            ReduceOp::NanSum => self.reduce::<T, _>(Fold::<T, Add<true>>::new(n)),
            ReduceOp::NanProd => self.reduce::<T, _>(Fold::<T, Multiply<true>>::new(n)),
            ReduceOp::NanMean => self.reduce::<T, _>(Mean::<T, true>::new(n)),
            ReduceOp::NanVar { .. } | ReduceOp::NanStd { .. } => {
                self.reduce::<T, _>(Moments::<T, true>::new(n))
            }
            _ => self.number::<T>(),
        }
    }

    fn number<T: Number>(&mut self) -> Result<Vec<Chunk>>
    where
        T::Sum: Zero,
        T::Mean: Zero,
    {
        let n = self.plan.cells;
        match self.op {
            ReduceOp::Sum | ReduceOp::NanSum => self.reduce::<T, _>(Fold::<T, Add<false>>::new(n)),
            ReduceOp::Prod | ReduceOp::NanProd => self.reduce::<T, _>(Fold::<T, Multiply<false>>::new(n)),
            ReduceOp::Mean | ReduceOp::NanMean => self.reduce::<T, _>(Mean::<T, false>::new(n)),
            ReduceOp::Any => self.reduce::<T, _>(Fold::<T, AnyTrue>::new(n)),
            ReduceOp::All => self.reduce::<T, _>(Fold::<T, AllTrue>::new(n)),
            ReduceOp::CountNonzero => self.reduce::<T, _>(Fold::<T, Truths>::new(n)),
            op if op.family() == Family::Moments => self.reduce::<T, _>(Moments::<T, false>::new(n)),
            _ => Err(Error::internal(format!("{} has no kernel for {}", self.op.name(), T::DTYPE))),
        }
    }

    fn reduce<T: Number, R: Reducer<T>>(&mut self, mut reducer: R) -> Result<Vec<Chunk>> {
        let plan = &self.plan;
        let order = self.inputs.order()?;
        let accumulators = plan.strides(&order, false);
        let (indices, first) = match &plan.global {
            Some((strides, first)) => (strides.clone(), *first),
            None => (plan.strides(&order, true), 0),
        };
        let axis = self.inputs.axis();
        let along = |strides: &[usize]| strides.get(axis).copied().unwrap_or(0);
        while let Some(band) = self.inputs.next()? {
            let (mut frame, mut operands) = Frame::new(self.program, &band.chunks, &band.shape)?;
            let inputs = operands.len();
            operands.extend([accumulators.clone(), indices.clone()]);
            let mut walk = Walk::with_order(&band.shape, &operands, order.clone())
                .starting(inputs, band.start * along(&accumulators))
                .starting(inputs + 1, first + band.start * along(&indices));
            if self.program.is_identity() {
                // Its input is read where it lies.
                walk = walk.tiles_of(WIDE_TILE);
            }
            drive(&mut frame, &walk, inputs, &mut reducer)?;
        }
        reducer.finish(&Layout { order: &order, shape: &plan.kept, count: plan.count })
    }
}
