//! Running a program into an output chunk.

use swath_block::{
    AnySlice, BlockWriter, Chunk, Element, Shape, Strides, try_with_room, with_dtype, with_room,
};
use swath_error::{Error, ErrorKind, Result};

use super::Program;
use super::feed::{Banded, Feed};
use super::frame::Frame;
use super::walk::Walk;
use crate::elementwise::Arg;
use crate::layout::row_major;

impl Program {
    /// Runs the program over inputs that broadcast to `shape`, giving a chunk of that shape.
    ///
    /// The result's memory order follows the inputs': a program over transposed chunks gives a transposed chunk.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when an input does not broadcast to `shape`;
    /// [`swath_error::ErrorKind::Internal`] when the inputs' number or types are not the program's;
    /// [`swath_error::ErrorKind::InvalidArgument`] when an integer is raised to a negative power.
    pub fn eval(&self, inputs: Vec<Chunk>, shape: &[usize]) -> Result<Chunk> {
        let (mut frame, strides) = Frame::new(self, &inputs, shape)?;
        let walk = Walk::new(shape, &strides);
        if self.is_identity() {
            return crate::layout::broadcast_to(inputs.first().ok_or_else(no_input)?, shape);
        }
        if (0..strides.len()).all(|k| walk.is_single(k)) && !shape.contains(&0) {
            return self.eval_single(&mut frame, strides.len(), shape);
        }
        with_dtype!(self.output_dtype(), T => {
            let mut out = with_room(shape.iter().product());
            walk.for_each(|tile| {
                frame.run(&walk, tile)?;
                append::<T>(&mut out, frame.output()?, tile.len());
                Ok(())
            })?;
            in_order(out, walk.order(), shape)
        })
    }

    /// As [`Self::eval`], over inputs that may come in bands.
    ///
    /// # Errors
    /// As [`Self::eval`], and those of the inputs.
    pub fn eval_fed(&self, inputs: Vec<Feed<'_>>, shape: &[usize]) -> Result<Chunk> {
        let mut inputs = Banded::new(inputs, shape)?;
        let order = inputs.order()?;
        if !inputs.is_cut() {
            return self.eval(inputs.next()?.ok_or_else(no_input)?.chunks, shape);
        }
        with_dtype!(self.output_dtype(), T => {
            let room = try_with_room::<T>(shape.iter().product());
            let mut out = room.ok_or_else(|| too_large(shape))?;
            out.clear();
            while let Some(band) = inputs.next()? {
                let (mut frame, strides) = Frame::new(self, &band.chunks, &band.shape)?;
                let walk = Walk::with_order(&band.shape, &strides, order.clone());
                walk.for_each(|tile| {
                    frame.run(&walk, tile)?;
                    append::<T>(&mut out, frame.output()?, tile.len());
                    Ok(())
                })?;
            }
            in_order(out, &order, shape)
        })
    }

    /// Runs the program as [`Self::eval_fed`] does and puts its values into a block of `shape`: for results that have
    /// their place in memory already.
    ///
    /// # Errors
    /// As [`Self::eval_fed`]; [`swath_error::ErrorKind::Internal`] when the program gives another type or more elements.
    pub fn eval_into<T: Element>(
        &self,
        inputs: Vec<Feed<'_>>,
        shape: &[usize],
        writer: &mut BlockWriter<'_, T>,
    ) -> Result<()> {
        let mut inputs = Banded::new(inputs, shape)?;
        while let Some(band) = inputs.next()? {
            self.eval_band(&band.chunks, &band.shape, writer)?;
        }
        Ok(())
    }

    fn eval_band<T: Element>(
        &self,
        inputs: &[Chunk],
        shape: &[usize],
        writer: &mut BlockWriter<'_, T>,
    ) -> Result<()> {
        let (mut frame, strides) = Frame::new(self, inputs, shape)?;
        let walk = Walk::with_order(shape, &strides, (0..shape.len()).collect());
        let mut same = Vec::new();
        walk.for_each(|tile| {
            let mut ran = false;
            let placed = writer.place(tile.len(), |place| {
                ran = true;
                frame.run_into(&walk, tile, AnySlice::of(place))
            })?;
            if placed {
                return Ok(());
            }
            if !ran {
                frame.run(&walk, tile)?;
            }
            match frame.output()? {
                Arg::Slice(values) => writer.extend(values),
                Arg::One(value) => {
                    same.clear();
                    same.resize(tile.len(), value);
                    writer.extend(&same)
                }
            }
        })
    }

    /// All inputs are one element: the output is too, repeated by strides of 0.
    fn eval_single(&self, frame: &mut Frame<'_>, inputs: usize, shape: &[usize]) -> Result<Chunk> {
        let walk = Walk::new(&[], &vec![Vec::new(); inputs]);
        let mut value = None;
        with_dtype!(self.output_dtype(), T => {
            walk.for_each(|tile| {
                frame.run(&walk, tile)?;
                value = match frame.output::<T>()? {
                    Arg::One(v) => Some(v.to_scalar()),
                    Arg::Slice(v) => v.first().map(|v| v.to_scalar()),
                };
                Ok(())
            })?;
        });
        value.map(|v| Chunk::full(shape, v)).ok_or_else(no_input)
    }
}

fn too_large(shape: &[usize]) -> Error {
    Error::new(ErrorKind::OutOfMemory, format!("a chunk of shape {shape:?} does not fit in memory"))
        .with_help("use smaller chunks")
}

fn no_input() -> Error {
    Error::internal("a program without inputs gave no value")
}

fn append<T: Element>(out: &mut Vec<T>, values: Arg<'_, T>, len: usize) {
    match values {
        Arg::Slice(values) => out.extend_from_slice(values),
        Arg::One(value) => out.extend(std::iter::repeat_n(value, len)),
    }
}

/// A chunk of values that were made in the order of some permutation of the axes.
pub(crate) fn in_order<T: Element>(values: Vec<T>, order: &[usize], shape: &[usize]) -> Result<Chunk> {
    let walked: Vec<usize> = order.iter().filter_map(|a| shape.get(*a).copied()).collect();
    let chunk = Chunk::from_vec(values, &walked)?;
    if order.is_sorted() {
        return Ok(chunk);
    }
    let mut strides: Strides = std::iter::repeat_n(0, shape.len()).collect();
    for (axis, stride) in order.iter().zip(row_major(&walked)) {
        if let Some(s) = strides.get_mut(*axis) {
            *s = stride;
        }
    }
    chunk.restride(Shape::from_slice(shape), strides, 0)
}
