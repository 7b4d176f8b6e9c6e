//! How the arguments of a call are written down before its inputs are known.
//!
//! An argument is a sequence of pieces: bytes that are known, and places where the result of another task goes. postcard
//! writes a container as its length and its elements one after another, so a `Vec` of three results is the byte 3 and
//! three places: nothing needs to know the type of the elements.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use swath_block::{Block, Inputs, Items};
use swath_error::{Error, Result};

use crate::{Argument, Arguments};

/// One argument of a call.
#[derive(Debug, Serialize, Deserialize)]
enum Template<'a> {
    /// The next input, as it is.
    Input,
    /// A value in postcard's encoding.
    #[serde(borrow)]
    Value(Bytes<'a>),
    /// A value whose encoding contains inputs.
    #[serde(borrow)]
    Pieces(Vec<Piece<'a>>),
}

/// A part of an argument's encoding.
#[derive(Debug, Serialize, Deserialize)]
enum Piece<'a> {
    /// Known bytes.
    #[serde(borrow)]
    Bytes(Bytes<'a>),
    /// The encoding of the next input.
    Input,
}

/// Bytes that are borrowed when they are read.
#[derive(Debug, Serialize, Deserialize)]
struct Bytes<'a>(#[serde(borrow)] Cow<'a, [u8]>);

/// Writes the arguments of one call, in order.
///
/// ```
/// # use swath_tasks::ArgumentWriter;
/// let mut arguments = ArgumentWriter::default();
/// arguments.value(&3u32)?; // a value that is known
/// arguments.end();
/// arguments.input(); // the result of another task, handed over as it is
/// arguments.end();
/// arguments.container(); // a vector of two results
/// arguments.length(2);
/// arguments.input();
/// arguments.input();
/// arguments.end();
/// assert_eq!(arguments.count(), 3);
/// # Ok::<(), swath_error::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct ArgumentWriter {
    arguments: Vec<Template<'static>>,
    pieces: Vec<Piece<'static>>,
    bytes: Vec<u8>,
    container: bool,
}

impl ArgumentWriter {
    /// Writes a value, or the part of a container before or between inputs.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when its `Serialize` implementation fails.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let bytes = std::mem::take(&mut self.bytes);
        self.bytes = postcard::to_extend(value, bytes).map_err(|e| {
            Error::internal(format!(
                "an argument of type {} cannot be encoded: {e}",
                std::any::type_name::<T>()
            ))
            .with_source(e)
        })?;
        Ok(())
    }

    /// Says that the argument is a container: an input in it is encoded, even the only one.
    pub fn container(&mut self) {
        self.container = true;
    }

    /// Writes the number of elements that follow, or of entries of a map; arrays and tuples have none.
    pub fn length(&mut self, elements: usize) {
        // A number is always encodable.
        let _ = self.value(&(elements as u64));
    }

    /// The next input goes here.
    pub fn input(&mut self) {
        self.flush();
        self.pieces.push(Piece::Input);
    }

    /// Ends an argument.
    pub fn end(&mut self) {
        let bytes = Bytes(Cow::Owned(std::mem::take(&mut self.bytes)));
        let container = std::mem::take(&mut self.container);
        self.arguments.push(match (self.pieces.as_slice(), bytes.0.is_empty()) {
            ([], _) => Template::Value(bytes),
            ([Piece::Input], true) if !container => {
                self.pieces.clear();
                Template::Input
            }
            (_, empty) => {
                if !empty {
                    self.pieces.push(Piece::Bytes(bytes));
                }
                Template::Pieces(std::mem::take(&mut self.pieces))
            }
        });
    }

    /// How many arguments have been ended.
    pub fn count(&self) -> usize {
        self.arguments.len()
    }

    /// Forgets what was written.
    pub fn clear(&mut self) {
        self.arguments.clear();
        self.pieces.clear();
        self.bytes.clear();
        self.container = false;
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.pieces.push(Piece::Bytes(Bytes(Cow::Owned(std::mem::take(&mut self.bytes)))));
        }
    }

    /// Appends the written form to `out`.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when it cannot be encoded.
    pub fn append_to(&self, out: Vec<u8>) -> Result<Vec<u8>> {
        postcard::to_extend(&self.arguments, out)
            .map_err(|e| Error::internal(format!("a call cannot be encoded: {e}")).with_source(e))
    }
}

/// The arguments in `written`, with the blocks of the inputs put in their places. Inputs beyond those are left out: a
/// call may wait for tasks without reading them.
pub(crate) fn fill(written: &[u8], inputs: Inputs) -> Result<Arguments<'_>> {
    let templates: SmallVec<[Template<'_>; 4]> = postcard::from_bytes(written)
        .map_err(|e| Error::data(format!("a call's arguments cannot be decoded: {e}")).with_source(e))?;
    let mut inputs = inputs.into_iter();
    templates.into_iter().map(|template| argument(template, &mut inputs)).collect()
}

fn argument<'a>(template: Template<'a>, inputs: &mut impl Iterator<Item = Block>) -> Result<Argument<'a>> {
    let mut next = || inputs.next().ok_or_else(|| Error::data("a call was given too few inputs"));
    Ok(match template {
        Template::Input => Argument::Block(next()?),
        Template::Value(Bytes(bytes)) => Argument::Encoded(bytes),
        Template::Pieces(pieces) => {
            let mut bytes = Vec::new();
            for piece in pieces {
                match piece {
                    Piece::Bytes(Bytes(known)) => bytes.extend_from_slice(&known),
                    Piece::Input => bytes.extend(encoded(next()?)?),
                }
            }
            Argument::Encoded(Cow::Owned(bytes))
        }
    })
}

/// A block's value in postcard's encoding.
fn encoded(block: Block) -> Result<Vec<u8>> {
    match block {
        Block::Unit => Ok(Vec::new()),
        Block::Value(value) => value.encode(),
        Block::Items(items) => match &*items {
            Items::Text(lines) => Block::value(lines.iter().flatten().map(str::to_owned).collect::<Vec<_>>())
                .into_value()?
                .encode(),
            typed @ Items::Typed(_) => typed.encode(),
        },
        other => Err(Error::unsupported(format!(
            "the result of a task is a {}, which cannot be put into a container for a call in another process",
            other.kind()
        ))
        .with_help("pass it as an argument of its own")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(write: impl FnOnce(&mut ArgumentWriter)) -> Vec<u8> {
        let mut writer = ArgumentWriter::default();
        write(&mut writer);
        writer.append_to(Vec::new()).unwrap()
    }

    #[test]
    fn containers_are_put_together_without_knowing_their_elements() {
        let written = write(|w| {
            w.length(2);
            w.input();
            w.input();
            w.end();
        });
        let inputs = [Block::value("a".to_owned()), Block::value("bc".to_owned())].into_iter().collect();
        let mut arguments = fill(&written, inputs).unwrap();
        let words = crate::argument::take::<Vec<String>, _>(&mut arguments, 0).unwrap();
        assert_eq!(words.get(), &["a", "bc"]);
    }

    #[test]
    fn too_few_inputs_and_foreign_bytes_are_errors() {
        let written = write(|w| {
            w.input();
            w.end();
        });
        assert!(fill(&written, Inputs::new()).is_err());
        for end in 0..written.len() {
            assert!(fill(&written[..end], Inputs::new()).is_err());
        }
        assert!(fill(&[200, 200, 200, 200, 200, 200], Inputs::new()).is_err());
    }
}
