//! One program over inputs that broadcast: arithmetic, ufuncs, comparisons, casts, `where`.

use std::collections::HashMap;

use swath_block::{DType, Scalar};
use swath_error::{Error, Result};
use swath_graph::Key;
use swath_kernels::{BinaryOp, Program, ProgramBuilder, UnaryOp, Value};

use crate::broadcast::{broadcast_chunks, cut_for};
use crate::chunks::Chunks;
use crate::expr::{ArrayNode, Expr, key_of};
use crate::lower::{Grid, Lowering};

/// A program; every input has the chunks of the result along each axis, or length 1 there.
pub(crate) struct Elementwise {
    pub(crate) program: Program,
}

/// What an elementwise function takes: an array, or a scalar. A weak scalar (a plain literal) takes the array's type.
#[derive(Clone, Debug)]
pub enum Operand {
    /// An array.
    Array(Expr),
    /// A scalar.
    Scalar {
        /// Its value.
        value: Scalar,
        /// Whether only its kind counts when types are promoted.
        weak: bool,
    },
}

impl Operand {
    /// A scalar as a plain literal: `float32_array * 2.5` stays `float32`.
    pub fn literal(value: impl Into<Scalar>) -> Self {
        Self::Scalar { value: value.into(), weak: true }
    }
}

impl From<&Expr> for Operand {
    fn from(expr: &Expr) -> Self {
        Self::Array(expr.clone())
    }
}

/// A program and its inputs, as an elementwise expression and the first half of a reduction have them.
pub(crate) struct Mapped {
    pub(crate) program: Program,
    pub(crate) inputs: Vec<Expr>,
    pub(crate) chunks: Chunks,
}

/// Applies what `build` writes to `operands`, broadcast against each other.
///
/// # Errors
/// [`swath_error::ErrorKind::ShapeMismatch`] when they do not broadcast; [`swath_error::ErrorKind::TypeMismatch`] when the
/// operation is not defined for their types.
pub fn apply(
    operands: &[Operand],
    build: impl FnOnce(&mut ProgramBuilder, &[Value]) -> Result<Value>,
) -> Result<Expr> {
    let mut builder = ProgramBuilder::new();
    let mut known: HashMap<Key, Value> = HashMap::new();
    let (mut inputs, mut values) = (Vec::new(), Vec::with_capacity(operands.len()));
    for operand in operands {
        values.push(match operand {
            Operand::Scalar { value, weak } => builder.constant(*value, *weak),
            Operand::Array(expr) => *known.entry(expr.key()).or_insert_with(|| {
                inputs.push(expr.clone());
                builder.input(expr.dtype())
            }),
        });
    }
    if inputs.is_empty() {
        return Err(Error::argument("an elementwise function of scalars alone"));
    }
    let output = build(&mut builder, &values)?;
    elementwise(builder.finish(output)?, inputs)
}

/// An operation of one operand.
///
/// # Errors
/// As [`apply`].
pub fn unary(op: UnaryOp, x: &Expr) -> Result<Expr> {
    apply(&[x.into()], |b, v| b.unary(op, arg(v, 0)?))
}

/// An operation of two operands.
///
/// # Errors
/// As [`apply`].
pub fn binary(op: BinaryOp, a: Operand, b: Operand) -> Result<Expr> {
    apply(&[a, b], |p, v| p.binary(op, arg(v, 0)?, arg(v, 1)?))
}

/// Conversion to another element type.
///
/// # Errors
/// As [`apply`].
pub fn astype(x: &Expr, dtype: DType) -> Result<Expr> {
    apply(&[x.into()], |b, v| Ok(b.cast(arg(v, 0)?, dtype)))
}

/// `a` where `condition` is true, else `b`.
///
/// # Errors
/// As [`apply`].
pub fn select(condition: &Expr, a: Operand, b: Operand) -> Result<Expr> {
    apply(&[condition.into(), a, b], |p, v| p.select(arg(v, 0)?, arg(v, 1)?, arg(v, 2)?))
}

/// Operand `i` of those `apply` hands to its closure.
///
/// # Errors
/// [`swath_error::ErrorKind::Internal`] when there are fewer.
pub fn arg(values: &[Value], i: usize) -> Result<Value> {
    values.get(i).copied().ok_or_else(|| Error::internal(format!("operand {i} is missing")))
}

/// A program over inputs, which are cut alike first.
pub(crate) fn elementwise(program: Program, inputs: Vec<Expr>) -> Result<Expr> {
    let map = Mapped::align(program, inputs)?;
    if map.program.is_identity()
        && let [input] = map.inputs.as_slice()
    {
        return Ok(input.clone());
    }
    let key = key_of("elementwise", &map.program, &map.inputs)?;
    let dtype = map.program.output_dtype();
    Expr::new(key, dtype, map.chunks, Elementwise { program: map.program }, map.inputs)
}

impl Mapped {
    /// Cuts the inputs so that their chunks meet.
    pub(crate) fn align(program: Program, inputs: Vec<Expr>) -> Result<Self> {
        let all: Vec<&Chunks> = inputs.iter().map(Expr::chunks).collect();
        let chunks = broadcast_chunks(&all)?;
        let inputs = inputs
            .iter()
            .map(|e| super::rechunk::rechunk_to(e, cut_for(e.chunks(), &chunks)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { program, inputs, chunks })
    }

    /// The same with input `i`, an elementwise expression, replaced by its own inputs.
    pub(crate) fn inline(&self, which: &dyn Fn(&Expr) -> bool) -> Result<Self> {
        let mut builder = ProgramBuilder::new();
        let mut known: HashMap<Key, Value> = HashMap::new();
        let mut inputs: Vec<Expr> = Vec::new();
        let mut read = |builder: &mut ProgramBuilder, expr: &Expr| {
            *known.entry(expr.key()).or_insert_with(|| {
                inputs.push(expr.clone());
                builder.input(expr.dtype())
            })
        };
        let mut values = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            values.push(match input.node() {
                crate::expr::Node::Elementwise(inner) if which(input) => {
                    let own: Vec<Value> = input.inputs().iter().map(|e| read(&mut builder, e)).collect();
                    builder.inline(&inner.program, &own)?
                }
                _ => read(&mut builder, input),
            });
        }
        let output = builder.inline(&self.program, &values)?;
        Ok(Self { program: builder.finish(output)?, inputs, chunks: self.chunks.clone() })
    }
}

impl ArrayNode for Elementwise {
    fn rebuild(&self, inputs: Vec<Expr>) -> Result<Expr> {
        elementwise(self.program.clone(), inputs)
    }

    fn label(&self) -> String {
        self.program.to_string()
    }

    fn lower(&self, expr: &Expr, to: &mut Lowering<'_>) -> Result<Grid> {
        crate::lower::elementwise(&self.program, expr, to)
    }
}
