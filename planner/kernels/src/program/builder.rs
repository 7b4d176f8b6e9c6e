//! Where programs are made: values are shared when equal, constants folded into the types they meet, casts inserted.

use std::collections::HashMap;

use swath_block::{DType, Scalar};
use swath_error::{Error, Result};

use super::{Instr, Operand, Program};
use crate::ops::{BinaryOp, UnaryOp};
use crate::promote::{Kind, cast_scalar, convert_scalar, is_beyond, promote, promote_scalar, scalar_dtype};

/// A value of a program under construction; belongs to the builder that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Value(Operand);

/// Makes a [`Program`]. Equal operations of equal operands become one instruction.
#[derive(Clone, Debug, Default)]
pub struct ProgramBuilder {
    inputs: Vec<DType>,
    constants: Vec<(Scalar, bool)>,
    code: Vec<(Instr, DType)>,
    known: HashMap<Instr, u32>,
    known_constants: HashMap<(DType, [u64; 2], bool), u32>,
}

impl ProgramBuilder {
    /// A builder without inputs.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next input; `eval` takes the chunks in the order of these calls.
    pub fn input(&mut self, dtype: DType) -> Value {
        self.inputs.push(dtype);
        Value(Operand::Input(self.inputs.len() as u32 - 1))
    }

    /// A constant. A `weak` one takes the type of what it meets (see [`promote_scalar`]).
    pub fn constant(&mut self, scalar: Scalar, weak: bool) -> Value {
        let next = self.constants.len() as u32;
        let id = *self.known_constants.entry((scalar.dtype(), bits(scalar), weak)).or_insert(next);
        if id == next {
            self.constants.push((scalar, weak));
        }
        Value(Operand::Const(id))
    }

    /// The type of a value; a weak constant that has met nothing yet has its default type.
    pub fn dtype(&self, value: Value) -> DType {
        match value.0 {
            Operand::Input(i) => self.inputs.get(i as usize).copied(),
            Operand::Const(i) => self.constants.get(i as usize).map(|(s, weak)| scalar_dtype(s, *weak)),
            Operand::Reg(i) => self.code.get(i as usize).map(|(_, t)| *t),
        }
        .unwrap_or(DType::F64)
    }

    /// An operation of one operand.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::TypeMismatch`] when the operation is not defined for the type.
    pub fn unary(&mut self, op: UnaryOp, x: Value) -> Result<Value> {
        let given = self.dtype(x);
        let result = op.result_dtype(given)?;
        if keeps_value(op, given) {
            return Ok(x);
        }
        let x = self.cast(x, op.compute_dtype(given)?);
        Ok(self.push(Instr::Unary(op, x.0), result))
    }

    /// An operation of two operands, promoted to a common type first.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::TypeMismatch`] when the operation is not defined for the types;
    /// [`swath_error::ErrorKind::InvalidArgument`] when a weak integer does not fit the other operand's type, or an integer is
    /// raised to a negative constant.
    pub fn binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Result<Value> {
        let common = self.common(op, a, b);
        let computed = op.compute_dtype(common)?;
        if op == BinaryOp::Power
            && let Some(simpler) = self.simple_power(a, b, computed)?
        {
            return Ok(simpler);
        }
        let (a, b) = (self.convert(a, computed)?, self.convert(b, computed)?);
        Ok(self.push(Instr::Binary(op, a.0, b.0), op.result_of(common)?))
    }

    /// Conversion to another type, as `astype`: integers wrap, floats are cut towards zero, complex loses its imaginary
    /// part.
    pub fn cast(&mut self, x: Value, to: DType) -> Value {
        if let Some((scalar, _)) = self.scalar(x) {
            return self.constant(convert_scalar(scalar, to), false);
        }
        if self.dtype(x) == to {
            return x;
        }
        self.push(Instr::Cast(to, x.0), to)
    }

    /// `a` where `condition` is true (not zero), else `b`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidArgument`] when a weak integer does not fit the other operand's type.
    pub fn select(&mut self, condition: Value, a: Value, b: Value) -> Result<Value> {
        let condition = self.cast(condition, DType::Bool);
        let common = self.common_dtype(a, b);
        let (a, b) = (self.convert(a, common)?, self.convert(b, common)?);
        Ok(self.push(Instr::Select(condition.0, a.0, b.0), common))
    }

