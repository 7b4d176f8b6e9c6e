//! Results that workers delivered before anybody fetched them.
//!
//! In: what the workers that have been fetched from make for this client. Out: blocks for those who ask for them next. The
//! oldest make room for new ones: what is not here is fetched.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use swath_block::Block;
use swath_scheduler::{TaskRef, WorkerId};
use tokio::task::JoinSet;

use super::shared::Shared;

/// Bytes of results that may wait to be asked for.
const BYTES: u64 = 16 << 20;

/// What every result counts for beyond its own bytes.
const OVERHEAD: u64 = 128;

/// Results that nobody has asked for yet, and the workers that deliver them.
#[derive(Default)]
pub(crate) struct Delivered(Mutex<State>);

#[derive(Default)]
struct State {
    blocks: HashMap<TaskRef, Block>,
    /// In the order they came; some may have been taken.
    order: VecDeque<TaskRef>,
    bytes: u64,
    workers: BTreeSet<WorkerId>,
    /// Dropping it ends them.
    listening: JoinSet<()>,
}

impl Delivered {
    /// Takes a result out.
    pub fn take(&self, task: TaskRef) -> Option<Block> {
        let mut state = self.0.lock();
        let block = state.blocks.remove(&task)?;
        state.bytes -= cost(&block);
        Some(block)
    }

    fn put(&self, task: TaskRef, block: Block) {
        let mut state = self.0.lock();
        state.bytes += cost(&block);
        if let Some(before) = state.blocks.insert(task, block) {
            state.bytes -= cost(&before);
        }
        state.order.push_back(task);
        while state.bytes > BYTES || state.order.len() > 2 * state.blocks.len() + 64 {
            let Some(oldest) = state.order.pop_front() else { break };
            if state.bytes > BYTES
                && let Some(block) = state.blocks.remove(&oldest)
            {
                state.bytes -= cost(&block);
            }
        }
    }

    /// Nothing is listened to any more.
    pub fn close(&self) {
        *self.0.lock() = State::default();
    }
}

fn cost(block: &Block) -> u64 {
    block.bytes() + OVERHEAD
}

/// From now on the worker delivers what it makes for this client.
pub(crate) fn listen_to(shared: &Arc<Shared>, worker: WorkerId) {
    let Some(address) = shared.address_of(worker) else { return };
    let mut state = shared.delivered.0.lock();
    if !state.workers.insert(worker) {
        return;
    }
    while state.listening.try_join_next().is_some() {}
    let listening = listen(Arc::downgrade(shared), worker, address);
    state.listening.spawn_on(listening, &shared.net);
}

async fn listen(shared: Weak<Shared>, worker: WorkerId, address: String) {
    let Some((flight, client)) = shared.upgrade().map(|s| (s.flight.clone(), s.number())) else { return };
    if let Ok(mut deliveries) = flight.deliveries(&address, client).await {
        while let Some(blocks) = deliveries.next().await {
            let Some(shared) = shared.upgrade() else { return };
            for (task, block) in blocks {
                let bytes = block.bytes();
                shared.delivered.put(task, block);
                shared.arrived(task, worker, bytes);
            }
        }
    }
    if let Some(shared) = shared.upgrade() {
        shared.delivered.0.lock().workers.remove(&worker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use swath_graph::TaskId;
    use swath_scheduler::JobId;

    #[test]
    fn the_oldest_make_room() {
        let task = |n| TaskRef { job: JobId(1), task: TaskId(n) };
        let delivered = Delivered::default();
        for n in 0..40 {
            delivered.put(task(n), Block::value(vec![0u8; 1 << 20]));
        }
        assert!(delivered.take(task(0)).is_none());
        assert!(delivered.take(task(39)).is_some());
        assert!(delivered.take(task(39)).is_none());
        for n in 0..10_000 {
            delivered.put(task(n), Block::Unit);
            delivered.take(task(n));
        }
        assert!(delivered.0.lock().order.len() < 1000);
    }
}
