//! One registered function.

use std::any::TypeId;
use std::fmt;

use swath_block::Block;
use swath_error::{Error, Result};

use crate::Arguments;

/// A function that can be called by name; made by `#[swath::task]`.
pub struct TaskEntry {
    identity: fn() -> Identity,
    call: fn(Arguments<'_>) -> Result<Block>,
    apart: fn(Block) -> Result<Vec<Block>>,
    parameters: usize,
}

inventory::collect!(TaskEntry);

/// What tells a function apart: its path for other processes, its type for this one.
#[doc(hidden)]
pub struct Identity {
    pub(crate) name: &'static str,
    pub(crate) type_id: TypeId,
}

impl Identity {
    /// The identity of a function item.
    pub fn of<F: 'static>(_: &F) -> Self {
        Self { name: std::any::type_name::<F>(), type_id: TypeId::of::<F>() }
    }

    /// The identity of one of swath's own functions, for which the type `F` stands.
    pub fn named<F: 'static>(name: &'static str) -> Self {
        Self { name, type_id: TypeId::of::<F>() }
    }
}

impl TaskEntry {
    /// Used by the attribute's expansion.
    #[doc(hidden)]
    pub const fn new(
        identity: fn() -> Identity,
        call: fn(Arguments<'_>) -> Result<Block>,
        apart: fn(Block) -> Result<Vec<Block>>,
        parameters: usize,
    ) -> Self {
        Self { identity, call, apart, parameters }
    }

    /// An entry for one of swath's own functions, whose results are not taken apart.
    #[doc(hidden)]
    pub const fn builtin(
        identity: fn() -> Identity,
        call: fn(Arguments<'_>) -> Result<Block>,
        parameters: usize,
    ) -> Self {
        Self::new(identity, call, |_| Err(Error::unsupported("this result has no parts")), parameters)
    }

    /// The function's full path: `my_crate::jobs::load`.
    pub fn name(&self) -> &'static str {
        (self.identity)().name
    }

    /// The type of the function item.
    pub fn type_id(&self) -> TypeId {
        (self.identity)().type_id
    }

    /// How many arguments the function takes.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Decodes the arguments and calls the function; its `Err` is the error of the call.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::InvalidData`] for arguments of another number or type; the function's own error.
    pub fn call(&self, arguments: Arguments<'_>) -> Result<Block> {
        (self.call)(arguments).map_err(|e| e.context(format!("calling {}", self.name())))
    }

    /// The parts of what the function returned, when that is a tuple or a vector of serialisable values.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Unsupported`] for results of other types; [`swath_error::ErrorKind::Internal`] for the
    /// result of another function.
    pub fn take_apart(&self, result: Block) -> Result<Vec<Block>> {
        (self.apart)(result).map_err(|e| e.context(format!("taking apart what {} gave", self.name())))
    }
}

impl fmt::Debug for TaskEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskEntry({})", self.name())
    }
}
