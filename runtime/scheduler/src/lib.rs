//! The scheduler: a state machine that decides which task runs where and when a result may go.
//!
//! In: events ([`Event`]: a graph, a worker, a finished task) and the time, both as arguments. Out: [`Effects`], a list
//! of orders. Place in the flow: below the task graph, inside every runtime; the driver (threads of this process, or
//! connections to workers) turns orders into work and what happens into events. It never reads a clock, draws a random
//! number, iterates in hash order, does input or output, or looks inside an operation.
//!
//! A driver hands over all events it has with [`Scheduler::step`] and then calls [`Scheduler::flush`] once, which gives
//! ready tasks to workers. What concerns very many tasks comes in slices, so that no call takes long: while
//! [`Scheduler::has_more`], `flush` is to be called again, after what has arrived meanwhile.
//!
//!
//! ```
//! # use std::sync::Arc;
//! # use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload};
//! use swath_scheduler::{Effects, Event, JobId, JobOptions, JobPlan, Scheduler, Time, WorkerId, WorkerSpec};
//! # let layer = Layer { key: Key::of("one").finish(), name: "one".into(), payload: Payload::Local(Arc::new(())),
//! #     annotations: Annotations::default() };
//! # let mut builder = GraphBuilder::new();
//! # let one = builder.add(layer, 1, |_, _| {})?;
//! # let graph = Arc::new(builder.finish(&[one.get(0)])?);
//! let (mut scheduler, mut effects) = (Scheduler::default(), Effects::default());
//! scheduler.step(Time(0), Event::WorkerJoined(WorkerId(0), WorkerSpec::local(1)), &mut effects);
//! scheduler.step(Time(0), Event::Submit(JobId(0), JobPlan::new(graph, JobOptions::default())), &mut effects);
//! scheduler.flush(Time(0), &mut effects);
//! let order = effects.run.pop().ok_or(std::fmt::Error)?;
//! scheduler.step(Time(9), Event::Done(order.attempt, 8, 0), &mut effects);
//! assert!(effects.ended[0].result.is_ok());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod again;
mod assign;
mod bitset;
mod census;
mod check;
mod chores;
mod class;
mod copies;
mod effects;
mod ending;
mod estimate;
mod event;
mod finish;
mod hold;
mod hot;
mod ids;
mod job;
mod large;
mod links;
mod lost;
mod needs;
mod pause;
mod place;
mod plan;
mod query;
mod rebalance;
mod retire;
mod scheduler;
mod shares;
mod steal;
mod stuck;
#[cfg(test)]
mod testing;
mod worker;
mod workers;

pub use effects::{CopyOrder, Effects, Input, JobEnd, Order, Output, Priority, Retired, Warning};
pub use event::{Attempt, Event, HeldBlock, WorkerSpec};
pub use ids::{JobId, TaskRef, Time, WorkerId};
pub use job::TaskState;
pub use plan::{JobOptions, JobPlan};
pub use retire::Left;
pub use scheduler::Scheduler;
