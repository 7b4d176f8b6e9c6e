//! Blocks under a byte budget: above a target the least recently used ones are written to files and read back when they
//! are asked for.
//!
//! In: blocks. Out: the same blocks. Place in the flow: inside a worker ([`Store`], by the names of tasks) and under the
//! local runtime ([`Spill`], by handles), between the tasks that make results and the tasks and peers that read them; its
//! memory is charged to the one [`MemoryLedger`]. It never writes a file on the caller's thread and never holds a lock
//! across input or output.
//!
//! [`MemoryLedger`]: swath_block::MemoryLedger
#![forbid(unsafe_code)]

mod entries;
mod file;
mod options;
mod readers;
mod room;
mod slot;
mod spill;
mod store;
mod writer;

pub use options::{StoreOptions, StoreUsage};
pub use room::Room;
pub use slot::Slot;
pub use spill::Spill;
pub use store::{Kept, Store};