    /// `x` limited to `low ..= high`; NaN stays, and a NaN bound makes everything NaN. A weak integer that limits nothing
    /// of `x`'s integer type counts as no bound.
    ///
    /// # Errors
    /// As [`Self::binary`].
    pub fn clip(&mut self, x: Value, low: Option<Value>, high: Option<Value>) -> Result<Value> {
        let kept = self.dtype(x);
        let binds = |bound: Value, below: bool| match self.scalar(bound) {
            Some((scalar, true)) => !is_beyond(scalar, kept, below),
            _ => true,
        };
        let (low, high) = (low.filter(|b| binds(*b, true)), high.filter(|b| binds(*b, false)));
        let x = match low {
            Some(low) => self.binary(BinaryOp::Maximum, x, low)?,
            None => x,
        };
        match high {
            Some(high) => self.binary(BinaryOp::Minimum, x, high),
            None => Ok(x),
        }
    }

    /// `x` rounded to a number of decimals, halves to even; integers stay when `decimals` is not negative, and are rounded
    /// through float64 when it is, as NumPy does.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::TypeMismatch`] for types that cannot be rounded.
    pub fn round(&mut self, x: Value, decimals: i32) -> Result<Value> {
        let own = self.dtype(x);
        if Kind::of(own).is_integer() {
            if decimals >= 0 {
                return Ok(x);
            }
            let wide = self.cast(x, DType::F64);
            let mut rounded = self.round(wide, decimals)?;
            // What leaves a narrow type wraps.
            if own.size() < 8 {
                rounded = self.cast(rounded, DType::I64);
            }
            return Ok(self.cast(rounded, own));
        }
        if decimals == 0 {
            return self.unary(UnaryOp::Rint, x);
        }
        let factor = self.constant(Scalar::F64(10f64.powi(decimals.abs())), true);
        let (up, down) = if decimals > 0 {
            (BinaryOp::Multiply, BinaryOp::Divide)
        } else {
            (BinaryOp::Divide, BinaryOp::Multiply)
        };
        let scaled = self.binary(up, x, factor)?;
        let rounded = self.unary(UnaryOp::Rint, scaled)?;
        self.binary(down, rounded, factor)
    }

    /// The instructions of another program, reading `inputs`: how two programs become one.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the number of inputs or their types differ from the program's.
    pub fn inline(&mut self, program: &Program, inputs: &[Value]) -> Result<Value> {
        let types: Vec<DType> = inputs.iter().map(|v| self.dtype(*v)).collect();
        if types != program.inputs {
            return Err(Error::internal(format!(
                "a program of inputs {:?} was inlined with {types:?}",
                program.inputs
            )));
        }
        let inputs: Vec<Value> = inputs.iter().zip(types).map(|(v, t)| self.strong(*v, t)).collect();
        let constants: Vec<Value> = program.constants.iter().map(|c| self.constant(*c, false)).collect();
        let mut registers: Vec<Value> = Vec::with_capacity(program.code.len());
        for (instr, dtype) in program.code.iter().zip(&program.types) {
            let renamed = rename(*instr, &|o| find(o, &inputs, &constants, &registers));
            let value = self.push(renamed, *dtype);
            registers.push(value);
        }
        Ok(Value(find(program.output, &inputs, &constants, &registers)))
    }

