//! Results that clients wait for, sent to them as soon as they exist.
//!
//! In: results of tasks whose orders name a client, from compute threads. Out: the stream that the client has opened. A
//! small result is there before the client has heard from the scheduler that it exists, and need not be fetched. It never
//! waits: what a client does not take in time it fetches like any other result.

use std::collections::HashMap;

use parking_lot::Mutex;
use swath_block::Block;
use swath_scheduler::TaskRef;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Bytes of the largest result that is delivered.
const LARGEST: u64 = 16 << 10;

/// Results that may wait for the network.
const WAITING: usize = 256;

/// The clients that listen.
#[derive(Debug, Default)]
pub(crate) struct Deliveries(Mutex<HashMap<u32, Sender<(TaskRef, Block)>>>);

impl Deliveries {
    /// A client listens from now on; it listens once.
    pub fn open(&self, client: u32) -> Receiver<(TaskRef, Block)> {
        let (sender, receiver) = channel(WAITING);
        let mut clients = self.0.lock();
        clients.retain(|_, sender| !sender.is_closed());
        clients.insert(client, sender);
        receiver
    }

    /// Sends a result to a client, if it listens.
    pub fn deliver(&self, client: u32, task: TaskRef, block: Block) {
        if block.bytes() > LARGEST {
            return;
        }
        if let Some(sender) = self.0.lock().get(&client) {
            // One that does not take it fetches it.
            let _ = sender.try_send((task, block));
        }
    }

    /// Nothing more is delivered.
    pub fn close(&self) {
        self.0.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_graph::TaskId;
    use swath_scheduler::JobId;

    #[test]
    fn a_client_that_listens_gets_small_results() {
        let deliveries = Deliveries::default();
        let task = |n| TaskRef { job: JobId(7), task: TaskId(n) };
        deliveries.deliver(1, task(0), Block::Unit);
        let mut listens = deliveries.open(1);
        deliveries.deliver(1, task(1), Block::value(vec![0u8; 1 << 20]));
        deliveries.deliver(2, task(2), Block::Unit);
        deliveries.deliver(1, task(3), Block::value(5u64));
        assert_eq!(listens.try_recv().unwrap().0, task(3));
        assert!(listens.try_recv().is_err());
        deliveries.close();
        assert!(matches!(listens.try_recv(), Err(tokio::sync::mpsc::error::TryRecvError::Disconnected)));
    }
}
