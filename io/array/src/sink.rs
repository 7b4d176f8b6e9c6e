//! The face of everything an array can be written to.

use std::fmt::Debug;
use std::sync::Arc;

use swath_block::{Chunk, DType};
use swath_error::Result;

use crate::Travelling;

/// Where an array is written region by region, from any thread and in any order. Nothing is visible under the final
/// name until [`Self::finish`]; dropping a sink that was not finished leaves nothing behind.
pub trait ArraySink: Debug + Send + Sync {
    /// The element type the sink takes.
    fn dtype(&self) -> DType;

    /// The whole array's shape.
    fn shape(&self) -> &[usize];

    /// Writes a chunk whose first element belongs at `offset`. Regions must not overlap.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when the chunk leaves the array, [`swath_error::ErrorKind::TypeMismatch`] when its
    /// type differs, or what went wrong with the storage.
    fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()>;

    /// Makes the array visible under its name. Called once, after every region was written.
    ///
    /// # Errors
    /// What went wrong with the storage; [`swath_error::ErrorKind::Internal`] when called twice.
    fn finish(&self) -> Result<()>;

    /// The sink as another process writes to it too; only this one finishes it.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for a sink that stays in this process.
    fn travel(&self) -> Result<Travelling> {
        Err(swath_error::Error::unsupported(format!(
            "{} cannot be written from another process",
            self.describe()
        )))
    }

    /// A few words for `explain()`: the file's path.
    fn describe(&self) -> String;
}

macro_rules! shared {
    ($($pointer:ident),*) => { $(
        impl<S: ArraySink + ?Sized> ArraySink for $pointer<S> {
            fn dtype(&self) -> DType {
                self.as_ref().dtype()
            }

            fn shape(&self) -> &[usize] {
                self.as_ref().shape()
            }

            fn write(&self, offset: &[usize], chunk: &Chunk) -> Result<()> {
                self.as_ref().write(offset, chunk)
            }

            fn finish(&self) -> Result<()> {
                self.as_ref().finish()
            }

            fn travel(&self) -> Result<Travelling> {
                self.as_ref().travel()
            }

            fn describe(&self) -> String {
                self.as_ref().describe()
            }
        }
    )* }
}

shared!(Arc, Box);
