//! swath: lazy arrays, tables, bags and delayed calls, bigger than memory, on all cores.
//!
//! In: what a user writes with [`da`], [`dd`], [`db`], [`delayed()`] and [`sql`]. Out: results, by [`Collection::compute`].
//! Place in the flow: the top; this crate only names what the crates below it do, and writes data sets to play with.
//! It never computes anything itself.
#![forbid(unsafe_code)]

pub mod datasets;
#[doc(hidden)]
pub mod processes;

/// Chunked n-d arrays.
pub use swath_array as da;
/// Bags: parallel lists of any items.
pub use swath_bag as db;
/// Values of JSON, and the function that parses them in a bag.
pub use swath_bag::json;
/// Tables: `DataFrame`s of many files.
pub use swath_dataframe as dd;
/// Functions that workers find by name: what [`task`] makes of them.
pub use swath_tasks as tasks;

pub use processes::{Connected, connect_from_args, init};
pub use swath_block::{Block, Chunk, DType, Data, Scalar, Table, parse_bytes};
pub use swath_cluster as cluster;
pub use swath_cluster::{
    AsCompleted, Client, ClusterExecutor, Future, LocalCluster, as_completed, tls_identity, tls_init,
};
pub use swath_dataframe::{SqlContext, col, lit, sql, sql_with};
pub use swath_delayed::{Delayed, checkpoint, delayed, gather, partitions, value, wait_on, whole};
pub use swath_error::{Error, ErrorKind, Result, TaskFailure};
pub use swath_execute::{
    Collection, Executor, Pending, RunOptions, compute_all, current_executor, start_all, with_executor,
};
pub use swath_tasks::{actor, task};

/// The names most programs use.
///
/// ```
/// use swath::prelude::*;
/// let three = delayed(|a: i32, b: i32| a + b).call((1, 2));
/// assert_eq!(three.compute()?, 3);
/// # Ok::<(), swath::Error>(())
/// ```
pub mod prelude {
    pub use crate::dd::ToDataFrame as _;
    pub use crate::{Collection, Delayed, RunOptions, col, compute_all, da, db, dd, delayed, lit, sql};
}

// The local runtime registers itself as the one that `compute()` uses.
pub use swath_local::{interrupt, signals};

/// The README's examples are compiled and run with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
