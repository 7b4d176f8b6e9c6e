//! The registers of a running program: what each input and instruction holds for the current tile.

use std::any::Any;

use swath_block::{AnySlice, Chunk, DType, Element, with_dtype};
use swath_error::{Error, Result};

use super::order::order;
use super::walk::{Tile, Walk};
use super::{Instr, Operand, Program};
use crate::elementwise::{Arg, Lanes, cast, select};
use crate::layout::broadcast_strides;

/// A buffer of one tile, or of the one element that stands for all of a tile.
struct Slot {
    /// A `Vec<T>`.
    data: Box<dyn Any>,
    one: bool,
}

/// Where an input's elements of the current tile are.
#[derive(Clone, Copy)]
enum Place {
    /// In the chunk's buffer, one after another from this offset.
    Chunk(usize),
    /// In the input's slot.
    Slot,
}

struct Input {
    /// The chunk's buffer from its first element on, as one axis.
    flat: Chunk,
    place: Place,
    slot: Slot,
}

/// A program set up to run over tiles.
pub(crate) struct Frame<'a> {
    program: &'a Program,
    inputs: Vec<Input>,
    slots: Vec<Slot>,
    /// The instructions' places in the code, in the order in which they run.
    order: Vec<usize>,
    /// Which slot each register uses.
    slot_of: Vec<usize>,
    len: usize,
}

impl<'a> Frame<'a> {
    /// Checks the inputs against the program, and gives their strides over `shape`.
    pub fn new(program: &'a Program, chunks: &[Chunk], shape: &[usize]) -> Result<(Self, Vec<Vec<usize>>)> {
        let types: Vec<DType> = chunks.iter().map(Chunk::dtype).collect();
        if types != program.inputs {
            return Err(Error::internal(format!(
                "a program of inputs {:?} was run on {types:?}",
                program.inputs
            )));
        }
        let (mut inputs, mut strides) = (Vec::new(), Vec::new());
        for chunk in chunks {
            strides.push(broadcast_strides(chunk, shape)?.to_vec());
            inputs.push(Input { flat: flat(chunk)?, place: Place::Slot, slot: new_slot(chunk.dtype()) });
        }
        let order = order(program);
        let (slot_of, slots) = allocate(program, &order);
        Ok((Self { program, inputs, slots, order, slot_of, len: 0 }, strides))
    }

    /// Runs the program on one tile; inputs are the walk's first operands.
    pub fn run(&mut self, walk: &Walk, tile: &Tile<'_>) -> Result<()> {
        self.load(walk, tile)?;
        for at in 0..self.order.len() {
            let (instr, slot) = self.instr(at)?;
            self.step(instr, slot, None)?;
        }
        Ok(())
    }

    /// Runs the program on one tile; the result goes to `out`, which has its type and the tile's length. False when it is
    /// the value of an input, a constant or one element for all: then it is [`Self::output`].
    pub fn run_into(&mut self, walk: &Walk, tile: &Tile<'_>, mut out: AnySlice<'_>) -> Result<bool> {
        self.load(walk, tile)?;
        let last = self.order.len().saturating_sub(1);
        for at in 0..self.order.len() {
            let (instr, slot) = self.instr(at)?;
            let is_result =
                self.order.get(at).is_some_and(|i| self.program.output == Operand::Reg(*i as u32));
            if at == last && is_result && !instr.operands().all(|o| self.is_one(o)) {
                self.step(instr, slot, Some(&mut out))?;
                return Ok(true);
            }
            self.step(instr, slot, None)?;
        }
        Ok(false)
    }

    fn load(&mut self, walk: &Walk, tile: &Tile<'_>) -> Result<()> {
        self.len = tile.len();
        for (k, (input, offset)) in self.inputs.iter_mut().zip(tile.offsets).enumerate() {
            input.load(*offset, walk.tile_strides(k), tile)?;
        }
        Ok(())
    }

    /// The instruction that runs at this place of the order, and its slot.
    fn instr(&self, at: usize) -> Result<(Instr, usize)> {
        let found = |i: &usize| Some((*self.program.code.get(*i)?, *self.slot_of.get(*i)?));
        let lost = || Error::internal("a program's order is not its own");
        self.order.get(at).and_then(found).ok_or_else(lost)
    }

