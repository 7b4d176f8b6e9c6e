//! From what a function returned to a block: the compiler tells a `Result` from any other value.

use std::marker::PhantomData;

use swath_block::Block;
use swath_error::{Error, ErrorKind, Result};

use crate::{Outcome, State};

/// The type a function returned. [`Fallible::kind`] is found before [`Infallible::kind`], which needs one reference more.
pub struct Returned<R>(PhantomData<fn() -> R>);

impl<R> Returned<R> {
    /// The type of `value`.
    pub fn of(_: &R) -> Self {
        Self(PhantomData)
    }
}

/// For functions that return a `Result`.
pub trait Fallible {
    /// Says so.
    fn kind(&self) -> Fails {
        Fails
    }
}

/// For all others.
pub trait Infallible {
    /// Says so.
    fn kind(&self) -> Gives {
        Gives
    }
}

impl<T, E: Into<Box<dyn std::error::Error + Send + Sync>>> Fallible for Returned<std::result::Result<T, E>> {}

impl<R> Infallible for &Returned<R> {}

/// The function returned a `Result`.
pub struct Fails;

/// The function returned a value.
pub struct Gives;

impl Fails {
    /// The value's block, or the function's error.
    ///
    /// # Errors
    /// The function's error.
    #[allow(clippy::unused_self)] // a method, so that the expansion writes one call for both kinds
    pub fn block<T, E, M>(self, returned: std::result::Result<T, E>) -> Result<Block>
    where
        T: Outcome<M>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        returned.map_err(|e| task_error(e.into()))?.into_sendable()
    }

    /// The actor's state, or the constructor's error.
    ///
    /// # Errors
    /// The constructor's error.
    #[allow(clippy::unused_self)]
    pub fn state<T, E>(self, returned: std::result::Result<T, E>) -> Result<State>
    where
        T: Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Ok(Box::new(returned.map_err(|e| task_error(e.into()))?))
    }
}

impl Gives {
    /// The value's block.
    ///
    /// # Errors
    /// When the value cannot be sent.
    #[allow(clippy::unused_self)]
    pub fn block<T: Outcome<M>, M>(self, returned: T) -> Result<Block> {
        returned.into_sendable()
    }

    /// The actor's state.
    ///
    /// # Errors
    /// Never.
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)]
    pub fn state<T: Send + 'static>(self, returned: T) -> Result<State> {
        Ok(Box::new(returned))
    }
}

/// The error of a user's function: one of swath's own as it is, any other as the cause of a
/// [`ErrorKind::TaskFailed`].
pub fn task_error(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => *ours,
        Err(other) => Error::new(ErrorKind::TaskFailed, other.to_string()).with_source(Cause(other)),
    }
}

/// A boxed error as an error type of its own.
#[derive(Debug)]
struct Cause(Box<dyn std::error::Error + Send + Sync>);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Cause {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}
