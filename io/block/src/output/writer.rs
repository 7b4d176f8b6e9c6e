//! Writing one block of an array that others write too.
//!
//! In: the block's elements, some at a time or all at once. Out: the same, each where it belongs in the whole array. It never
//! touches what lies between the block's rows.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use ndarray::{ArrayViewD, ArrayViewMutD, IxDyn, ShapeBuilder};
use swath_error::{Error, Result};

use crate::{DType, Element, Shape};

/// Puts the elements of one block where they belong.
#[derive(Debug)]
pub struct BlockWriter<'a, T> {
    first: NonNull<T>,
    shape: Shape,
    /// Of the whole array.
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
        let (shape, array) = (shape.into(), PhantomData);
        Self { first, shape, strides, elements, written: 0, run, outer, filled, array }
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

/// Elements that are written by who finds out their type at run time.
#[derive(Debug)]
pub struct AnySlice<'a> {
    dtype: DType,
    first: NonNull<u8>,
    len: usize,
    values: PhantomData<&'a mut [u8]>,
}

impl<'a> AnySlice<'a> {
    /// The slice without its type.
    pub fn of<T: Element>(values: &'a mut [T]) -> Self {
        let first = NonNull::from(&mut *values).cast();
        Self { dtype: T::DTYPE, first, len: values.len(), values: PhantomData }
    }

    /// The slice, when its elements are `T`.
    pub fn typed<T: Element>(&mut self) -> Option<&mut [T]> {
        // SAFETY: the pointer and the length are those of a slice of the one type that has this `DType`, borrowed for as
        // long as `self` is there.
        (self.dtype == T::DTYPE)
            .then(|| unsafe { std::slice::from_raw_parts_mut(self.first.cast().as_ptr(), self.len) })
    }
}
