//! Files written aside and renamed when complete, so that a reader never sees half of one.
//!
//! In: the path a sink wants to write and its bytes. Out: the finished file or folder under that path, or nothing at
//! all: a temporary is removed when it is dropped, and all of them when the process is interrupted
//! ([`shutdown`]). Place in the flow: below every sink. It never overwrites a target before the new one is complete.
#![forbid(unsafe_code)]

mod dir;
mod file;
mod registry;
mod scratch;

/// Re-exported for [`on_first_use!`].
#[doc(hidden)]
pub use inventory;

pub use dir::AsideDir;
pub use file::AsideFile;
pub use registry::{OnFirstUse, live, remove_all, shutdown};
pub use scratch::{ScratchDir, remove_leftovers};
