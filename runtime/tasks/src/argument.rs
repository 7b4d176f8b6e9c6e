//! A call's arguments: encoded values, or the blocks of other tasks.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::RecordBatch;
use ndarray::{Array, Dimension};
use smallvec::SmallVec;
use swath_block::{Block, Chunk, Data, Element, Table};
use swath_error::{Error, Result};

use crate::from_block::{from_block, of_dimension};
use crate::{AsArray, AsBlock, AsTable, Plain};

/// One argument.
#[derive(Clone, Debug)]
pub enum Argument<'a> {
    /// A value in postcard's encoding.
    Encoded(Cow<'a, [u8]>),
    /// What another task gave.
    Block(Block),
}

impl Argument<'_> {
    /// An argument that is known when the call is written down.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when its `Serialize` implementation fails.
    pub fn encoded<T: serde::Serialize + ?Sized>(value: &T) -> Result<Self> {
        let bytes = postcard::to_stdvec(value).map_err(|e| {
            Error::internal(format!(
                "an argument of type {} cannot be encoded: {e}",
                std::any::type_name::<T>()
            ))
            .with_source(e)
        })?;
        Ok(Self::Encoded(Cow::Owned(bytes)))
    }
}

/// The arguments of one call, in order.
#[derive(Debug)]
pub struct Arguments<'a>(SmallVec<[Option<Argument<'a>>; 4]>);

impl<'a> FromIterator<Argument<'a>> for Arguments<'a> {
    fn from_iter<I: IntoIterator<Item = Argument<'a>>>(arguments: I) -> Self {
        Self(arguments.into_iter().map(Some).collect())
    }
}

impl Arguments<'_> {
    /// Checks how many there are.
    #[doc(hidden)]
    pub fn expect(&self, parameters: usize) -> Result<()> {
        if self.0.len() == parameters {
            return Ok(());
        }
        Err(Error::data(format!("it takes {parameters} arguments and was given {}", self.0.len())))
    }
}

/// Takes argument `place` as a `T`.
#[doc(hidden)]
pub fn take<T: FromArgument<M>, M>(arguments: &mut Arguments<'_>, place: usize) -> Result<Taken<T>> {
    let argument = take_raw(arguments, place)?;
    T::from_argument(argument).map_err(|e| e.context(format!("argument {}", place + 1)))
}

/// Takes argument `place` as it is.
#[doc(hidden)]
pub fn take_raw<'a>(arguments: &mut Arguments<'a>, place: usize) -> Result<Argument<'a>> {
    let argument = arguments.0.get_mut(place).and_then(Option::take);
    argument.ok_or_else(|| Error::internal(format!("there is no argument {place}, or it was taken twice")))
}

/// An argument ready to be handed over.
#[derive(Debug)]
pub enum Taken<T> {
    /// Made for this call.
    Owned(T),
    /// The result of another task, maybe read by others too.
    Shared(Arc<T>),
}

impl<T> Taken<T> {
    /// A reference to the value.
    pub fn get(&self) -> &T {
        match self {
            Self::Owned(value) => value,
            Self::Shared(value) => value,
        }
    }

    /// The value itself; cloned only when somebody else still needs it.
    pub fn into_owned(self) -> T
    where
        T: Clone,
    {
        match self {
            Self::Owned(value) => value,
            Self::Shared(value) => Arc::unwrap_or_clone(value),
        }
    }
}

/// A type a task function may take. `M` tells the compiler which kind it is and is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a task",
    label = "needs `serde::Serialize` and `serde::Deserialize`, and to be `Send + Sync + 'static`",
    note = "derive both for your own types; references other than `&T`, `&[T]`, `&str` and `&Path` are taken by value"
)]
pub trait FromArgument<M>: Sized {
    /// The argument as this type.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] for bytes that are no such value; [`swath_error::ErrorKind::Internal`] for
    /// a block that holds something else.
    fn from_argument(argument: Argument<'_>) -> Result<Taken<Self>>;
}

impl<T: Data> FromArgument<Plain> for T {
    fn from_argument(argument: Argument<'_>) -> Result<Taken<T>> {
        match argument {
            Argument::Block(Block::Value(value)) => value.downcast().map(Taken::Shared),
            Argument::Block(block) => from_block(block).map(Taken::Shared),
            Argument::Encoded(bytes) => decode(&bytes).map(Taken::Owned),
        }
    }
}

fn decode<T: Data>(bytes: &[u8]) -> Result<T> {
    let wrong = |why: String| {
        Error::data(format!("{} bytes are not a {}: {why}", bytes.len(), std::any::type_name::<T>()))
            .with_help("pass the type that the function takes")
    };
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(wrong(format!("{} are left over", rest.len()))),
        Err(e) => Err(wrong(e.to_string())),
    }
}

/// The block of an argument that cannot be encoded as a value.
fn block(argument: Argument<'_>, what: &str) -> Result<Block> {
    match argument {
        Argument::Block(block) => Ok(block),
        Argument::Encoded(_) => Err(Error::unsupported(format!(
            "{what} is an argument only as the result of another task, and not within a container"
        ))),
    }
}

impl FromArgument<AsBlock> for Block {
    fn from_argument(argument: Argument<'_>) -> Result<Taken<Self>> {
        block(argument, "a block").map(Taken::Owned)
    }
}

impl FromArgument<AsTable> for Table {
    fn from_argument(argument: Argument<'_>) -> Result<Taken<Self>> {
        from_block(block(argument, "a table")?).map(Taken::Shared)
    }
}

impl FromArgument<AsTable> for RecordBatch {
    fn from_argument(argument: Argument<'_>) -> Result<Taken<Self>> {
        from_block(block(argument, "a record batch")?).map(Taken::Shared)
    }
}

impl FromArgument<AsArray> for Chunk {
    fn from_argument(argument: Argument<'_>) -> Result<Taken<Self>> {
        from_block(block(argument, "an array chunk")?).map(Taken::Shared)
    }
}

impl<T, D> FromArgument<AsArray> for Array<T, D>
where
    T: Element + Send + Sync,
    D: Dimension + Send + Sync + 'static,
{
    fn from_argument(argument: Argument<'_>) -> Result<Taken<Self>> {
        match block(argument, "an ndarray")? {
            Block::Array(chunk) => {
                of_dimension(Arc::unwrap_or_clone(chunk).into_array::<T>()?).map(Taken::Owned)
            }
            other => from_block(other).map(Taken::Shared),
        }
    }
}
