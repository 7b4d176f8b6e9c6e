//! The results of one run that exist now.

use swath_block::{Block, Inputs, MemoryLedger};
use swath_graph::{TaskGraph, TaskId};

/// A result and what it is charged for.
#[derive(Debug)]
struct Stored {
    block: Block,
    bytes: u64,
}

/// Results by task, and how often each will still be read.
///
/// Eight bytes per task and four for its readers; a result of [`Block::Unit`] takes nothing more.
#[derive(Debug)]
pub(crate) struct Store {
    blocks: Vec<Option<Box<Stored>>>,
    /// Readers (edges) that have not begun. The last one is given the result itself instead of a copy, so that it may
    /// reuse the memory. Outputs, and what a task reads that may be run again, count one more.
    unread: Vec<u32>,
    ledger: MemoryLedger,
    charged: u64,
}

impl Store {
    pub fn new(graph: &TaskGraph, ledger: MemoryLedger) -> Self {
        let mut unread = vec![0u32; graph.len()];
        for task in (0..graph.len() as u32).map(TaskId) {
            let again = graph.annotations(task).is_some_and(|a| a.retries > 0);
            for dep in graph.deps(task) {
                unread[dep.index()] += 1 + u32::from(again);
            }
        }
        for output in graph.outputs() {
            unread[output.index()] += 1;
        }
        let mut blocks = Vec::new();
        blocks.resize_with(graph.len(), || None);
        Self { blocks, unread, ledger, charged: 0 }
    }

    /// Keeps a result that has been charged to the ledger.
    pub fn put(&mut self, task: TaskId, block: Block, bytes: u64) {
        self.charged += bytes;
        if !matches!(block, Block::Unit) {
            self.blocks[task.index()] = Some(Box::new(Stored { block, bytes }));
        }
    }

    /// A task's inputs, and the bytes charged for those that nobody else holds: the task's to give back. A task that is
    /// tried again has been counted as a reader before.
    pub fn inputs(&mut self, deps: &[TaskId], again: bool) -> (Inputs, u64) {
        if again {
            let kept = deps.iter().map(|d| self.blocks[d.index()].as_ref());
            return (kept.map(|s| s.map(|s| s.block.clone()).unwrap_or_default()).collect(), 0);
        }
        let mut charged = 0;
        let inputs = deps.iter().map(|d| self.read(*d, &mut charged)).collect();
        (inputs, charged)
    }

    fn read(&mut self, task: TaskId, charged: &mut u64) -> Block {
        let unread = &mut self.unread[task.index()];
        *unread = unread.saturating_sub(1);
        let slot = &mut self.blocks[task.index()];
        if *unread > 0 {
            return slot.as_ref().map(|s| s.block.clone()).unwrap_or_default();
        }
        slot.take().map_or(Block::Unit, |stored| {
            *charged += stored.bytes;
            self.charged -= stored.bytes;
            stored.block
        })
    }

    /// Gives a result up; the caller drops it where that holds nobody up.
    pub fn remove(&mut self, task: TaskId) -> Option<Block> {
        let stored = self.blocks[task.index()].take()?;
        self.charged -= stored.bytes;
        self.ledger.shrink(stored.bytes);
        Some(stored.block)
    }

    /// The results wanted, in order.
    pub fn outputs(&mut self, graph: &TaskGraph) -> Vec<Block> {
        let mut charged = 0;
        let outputs = graph.outputs().iter().map(|o| self.read(*o, &mut charged)).collect();
        self.ledger.shrink(charged);
        outputs
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.ledger.shrink(self.charged);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use swath_graph::{Annotations, GraphBuilder, Key, Layer, Payload};

    #[test]
    fn the_last_reader_gets_the_result_itself() {
        let layer = |name: &str| Layer {
            key: Key::of(name).finish(),
            name: name.into(),
            payload: Payload::Local(Arc::new(())),
            annotations: Annotations::default(),
        };
        let mut b = GraphBuilder::new();
        let read = b.add(layer("read"), 1, |_, _| {}).unwrap();
        let two = b.add(layer("two"), 2, |_, d| d.push(read.get(0))).unwrap();
        let graph = b.finish(&[two.get(0), two.get(1)]).unwrap();
        let ledger = MemoryLedger::new(1000);
        let mut store = Store::new(&graph, ledger.clone());
        ledger.grow(100);
        store.put(TaskId(0), Block::value(5u8), 100);
        assert_eq!(store.inputs(&[TaskId(0)], false).1, 0);
        assert_eq!(store.inputs(&[TaskId(0)], false).1, 100);
        assert!(store.remove(TaskId(0)).is_none());
        ledger.shrink(100);
        ledger.grow(7);
        store.put(TaskId(1), Block::value(5u8), 7);
        drop(store);
        assert_eq!(ledger.used(), 0);
    }
}
