//! Writing one block of an array that others write too.
//!
//! In: the block's elements, some at a time or all at once. Out: the same, each where it belongs in the whole array. It never
//! touches what lies between the block's rows.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ndarray::{ArrayViewD, ArrayViewMutD, IxDyn, ShapeBuilder};
use swath_error::{Error, Result};

use crate::{Element, Shape, Together};

/// Puts the elements of one block where they belong.
#[derive(Debug)]
pub struct BlockWriter<'a, T> {
    first: NonNull<T>,
    shape: Shape,
    /// The shape of the whole array, and its strides.
    whole: Shape,
    strides: Shape,
    elements: usize,
    written: usize,
    /// Elements that lie together: so many follow one another before the next row begins.
    run: usize,
    /// How many axes there are outside of a run.
    outer: usize,
    /// Whether the place holds elements already.
    filled: bool,
    array: PhantomData<&'a mut T>,
}

impl<T: Element> BlockWriter<'_, T> {
    pub(super) fn new(first: NonNull<T>, shape: &[usize], whole: &[usize], filled: bool) -> Self {
        let mut strides: Shape = whole.into();
        let mut step = 1;
        for stride in strides.iter_mut().rev() {
            step *= std::mem::replace(stride, step);
        }
        let (mut run, mut outer) = (1, shape.len());
        for (own, whole) in shape.iter().zip(whole).rev() {
            run *= own;
            outer -= 1;
            if own != whole {
                break;
            }
        }
        let elements = shape.iter().product();
        let (shape, whole, array) = (shape.into(), whole.into(), PhantomData);
        Self { first, shape, whole, strides, elements, written: 0, run, outer, filled, array }
    }

    /// An error unless every element was given.
    pub(super) fn finish(&self) -> Result<()> {
        if self.written == self.elements {
            return Ok(());
        }
        let Self { written, elements, .. } = self;
        Err(Error::internal(format!("a block of {elements} elements was given {written}")))
    }

    /// Lets `write` put the next `n` elements where they belong, when they lie together there and that place holds
    /// elements already; false when they do not, or when `write` gives false: then nothing was given.
    ///
    /// # Errors
    /// The error of `write`.
    pub fn place(&mut self, n: usize, write: impl FnOnce(&mut [T]) -> Result<bool>) -> Result<bool> {
        if !self.filled || n == 0 || n > self.elements - self.written {
            return Ok(false);
        }
        let within = self.written % self.run;
        if n > self.run - within {
            return Ok(false);
        }
        let offset = self.row(self.written / self.run) + within;
        // SAFETY: the elements lie within a run, runs within the block, which nobody else writes or reads while this writer
        // is there, and the place holds elements.
        let place = unsafe { std::slice::from_raw_parts_mut(self.first.as_ptr().add(offset), n) };
        let done = write(place)?;
        self.written += if done { n } else { 0 };
        Ok(done)
    }

    /// The next elements in row-major order.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the block has not so many.
    pub fn extend(&mut self, mut values: &[T]) -> Result<()> {
        if values.len() > self.elements - self.written {
            return Err(Error::internal(format!("more than {} elements for a block", self.elements)));
        }
        while !values.is_empty() {
            let within = self.written % self.run;
            let (now, later) = values.split_at(values.len().min(self.run - within));
            let offset = self.row(self.written / self.run) + within;
            // SAFETY: `now` ends within a run, and runs lie within the block, which nobody else writes or reads.
            unsafe {
                std::ptr::copy_nonoverlapping(now.as_ptr(), self.first.as_ptr().add(offset), now.len());
            }
            self.written += now.len();
            values = later;
        }
        Ok(())
    }

    /// All elements at once, from an array of any strides.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it has not the block's shape.
    pub fn assign(&mut self, values: &ArrayViewD<'_, T>) -> Result<()> {
        if let Some(values) = values.as_slice().filter(|_| values.shape() == self.shape.as_slice()) {
            self.written = 0;
            return self.extend(values);
        }
        if values.shape() != self.shape.as_slice() {
            let (has, given) = (&self.shape, values.shape());
            return Err(Error::internal(format!("a block of shape {has:?} was given one of {given:?}")));
        }
        let shape = IxDyn(&self.shape).strides(IxDyn(&self.strides));
        // SAFETY: shape and strides are those of the block's place. What is not initialised is written only.
        let place =
            unsafe { ArrayViewMutD::<MaybeUninit<T>>::from_shape_ptr(shape, self.first.as_ptr().cast()) };
        values.assign_to(place);
        self.written = self.elements;
        Ok(())
    }

    /// Lets threads write together: the block is cut along `axis` into pieces of these lengths, and `write` is called with
    /// each piece's number and writer.
    ///
    /// # Errors
    /// The first error of `write`; [`swath_error::ErrorKind::Internal`] when it gave a piece too few elements, when the
    /// lengths are not the block's, or when some of the block was given before.
    pub fn in_pieces(
        &mut self,
        axis: usize,
        lengths: &[usize],
        together: &dyn Together,
        write: &(dyn Fn(usize, &mut BlockWriter<'_, T>) -> Result<()> + Sync),
    ) -> Result<()> {
        if self.written > 0 || self.shape.get(axis) != Some(&lengths.iter().sum()) {
            let shape = &self.shape;
            return Err(Error::internal(format!("{lengths:?} are no pieces of a block of {shape:?}")));
        }
        let pieces = Pieces::of(self, axis, lengths);
        let failed = OnceLock::new();
        together.each(lengths.len(), &|i| {
            if failed.get().is_none()
                && let Err(e) = pieces.write(i, write)
            {
                // Another piece may have failed meanwhile.
                drop(failed.set(e));
            }
        });
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        self.written = pieces.written.into_inner();
        Ok(())
    }

    /// Where a run begins, counted from the block's first element.
    fn row(&self, mut run: usize) -> usize {
        let axes = self.shape.iter().zip(&self.strides).take(self.outer).rev();
        axes.fold(0, |offset, (n, stride)| {
            let at = run % n;
            run /= n;
            offset + at * stride
        })
    }
}

/// Parts of a block, each of which one thread writes.
struct Pieces<'a, T> {
    block: &'a BlockWriter<'a, T>,
    axis: usize,
    /// Where each begins along the axis, its length, and whether somebody has it.
    parts: Vec<(usize, usize, AtomicBool)>,
    /// Elements of those that are there.
    written: AtomicUsize,
}

