//! Fused elementwise programs: straight-line code over inputs, run tile by tile in cache.
//!
//! In: operations, through a [`ProgramBuilder`]. Out: a [`Program`], serialisable data that turns input chunks into an
//! output chunk ([`Program::eval`]) or into a reduction ([`crate::partial_fused`]). It never makes a temporary the
//! size of a chunk.

mod builder;
mod eval;
pub(crate) mod feed;
pub(crate) mod frame;
mod order;
mod show;
mod validate;
pub(crate) mod walk;

use serde::{Deserialize, Serialize};
use swath_block::{DType, Scalar};

use crate::ops::{BinaryOp, UnaryOp};
use validate::Raw;

pub use builder::{ProgramBuilder, Value};
pub(crate) use eval::in_order;
pub use feed::{Feed, NextRows, walks_in_order};

/// What an instruction reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operand {
    /// An input of the program.
    Input(u32),
    /// A constant.
    Const(u32),
    /// The result of an earlier instruction.
    Reg(u32),
}

/// One instruction; instruction `i` writes register `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Instr {
    /// An operation of one operand, which already has the type the operation computes in.
    Unary(UnaryOp, Operand),
    /// An operation of two operands, both of the type the operation computes in.
    Binary(BinaryOp, Operand, Operand),
    /// Conversion as `astype` does it.
    Cast(DType, Operand),
    /// The second operand where the first (boolean) is true, else the third; both of one type.
    Select(Operand, Operand, Operand),
}

/// An elementwise program: inputs, constants, instructions in the order they run, and which value is the result.
///
/// ```
/// use swath_block::{Chunk, DType, Scalar};
/// use swath_kernels::{BinaryOp, ProgramBuilder, UnaryOp};
/// let mut b = ProgramBuilder::new();
/// let (x, mean) = (b.input(DType::F64), b.input(DType::F64));
/// let two = b.constant(Scalar::I64(2), true);
/// let centred = b.binary(BinaryOp::Subtract, x, mean)?;
/// let doubled = b.binary(BinaryOp::Multiply, centred, two)?;
/// let program = b.finish(doubled)?;
/// let x = Chunk::from_vec(vec![1.0, 2.0, 3.0, 4.0], &[2, 2])?;
/// let mean = Chunk::from_vec(vec![1.5, 3.5], &[2, 1])?;
/// let y = program.eval(vec![x, mean], &[2, 2])?;
/// assert_eq!(y.as_slice::<f64>()?, Some(&[-1.0, 1.0, -1.0, 1.0][..]));
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Program {
    inputs: Vec<DType>,
    constants: Vec<Scalar>,
    code: Vec<Instr>,
    /// The type of each register.
    types: Vec<DType>,
    output: Operand,
}

impl Program {
    /// The program that gives its one input back.
    pub fn identity(dtype: DType) -> Self {
        Self {
            inputs: vec![dtype],
            constants: Vec::new(),
            code: Vec::new(),
            types: Vec::new(),
            output: Operand::Input(0),
        }
    }

    /// The types of the inputs.
    pub fn inputs(&self) -> &[DType] {
        &self.inputs
    }

    /// The constants, as [`Operand::Const`] counts them.
    pub fn constants(&self) -> &[Scalar] {
        &self.constants
    }

    /// The instructions.
    pub fn code(&self) -> &[Instr] {
        &self.code
    }

    /// Which value is the result.
    pub fn output(&self) -> Operand {
        self.output
    }

    /// The type of the result.
    pub fn output_dtype(&self) -> DType {
        self.dtype_of(self.output).unwrap_or(DType::F64)
    }

    /// Whether the program gives input 0 back unchanged.
    pub fn is_identity(&self) -> bool {
        self.output == Operand::Input(0) && self.inputs.len() == 1
    }

    fn dtype_of(&self, operand: Operand) -> Option<DType> {
        match operand {
            Operand::Input(i) => self.inputs.get(i as usize).copied(),
            Operand::Const(i) => self.constants.get(i as usize).map(|c| c.dtype()),
            Operand::Reg(i) => self.types.get(i as usize).copied(),
        }
    }
}

impl Instr {
    /// What the instruction reads, in order.
    pub fn operands(self) -> impl Iterator<Item = Operand> {
        let (a, b, c) = match self {
            Self::Unary(_, x) | Self::Cast(_, x) => (x, None, None),
            Self::Binary(_, a, b) => (a, Some(b), None),
            Self::Select(c, a, b) => (c, Some(a), Some(b)),
        };
        std::iter::once(a).chain(b).chain(c)
    }
}
