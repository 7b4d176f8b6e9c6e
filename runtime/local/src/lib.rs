//! The local runtime: the scheduler driving the threads of this process.
//!
//! In: task graphs and run options. Out: blocks. Place in the flow: below every collection, on the same scheduler core
//! as a cluster; a task's result is handed over as it is, without serialisation. It never looks inside an operation,
//! and it needs no async runtime.
//!
//! Runs with the same number of threads share one [pool](LocalExecutor). A task may itself compute something: its
//! slot is given back until that nested run ends, and another thread stands in for it, so nesting cannot deadlock. The
//! nested run goes before what is left of the outer one, and is cancelled when that is cancelled or ends.
//!
//! That holds for what a task computes on its own thread. A run that it starts on another one (`std::thread::spawn`, a
//! pool of its own) is a run like any other: it outlives the task, and the task keeps its slot while it waits. When all
//! slots are held and no task has ended for a quarter of a second, one task's slot is given to the other runs and a
//! thread more is used until that task ends, so that such tasks come to an end too, if late.
#![forbid(unsafe_code)]

mod current;
mod desk;
mod executor;
mod fetch;
mod kept;
mod live;
mod pool;
mod progress;
mod run;
mod settings;
mod signals;
mod state;
mod store;
mod synchronous;
mod task;
mod watch;

use std::sync::Arc;

use swath_execute::Executor;

pub use executor::LocalExecutor;
pub use live::interrupt;
pub use signals::signals;

swath_execute::register_default_executor!(|| Arc::new(LocalExecutor::new()) as Arc<dyn Executor>);
swath_aside::on_first_use!(signals::install);