// SAFETY: threads share where the block lies and what parts it has; a part is written by the one thread that has taken it, and
// parts do not overlap.
unsafe impl<T: Element> Sync for Pieces<'_, T> {}

impl<'a, T: Element> Pieces<'a, T> {
    /// The pieces of a block of which nothing was written; `lengths` add up to its own along `axis`.
    fn of(block: &'a BlockWriter<'a, T>, axis: usize, lengths: &[usize]) -> Self {
        let mut start = 0;
        let part = |n: &usize| {
            start += n;
            (start - n, *n, AtomicBool::new(false))
        };
        Self { block, axis, parts: lengths.iter().map(part).collect(), written: AtomicUsize::new(0) }
    }

    /// Lets `write` fill piece `i`.
    fn write(&self, i: usize, write: &dyn Fn(usize, &mut BlockWriter<'_, T>) -> Result<()>) -> Result<()> {
        let part = self.parts.get(i).filter(|(_, _, taken)| !taken.swap(true, Ordering::Relaxed));
        let (start, length, _) = part.ok_or_else(|| Error::internal("a piece was asked for twice"))?;
        let Self { block, axis, .. } = self;
        let mut shape = block.shape.clone();
        shape.get_mut(*axis).into_iter().for_each(|n| *n = *length);
        // A piece without elements may begin beyond a block without elements.
        let offset = if shape.contains(&0) { 0 } else { start * block.strides.get(*axis).unwrap_or(&0) };
        // SAFETY: the place of a piece with elements lies within the block.
        let first = unsafe { block.first.add(offset) };
        let mut writer = BlockWriter::new(first, &shape, &block.whole, block.filled);
        write(i, &mut writer)?;
        writer.finish()?;
        self.written.fetch_add(writer.elements, Ordering::Relaxed);
        Ok(())
    }
}
