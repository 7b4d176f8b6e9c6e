//! Running a program into an output chunk.

use swath_block::Chunk;
use swath_error::{Error, Result};

use super::Program;

impl Program {
    /// Runs the program over inputs that broadcast to `shape`, giving a chunk of that shape.
    ///
    /// Inputs are taken by value: one that nobody else holds may be reused for the output.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::ShapeMismatch`] when an input does not broadcast to `shape`;
    /// [`swath_error::ErrorKind::Internal`] when the inputs' number or types are not the program's;
    /// [`swath_error::ErrorKind::InvalidArgument`] when an integer is raised to a negative power.
    pub fn eval(&self, inputs: Vec<Chunk>, shape: &[usize]) -> Result<Chunk> {
        let _ = (inputs, shape);
        Err(Error::unsupported("eval"))
    }
}
