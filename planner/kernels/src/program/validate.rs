//! Checks of programs that come from outside: the same rules as the builder's.

use serde::{Deserialize, Serialize};
use swath_block::{DType, Scalar};
use swath_error::{Error, Result};

use super::{Instr, Operand, Program};

/// A program as it is encoded: nothing in it is trusted.
#[derive(Serialize, Deserialize)]
#[serde(rename = "Program")]
pub(super) struct Raw {
    inputs: Vec<DType>,
    constants: Vec<Scalar>,
    code: Vec<Instr>,
    output: Operand,
}

impl From<Program> for Raw {
    fn from(p: Program) -> Self {
        Self { inputs: p.inputs, constants: p.constants, code: p.code, output: p.output }
    }
}

impl TryFrom<Raw> for Program {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        Self::checked(raw.inputs, raw.constants, raw.code, raw.output)
    }
}

impl Program {
    /// A program of these parts, when every operand exists and has the type its instruction computes in.
    pub(super) fn checked(
        inputs: Vec<DType>,
        constants: Vec<Scalar>,
        code: Vec<Instr>,
        output: Operand,
    ) -> Result<Self> {
        let mut program = Self { inputs, constants, code: Vec::new(), types: Vec::new(), output };
        for instr in code {
            let dtype = program.type_of(instr)?;
            program.types.push(dtype);
            program.code.push(instr);
        }
        program.dtype_of(output).ok_or_else(missing)?;
        Ok(program)
    }

    fn type_of(&self, instr: Instr) -> Result<DType> {
        let of = |operand| self.dtype_of(operand).ok_or_else(missing);
        let matches = |computed: DType, found: DType, result: DType| {
            if computed == found { Ok(result) } else { Err(mistyped(instr)) }
        };
        match instr {
            Instr::Unary(op, x) => matches(op.compute_dtype(of(x)?)?, of(x)?, op.result_dtype(of(x)?)?),
            Instr::Binary(op, a, b) => {
                matches(of(a)?, of(b)?, of(a)?)?;
                matches(op.compute_dtype(of(a)?)?, of(a)?, op.result_of(of(a)?)?)
            }
            Instr::Cast(to, x) => of(x).map(|_| to),
            Instr::Select(c, a, b) => {
                matches(DType::Bool, of(c)?, DType::Bool)?;
                matches(of(a)?, of(b)?, of(a)?)
            }
        }
    }
}

fn missing() -> Error {
    Error::internal("an elementwise program reads a value that does not exist")
}

fn mistyped(instr: Instr) -> Error {
    Error::internal(format!("an elementwise program has operands of wrong types: {instr:?}"))
}
