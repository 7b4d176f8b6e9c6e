//! Functions that can be called by name in another process.
//!
//! In: functions marked `#[swath::task]`. Out: a registry that finds them by name or by type, and an operation that calls
//! them with encoded arguments and the blocks of other tasks. Place in the flow: on blocks, below the collections and the
//! runtimes. It never runs anything by itself and never sends anything.
//!
//! ```
//! use swath_tasks::{task, task_of};
//!
//! #[task]
//! fn area(width: f64, height: f64) -> f64 {
//!     width * height
//! }
//!
//! assert_eq!(area(2.0, 3.0), 6.0); // an ordinary function still
//! assert!(task_of(&area)?.name().ends_with("area"));
//! assert!(task_of(&|x: f64| x).is_err()); // a closure has no name that another process knows
//! # Ok::<(), swath_error::Error>(())
//! ```
#![forbid(unsafe_code)]

// The attribute's expansion names this crate, within it too.
extern crate self as swath_tasks;

mod apart;
mod argument;
mod calls;
mod entry;
mod from_block;
mod method;
mod outcome;
mod registry;
mod returned;
mod template;

/// Registers a function, so that a cluster's workers find it by name. See the macro's own documentation.
pub use swath_tasks_macro::task;

/// Registers the methods of an actor. See the macro's own documentation.
pub use swath_tasks_macro::actor;

pub use argument::{Argument, Arguments, FromArgument, Taken};
pub use calls::{CALL, Calls, CallsBuilder};
pub use entry::TaskEntry;
pub use from_block::from_block;
pub use method::{Method, MethodEntry, State, method_by_type, method_named, registered_methods};
pub use outcome::{AsArray, AsBlock, AsTable, Outcome, Plain};
pub use registry::{TaskFunction, registered_tasks, task_by_type, task_named, task_of, unregistered};
pub use returned::task_error;
pub use template::ArgumentWriter;

/// What the attribute's expansion names.
#[doc(hidden)]
pub mod support {
    pub use crate::apart::{Apart, ApartFallible, ApartNot, ApartPlain};
    pub use crate::argument::{take, take_raw};
    pub use crate::entry::Identity;
    pub use crate::method::{State, state};
    pub use crate::returned::{Fallible, Infallible, Returned};
    pub use inventory;
    pub use swath_block::{Block, Chunk};
    pub use swath_error::Result;
}