    /// The program's result for the tile run last.
    pub fn output<T: Element>(&self) -> Result<Arg<'_, T>> {
        self.arg(self.program.output)
    }

    /// Runs one instruction; its value goes to `out`, or to the slot.
    fn step(&mut self, instr: Instr, slot: usize, out: Option<&mut AnySlice<'_>>) -> Result<()> {
        let target = (slot, out);
        let dtype =
            |o| self.program.dtype_of(o).ok_or_else(|| Error::internal("a program reads an unknown value"));
        match instr {
            Instr::Unary(op, x) => with_dtype!(dtype(x)?, T => {
                if op.is_test() {
                    self.write::<bool>(target, |f, out| T::test(op, f.values::<T>(x, out.len())?, out), &[x])
                } else if op.gives_part() {
                    self.write::<<T as Lanes>::Real>(
                        target,
                        |f, out| T::part(op, f.values::<T>(x, out.len())?, out),
                        &[x],
                    )
                } else {
                    self.write::<T>(target, |f, out| T::unary(op, f.values::<T>(x, out.len())?, out), &[x])
                }
            }),
            Instr::Binary(op, a, b) => with_dtype!(dtype(a)?, T => {
                if op.is_predicate() {
                    self.write::<bool>(target, |f, out| T::compare(op, f.arg(a)?, f.arg(b)?, out), &[a, b])
                } else {
                    self.write::<T>(target, |f, out| T::binary(op, f.arg(a)?, f.arg(b)?, out), &[a, b])
                }
            }),
            Instr::Cast(to, x) => with_dtype!(dtype(x)?, S => with_dtype!(to, D => {
                self.write::<D>(target, |f, out| { cast::<S, D>(f.values(x, out.len())?, out); Ok(()) }, &[x])
            })),
            Instr::Select(c, a, b) => with_dtype!(dtype(a)?, T => {
                self.write::<T>(target, |f, out| { select(f.arg(c)?, f.arg(a)?, f.arg(b)?, out); Ok(()) }, &[c, a, b])
            }),
        }
    }

    /// Fills a slot with what `compute` gives, one element when all operands are single, else a tile; or `out`.
    fn write<T: Element>(
        &mut self,
        (slot, out): (usize, Option<&mut AnySlice<'_>>),
        compute: impl FnOnce(&Self, &mut [T]) -> Result<()>,
        operands: &[Operand],
    ) -> Result<()> {
        let missing = || Error::internal("a program writes a register of another type");
        if let Some(out) = out {
            return compute(self, out.typed::<T>().ok_or_else(missing)?);
        }
        let one = operands.iter().all(|o| self.is_one(*o));
        let taken = self.slots.get_mut(slot).map(|s| std::mem::replace(&mut s.data, Box::new(())));
        let mut data = taken.ok_or_else(missing)?;
        let values = data.downcast_mut::<Vec<T>>().ok_or_else(missing)?;
        values.resize(if one { 1 } else { self.len }, T::zero());
        let done = compute(self, values);
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Slot { data, one };
        }
        done
    }

    fn is_one(&self, operand: Operand) -> bool {
        match operand {
            Operand::Const(_) => true,
            Operand::Input(i) => {
                self.inputs.get(i as usize).is_some_and(|i| matches!(i.place, Place::Slot) && i.slot.one)
            }
            Operand::Reg(i) => self.register(i).is_some_and(|s| s.one),
        }
    }

    fn register(&self, i: u32) -> Option<&Slot> {
        self.slot_of.get(i as usize).and_then(|s| self.slots.get(*s))
    }

    fn arg<T: Element>(&self, operand: Operand) -> Result<Arg<'_, T>> {
        let found = match operand {
            Operand::Const(i) => {
                self.program.constants.get(i as usize).and_then(|c| T::from_scalar(*c)).map(Arg::One)
            }
            Operand::Input(i) => self.inputs.get(i as usize).and_then(|i| i.arg(self.len)),
            Operand::Reg(i) => self.register(i).and_then(Slot::arg),
        };
        found.ok_or_else(|| Error::internal("a program reads a value of another type"))
    }

    /// The operand as a slice; a single element only where one was asked for.
    fn values<T: Element>(&self, operand: Operand, len: usize) -> Result<&[T]> {
        let found = match operand {
            Operand::Const(_) => None,
            Operand::Input(i) => self.inputs.get(i as usize).and_then(|i| i.values(self.len)),
            Operand::Reg(i) => self.register(i).and_then(Slot::values),
        };
        match found {
            Some(values) if values.len() == len => Ok(values),
            Some(_) => Err(Error::internal("a program's operands have different lengths")),
            None => self
                .constant(operand)
                .ok_or_else(|| Error::internal("a program reads a value of another type")),
        }
    }

    /// A constant operand of an operation that wants a slice.
    fn constant<T: Element>(&self, operand: Operand) -> Option<&[T]> {
        let Operand::Const(i) = operand else { return None };
        let scalar = self.program.constants.get(i as usize)?;
        let value: &dyn Any = match scalar {
            swath_block::Scalar::Bool(v) => v,
            swath_block::Scalar::I8(v) => v,
            swath_block::Scalar::I16(v) => v,
            swath_block::Scalar::I32(v) => v,
            swath_block::Scalar::I64(v) => v,
            swath_block::Scalar::U8(v) => v,
            swath_block::Scalar::U16(v) => v,
            swath_block::Scalar::U32(v) => v,
            swath_block::Scalar::U64(v) => v,
            swath_block::Scalar::F32(v) => v,
            swath_block::Scalar::F64(v) => v,
            swath_block::Scalar::C64(v) => v,
            swath_block::Scalar::C128(v) => v,
        };
        value.downcast_ref::<T>().map(std::slice::from_ref)
    }
}

