//! A program over inputs that broadcast, reduced over axes.

use swath_block::DType;
use swath_error::{Error, Result};
use swath_kernels::{Program, ReduceOp};

use super::elementwise::Mapped;
use crate::axes::{Axes, AxisList};
use crate::chunks::{Axis, Chunks};
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// What is reduced (the output of `program` over the inputs), and how.
#[derive(Clone)]
pub(crate) struct Reduce {
    pub(crate) program: Program,
    pub(crate) op: ReduceOp,
    pub(crate) axes: AxisList,
    pub(crate) keepdims: bool,
    /// The chunks of what is reduced.
    pub(crate) mapped: Chunks,
    /// How many partial results are combined at a time along each reduced axis.
    pub(crate) split_every: Option<usize>,
}

/// Reduces an array over axes.
///
/// # Errors
/// [`swath_error::ErrorKind::InvalidArgument`] for axes that are not there, or an extreme of nothing;
/// [`swath_error::ErrorKind::TypeMismatch`] when the reduction is not defined for the type.
pub fn reduce(x: &Expr, op: ReduceOp, axes: &Axes, split_every: Option<usize>) -> Result<Expr> {
    let list = axes.resolve(x.ndim())?;
    let split_every = split_every.or(axes.split());
    if split_every.is_some_and(|k| k < 2) {
        return Err(Error::argument("split_every must be at least 2"));
    }
    let op = op.with_ddof(axes.wanted_ddof());
    // A type asked for is that of the sums: what is counted or ordered keeps its own.
    if let Some(dtype) = axes.wanted_dtype().filter(|_| op.sums()) {
        let plain = axes.clone().undo_dtype();
        return super::astype(&reduce(&super::astype(x, dtype)?, op, &plain, split_every)?, dtype);
    }
    let no_value =
        matches!(op, ReduceOp::Min | ReduceOp::Max | ReduceOp::NanMin | ReduceOp::NanMax) || op.is_arg();
    let empty = list.iter().any(|a| x.chunks().axis(*a).is_ok_and(|a| a.known_len() == Some(0)));
    if no_value && empty {
        return Err(if op.is_arg() {
            Error::argument(format!("attempt to get {} of an empty sequence", op.name()))
        } else {
            Error::argument(format!(
                "zero-size array to reduction operation {} which has no identity",
                numpy_name(op)
            ))
        });
    }
    if op.is_arg() {
        list.iter().try_for_each(|a| x.chunks().axis(*a)?.sizes().map(drop))?;
    }
    let node = Reduce {
        program: Program::identity(x.dtype()),
        op,
        axes: list,
        keepdims: axes.keeps_dims(),
        mapped: x.chunks().clone(),
        split_every,
    };
    node.over(vec![x.clone()])
}

/// The ufunc whose reduction it is, as NumPy's messages name it.
fn numpy_name(op: ReduceOp) -> &'static str {
    match op {
        ReduceOp::Min => "minimum",
        ReduceOp::Max => "maximum",
        ReduceOp::NanMin => "fmin",
        ReduceOp::NanMax => "fmax",
        other => other.name(),
    }
}

impl Reduce {
    /// The reduction of `self.program` over `inputs`.
    pub(crate) fn over(self, inputs: Vec<Expr>) -> Result<Expr> {
        let dtype = self.op.result_dtype(self.program.output_dtype())?;
        let parameters =
            (&self.program, self.op, self.axes.as_slice(), self.keepdims, self.split_every.unwrap_or(0));
        let key = key_of("reduce", &parameters, &inputs)?;
        let chunks = self.result_chunks();
        Expr::new(key, dtype, chunks, self, inputs)
    }

    /// The reduction of something mapped.
    pub(crate) fn over_mapped(&self, map: Mapped) -> Result<Expr> {
        Self { program: map.program, mapped: map.chunks, ..self.clone() }.over(map.inputs)
    }

    pub(crate) fn map(&self, inputs: &[Expr]) -> Mapped {
        Mapped { program: self.program.clone(), inputs: inputs.to_vec(), chunks: self.mapped.clone() }
    }

    fn result_chunks(&self) -> Chunks {
        let axes = self.mapped.axes().iter().enumerate();
        Chunks::new(axes.filter_map(|(i, axis)| match (self.axes.contains(&i), self.keepdims) {
            (false, _) => Some(axis.clone()),
            (true, true) => Some(Axis::whole(1)),
            (true, false) => None,
        }))
    }

    /// The type of what is reduced.
    pub(crate) fn mapped_dtype(&self) -> DType {
        self.program.output_dtype()
    }
}

impl ArrayNode for Reduce {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        self.over_mapped(Mapped::align(self.program.clone(), inputs)?)
    }

    fn label(&self) -> String {
        let of = if self.program.is_identity() { String::new() } else { format!(" of {}", self.program) };
        let keep = if self.keepdims { ", keepdims" } else { "" };
        format!("{}(axes {:?}{keep}){of}", self.op.name(), self.axes.as_slice())
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::reduce(self, expr, to)
    }
}
