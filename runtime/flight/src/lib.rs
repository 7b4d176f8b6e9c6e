//! The data plane: blocks between workers, and between workers and clients, over Arrow Flight.
//!
//! In: the names of blocks and the address of a peer that has them. Out: the blocks. Place in the flow: above the store
//! of each worker; the scheduler says who has what. It never decides what is fetched from where, and blocks never pass
//! through the scheduler.
//!
//! A [`FlightServer`] answers from a [`BlockSource`]; a [`FlightClient`] keeps connections to peers and fetches:
//!
//! ```
//! use std::sync::Arc;
//! use futures::StreamExt as _;
//! use swath_block::{Block, MemoryLedger};
//! use swath_flight::{FlightClient, FlightOptions, FlightServer};
//! use swath_graph::TaskId;
//! use swath_scheduler::{JobId, TaskRef};
//! use swath_store::{Store, StoreOptions};
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! let task = TaskRef { job: JobId(1), task: TaskId(0) };
//! let store = Store::new(MemoryLedger::new(1_000_000), StoreOptions::default());
//! store.put(task, Block::value("hello".to_owned()));
//!
//! let options = FlightOptions::default();
//! let server = FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(store), &options).await?;
//! let client = FlightClient::new(&options)?;
//! let mut blocks = client.fetch(&server.address().to_string(), &[task]);
//! while let Some((task, block)) = blocks.next().await {
//!     let block = block?.ok_or_else(|| swath_error::Error::data(format!("{task:?} is not there")))?;
//!     assert_eq!(*block.into_value()?.downcast::<String>()?, "hello");
//! }
//! # Ok::<(), swath_error::Error>(())
//! # }).unwrap();
//! # Ok::<(), std::io::Error>(())
//! ```
#![forbid(unsafe_code)]

mod client;
mod conversation;
mod deliveries;
mod failure;
mod fetch;
mod frame;
mod incoming;
mod options;
mod outgoing;
mod peers;
mod server;
mod service;
mod source;

pub use client::{FlightClient, Wanted};
pub use conversation::{Answers, Asker, Conversation, Replies, Requests};
pub use deliveries::Deliveries;
pub use fetch::Fetch;
pub use options::{FlightOptions, Tls};
pub use server::FlightServer;
pub use source::BlockSource;