impl Input {
    /// Finds the tile's elements in the chunk, or gathers them into the slot.
    fn load(&mut self, offset: usize, (row, col): (usize, usize), tile: &Tile<'_>) -> Result<()> {
        let (rows, cols) = (tile.rows, tile.cols);
        if (col == 1 || cols == 1) && (rows == 1 || row == cols) && !(cols == 1 && rows == 1) {
            self.place = Place::Chunk(offset);
            return Ok(());
        }
        self.place = Place::Slot;
        self.slot.one = (col == 0 || cols == 1) && (row == 0 || rows == 1);
        with_dtype!(self.flat.dtype(), T => {
            let mismatch = || Error::internal("an input's buffer has another type");
            let from = self.flat.as_slice::<T>()?.and_then(|s| s.get(offset..)).ok_or_else(mismatch)?;
            let values = self.slot.data.downcast_mut::<Vec<T>>().ok_or_else(mismatch)?;
            if self.slot.one {
                values.clear();
                values.extend(from.first());
            } else {
                gather(from, (row, col), (rows, cols), values);
            }
        });
        Ok(())
    }

    fn values<T: Element>(&self, len: usize) -> Option<&[T]> {
        match self.place {
            Place::Chunk(offset) => self.flat.as_slice::<T>().ok()??.get(offset..offset + len),
            Place::Slot => self.slot.values(),
        }
    }

    fn arg<T: Element>(&self, len: usize) -> Option<Arg<'_, T>> {
        match self.place {
            Place::Chunk(_) => self.values(len).map(Arg::Slice),
            Place::Slot => self.slot.arg(),
        }
    }
}

impl Slot {
    fn values<T: Element>(&self) -> Option<&[T]> {
        self.data.downcast_ref::<Vec<T>>().map(Vec::as_slice)
    }

    fn arg<T: Element>(&self) -> Option<Arg<'_, T>> {
        let values = self.values::<T>()?;
        if self.one { values.first().map(|v| Arg::One(*v)) } else { Some(Arg::Slice(values)) }
    }
}

/// Copies rows of strided elements one after another.
fn gather<T: Element>(
    from: &[T],
    (row, col): (usize, usize),
    (rows, cols): (usize, usize),
    out: &mut Vec<T>,
) {
    out.clear();
    for r in 0..rows {
        let line = from.get(r * row..).unwrap_or(&[]);
        match col {
            0 => out.extend(std::iter::repeat_n(line.first().copied().unwrap_or_default(), cols)),
            1 => out.extend(line.iter().take(cols)),
            _ => out.extend(line.iter().step_by(col).take(cols)),
        }
    }
    out.resize(rows * cols, T::zero());
}

/// The chunk's buffer from its first element to its last, as one axis.
fn flat(chunk: &Chunk) -> Result<Chunk> {
    let extent = if chunk.is_empty() {
        0
    } else {
        1 + chunk.shape().iter().zip(chunk.strides()).map(|(n, s)| (n - 1) * s).sum::<usize>()
    };
    chunk.restride([extent].as_slice().into(), [1].as_slice().into(), chunk.offset())
}

fn new_slot(dtype: DType) -> Slot {
    with_dtype!(dtype, T => Slot { data: Box::new(Vec::<T>::new()), one: false })
}

/// Gives each register a slot, reusing slots of one type after their value was read last.
fn allocate(program: &Program, order: &[usize]) -> (Vec<usize>, Vec<Slot>) {
    let mut last_use = vec![0; program.code.len()];
    let mut note = |operand: Operand, at: usize| {
        if let Operand::Reg(i) = operand
            && let Some(last) = last_use.get_mut(i as usize)
        {
            *last = at;
        }
    };
    for (at, instr) in order.iter().filter_map(|i| program.code.get(*i)).enumerate() {
        instr.operands().for_each(|o| note(o, at));
    }
    note(program.output, usize::MAX);
    let (mut slots, mut busy): (Vec<Slot>, Vec<(DType, usize)>) = (Vec::new(), Vec::new());
    let mut slot_of = vec![usize::MAX; program.code.len()];
    for (at, i) in order.iter().enumerate() {
        let (Some(dtype), Some(last), Some(of)) =
            (program.types.get(*i), last_use.get(*i), slot_of.get_mut(*i))
        else {
            continue;
        };
        let free = busy.iter().position(|(t, until)| t == dtype && *until < at);
        *of = free.unwrap_or_else(|| {
            slots.push(new_slot(*dtype));
            busy.push((*dtype, 0));
            slots.len() - 1
        });
        if let Some((_, until)) = busy.get_mut(*of) {
            *until = *last;
        }
    }
    (slot_of, slots)
}
