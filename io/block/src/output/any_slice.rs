//! A slice whose type is found out at run time.
//!
//! In: a slice of elements. Out: the same to who asks for its type. It never gives it to who asks for another one.

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::{DType, Element};

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
