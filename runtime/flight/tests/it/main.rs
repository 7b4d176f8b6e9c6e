//! Servers and clients on this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conversations;
mod deliveries;
mod hostile;
mod many;
mod peers;
mod put;
mod tls;
mod transfers;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use swath_block::{Block, Chunk, MemoryLedger};
use swath_error::Result;
use swath_flight::{Fetch, FlightOptions, FlightServer};
use swath_graph::TaskId;
use swath_scheduler::{JobId, TaskRef};
use swath_store::{Store, StoreOptions};

fn task(n: u32) -> TaskRef {
    TaskRef { job: JobId(7), task: TaskId(n) }
}

fn tasks(n: u32) -> Vec<TaskRef> {
    (0..n).map(task).collect()
}

/// Options whose time-outs a test can wait for.
fn options() -> FlightOptions {
    FlightOptions {
        connect_timeout: Duration::from_secs(5),
        stall_timeout: Duration::from_secs(20),
        ..FlightOptions::default()
    }
}

fn store() -> Store {
    Store::new(MemoryLedger::new(1 << 32), StoreOptions::default())
}

async fn serve(store: &Store, options: &FlightOptions) -> (FlightServer, String) {
    let server = FlightServer::start(([127, 0, 0, 1], 0).into(), Arc::new(store.clone()), options).await;
    let server = server.unwrap();
    let address = server.address().to_string();
    (server, address)
}

/// Everything a fetch gives, by task.
async fn all(fetch: Fetch) -> BTreeMap<TaskRef, Result<Option<Block>>> {
    let items: Vec<_> = fetch.collect().await;
    let count = items.len();
    let map: BTreeMap<_, _> = items.into_iter().collect();
    assert_eq!(map.len(), count, "a block came twice");
    map
}

/// `n` doubles that depend on `seed`.
fn array(seed: u32, n: usize) -> Block {
    Chunk::from_vec((0..n).map(|i| f64::from(seed) + i as f64).collect(), &[n]).unwrap().into()
}

fn is_array(block: &Block, seed: u32, n: usize) -> bool {
    let Block::Array(chunk) = block else { return false };
    let values = chunk.as_slice::<f64>().unwrap().unwrap();
    values.len() == n && values.iter().enumerate().all(|(i, v)| *v == f64::from(seed) + i as f64)
}
