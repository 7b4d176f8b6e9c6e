//! How collections reach a runtime: [`Collection`] above, [`Executor`] below, [`Pending`] between them.
//!
//! In: collections that can lower themselves into a graph. Out: their results, blocking or as futures, by one
//! mechanism. Place in the flow: below the collections, above the runtimes. It never runs a task itself and never
//! knows which runtime does.
#![forbid(unsafe_code)]

mod collection;
mod executor;
mod machine;
mod options;
mod panics;
mod pending;
mod together;
mod visualize;
mod wait;

/// Re-exported for [`register_default_executor!`].
#[doc(hidden)]
pub use inventory;

pub use collection::{Collection, Finish, Lowered, persist};
pub use executor::{
    DefaultExecutor, Executor, Preferred, Run, RunSender, builder_for, current_executor, prefer_executor,
    run_channel, with_executor,
};
pub use machine::{held_memory, machine_memory};
pub use options::RunOptions;
pub use panics::{drop_quietly, panicked, quietly};
pub use pending::Pending;
pub use together::{Together, compute_all, start_all};
pub use wait::block_on;
