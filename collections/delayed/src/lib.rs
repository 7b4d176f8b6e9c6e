//! Delayed values: calls of any functions as a lazy graph.
//!
//! In: functions, and arguments that are values, other [`Delayed`] values, containers of those, or whole collections.
//! Out: tasks, one per call, grouped into layers by function. Place in the flow: a collection beside arrays, tables
//! and bags. It never runs a function while the graph is built, and never recurses over it: a chain of a million
//! calls is lowered, run and dropped in constant stack.
//!
//! ```
//! # use swath_local as _;
//! use swath_delayed::{delayed, gather};
//!
//! fn load(day: u32) -> Vec<f64> { (0..10).map(|i| f64::from(day * i)).collect() }
//! fn total(values: &[f64]) -> f64 { values.iter().sum() }
//!
//! let totals: Vec<_> = (1..=3)
//!     .map(|day| {
//!         let values = delayed(load).call((day,));
//!         delayed(total).call((&values,))
//!     })
//!     .collect();
//! let largest = delayed(|t: Vec<f64>| t.into_iter().fold(0.0, f64::max)).call((totals,));
//! assert_eq!(largest.compute()?, 135.0);
//! # Ok::<(), swath_error::Error>(())
//! ```
//!
//! In this process any function or closure will do. To be called on a cluster's workers a function is marked
//! `#[swath::task]`: it travels by name, its arguments encoded.
#![forbid(unsafe_code)]

mod argument;
mod call;
mod compare;
mod delayed;
mod explain;
mod function;
mod gather;
mod joined;
mod known;
mod leaf;
mod lookup;
mod lower;
mod node;
mod operators;
mod partitions;
mod unpack;

pub use argument::{Arg, Args, Argument, Content, Got, InputCursor, Lazy, LazyArg, Literal};
pub use call::{Apply, ByContent, ByRef, ByValue};
pub use delayed::Delayed;
pub use function::{Function, delayed};
pub use gather::{checkpoint, gather, wait_on};
pub use leaf::{value, whole};
pub use lookup::Lookup;
pub use partitions::partitions;
pub use swath_tasks::{AsArray, AsBlock, AsTable, Outcome, Plain};
pub use unpack::Parts;