    /// The program that gives `output`; instructions it does not need are left out, inputs are all kept.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when a value of another builder was used.
    pub fn finish(mut self, output: Value) -> Result<Program> {
        let dtype = self.dtype(output);
        let output = self.strong(output, dtype);
        let mut needed = vec![false; self.code.len()];
        mark(output.0, &mut needed);
        for (i, (instr, _)) in self.code.iter().enumerate().rev() {
            if needed.get(i).copied().unwrap_or(false) {
                instr.operands().for_each(|o| mark(o, &mut needed));
            }
        }
        let mut constants: Vec<Scalar> = Vec::new();
        let mut constant_ids: HashMap<u32, u32> = HashMap::new();
        let mut new_ids: Vec<u32> = Vec::with_capacity(self.code.len());
        let mut code = Vec::new();
        for ((instr, _), needed) in self.code.iter().zip(&needed) {
            new_ids.push(code.len() as u32);
            if *needed {
                for operand in instr.operands() {
                    self.keep_constant(operand, &mut constants, &mut constant_ids);
                }
                code.push(rename(*instr, &|o| renumber(o, &constant_ids, &new_ids)));
            }
        }
        self.keep_constant(output.0, &mut constants, &mut constant_ids);
        let output = renumber(output.0, &constant_ids, &new_ids);
        Program::checked(self.inputs, constants, code, output)
    }

    fn keep_constant(&self, operand: Operand, kept: &mut Vec<Scalar>, ids: &mut HashMap<u32, u32>) {
        if let Operand::Const(i) = operand
            && let Some((scalar, _)) = self.constants.get(i as usize)
        {
            ids.entry(i).or_insert_with(|| {
                kept.push(*scalar);
                kept.len() as u32 - 1
            });
        }
    }

    /// A value that is no weak constant.
    fn strong(&mut self, value: Value, dtype: DType) -> Value {
        match self.scalar(value) {
            Some((scalar, true)) => self.constant(convert_scalar(scalar, dtype), false),
            _ => value,
        }
    }

    fn scalar(&self, value: Value) -> Option<(Scalar, bool)> {
        match value.0 {
            Operand::Const(i) => self.constants.get(i as usize).copied(),
            _ => None,
        }
    }

    /// The common type of two operands, weak constants giving way.
    fn common_dtype(&self, a: Value, b: Value) -> DType {
        match (self.scalar(a), self.scalar(b)) {
            (Some((x, true)), other) if !other.is_some_and(|(_, weak)| weak) => {
                promote_scalar(self.dtype(b), &x, true)
            }
            (other, Some((y, true))) if !other.is_some_and(|(_, weak)| weak) => {
                promote_scalar(self.dtype(a), &y, true)
            }
            _ => promote(self.dtype(a), self.dtype(b)),
        }
    }

    /// As [`Self::common_dtype`]; a comparison with an integer that does not fit is made in a wider type.
    fn common(&self, op: BinaryOp, a: Value, b: Value) -> DType {
        let weak = |v| self.scalar(v).is_some_and(|(_, weak)| weak);
        let common = if weak(a) || weak(b) {
            self.common_dtype(a, b)
        } else {
            op.common_dtype(self.dtype(a), self.dtype(b))
        };
        if op.is_predicate() {
            let fits = |v| match self.scalar(v) {
                Some((scalar, true)) => cast_scalar(scalar, common).is_ok(),
                _ => true,
            };
            if !fits(a) || !fits(b) {
                return promote(self.dtype(a), self.dtype(b));
            }
        }
        common
    }

    /// A cast that refuses weak integers out of range.
    fn convert(&mut self, x: Value, to: DType) -> Result<Value> {
        match self.scalar(x) {
            Some((scalar, true)) if to != DType::Bool => Ok(self.constant(cast_scalar(scalar, to)?, false)),
            _ => Ok(self.cast(x, to)),
        }
    }

    /// `x ** c` for the constants that NumPy's operator also treats apart.
    fn simple_power(&mut self, x: Value, exponent: Value, computed: DType) -> Result<Option<Value>> {
        let Some((scalar, _)) = self.scalar(exponent) else { return Ok(None) };
        let Scalar::F64(c) = convert_scalar(scalar, DType::F64) else { return Ok(None) };
        let kind = Kind::of(computed);
        if kind.is_integer() && c < 0.0 {
            return Err(Error::argument("integers cannot be raised to negative integer powers")
                .with_help("cast the array to float64 first"));
        }
        let op = match c {
            1.0 => return Ok(Some(self.cast(x, computed))),
            2.0 => UnaryOp::Square,
            0.5 if kind == Kind::Float => UnaryOp::Sqrt,
            -1.0 if kind == Kind::Float => UnaryOp::Reciprocal,
            _ => return Ok(None),
        };
        let x = self.cast(x, computed);
        self.unary(op, x).map(Some)
    }

    fn push(&mut self, instr: Instr, dtype: DType) -> Value {
        let instr = canonical(instr);
        let next = self.code.len() as u32;
        let id = *self.known.entry(instr).or_insert(next);
        if id == next {
            self.code.push((instr, dtype));
        }
        Value(Operand::Reg(id))
    }
}

/// Operations that leave every value of a type as it is.
fn keeps_value(op: UnaryOp, x: DType) -> bool {
    match op {
        UnaryOp::Floor | UnaryOp::Ceil | UnaryOp::Trunc => Kind::of(x) < Kind::Float,
        UnaryOp::RealPart => Kind::of(x) < Kind::Complex,
        UnaryOp::Conjugate => !matches!(Kind::of(x), Kind::Bool | Kind::Complex),
        UnaryOp::Absolute => matches!(Kind::of(x), Kind::Bool | Kind::Unsigned),
        _ => false,
    }
}

/// Orders the operands of commutative operations, so that `a + b` and `b + a` are shared.
fn canonical(instr: Instr) -> Instr {
    let rank = |o: Operand| match o {
        Operand::Input(i) => (0, i),
        Operand::Reg(i) => (1, i),
        Operand::Const(i) => (2, i),
    };
    match instr {
        Instr::Binary(op, a, b) if op.is_commutative() && rank(b) < rank(a) => Instr::Binary(op, b, a),
        other => other,
    }
}

fn rename(instr: Instr, of: &dyn Fn(Operand) -> Operand) -> Instr {
    match instr {
        Instr::Unary(op, x) => Instr::Unary(op, of(x)),
        Instr::Binary(op, a, b) => Instr::Binary(op, of(a), of(b)),
        Instr::Cast(to, x) => Instr::Cast(to, of(x)),
        Instr::Select(c, a, b) => Instr::Select(of(c), of(a), of(b)),
    }
}

fn find(operand: Operand, inputs: &[Value], constants: &[Value], registers: &[Value]) -> Operand {
    let found = match operand {
        Operand::Input(i) => inputs.get(i as usize),
        Operand::Const(i) => constants.get(i as usize),
        Operand::Reg(i) => registers.get(i as usize),
    };
    found.map_or(Operand::Reg(u32::MAX), |v| v.0)
}

fn renumber(operand: Operand, constants: &HashMap<u32, u32>, registers: &[u32]) -> Operand {
    match operand {
        Operand::Input(i) => Operand::Input(i),
        Operand::Const(i) => Operand::Const(constants.get(&i).copied().unwrap_or(u32::MAX)),
        Operand::Reg(i) => Operand::Reg(registers.get(i as usize).copied().unwrap_or(u32::MAX)),
    }
}

fn mark(operand: Operand, needed: &mut [bool]) {
    if let Operand::Reg(i) = operand
        && let Some(slot) = needed.get_mut(i as usize)
    {
        *slot = true;
    }
}

/// The exact bits of a scalar: 0.0 and -0.0 are different constants, equal NaNs are one.
fn bits(scalar: Scalar) -> [u64; 2] {
    match scalar {
        Scalar::Bool(v) => [v.into(), 0],
        Scalar::I8(v) => [v as u64, 0],
        Scalar::I16(v) => [v as u64, 0],
        Scalar::I32(v) => [v as u64, 0],
        Scalar::I64(v) => [v as u64, 0],
        Scalar::U8(v) => [v.into(), 0],
        Scalar::U16(v) => [v.into(), 0],
        Scalar::U32(v) => [v.into(), 0],
        Scalar::U64(v) => [v, 0],
        Scalar::F32(v) => [v.to_bits().into(), 0],
        Scalar::F64(v) => [v.to_bits(), 0],
        Scalar::C64(v) => [v.re.to_bits().into(), v.im.to_bits().into()],
        Scalar::C128(v) => [v.re.to_bits(), v.im.to_bits()],
    }
}
