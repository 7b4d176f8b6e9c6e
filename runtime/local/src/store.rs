//! The results of one run that exist now.

use swath_block::{Block, MemoryLedger};
use swath_execute::drop_quietly;
use swath_graph::{TaskGraph, TaskId};

use crate::kept::{Gathered, Kept};

/// A result and what it is charged for.
#[derive(Debug)]
struct Stored {
    kept: Kept,
    /// What this store has charged for it.
    charge: u64,
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

    /// Keeps a result of so many bytes that has been charged to the ledger.
    pub fn put(&mut self, task: TaskId, kept: Kept, bytes: u64) {
        let charge = kept.charge(bytes);
        self.charged += charge;
        if !kept.is_unit() {
            self.blocks[task.index()] = Some(Box::new(Stored { kept, charge }));
        }
    }

    /// A task's inputs, with the charge for those that nobody else holds: the task's to give back. A task that is tried
    /// again has been counted as a reader before.
    pub fn inputs(&mut self, deps: &[TaskId], again: bool) -> Gathered {
        let mut inputs = Gathered::default();
        for dep in deps {
            let (kept, charge) = if again { (self.copy(*dep), 0) } else { self.read(*dep) };
            inputs.push(kept, charge);
        }
        inputs
    }

    fn copy(&self, task: TaskId) -> Option<Kept> {
        self.blocks[task.index()].as_ref().map(|s| s.kept.clone())
    }

    fn read(&mut self, task: TaskId) -> (Option<Kept>, u64) {
        let unread = &mut self.unread[task.index()];
        *unread = unread.saturating_sub(1);
        if *unread > 0 {
            return (self.copy(task), 0);
        }
        match self.blocks[task.index()].take() {
            None => (None, 0),
            Some(stored) => {
                self.charged -= stored.charge;
                (Some(stored.kept), stored.charge)
            }
        }
    }

    /// Gives a result up; the caller drops it where that holds nobody up.
    pub fn remove(&mut self, task: TaskId) -> Option<Kept> {
        let stored = self.blocks[task.index()].take()?;
        self.charged -= stored.charge;
        self.ledger.shrink(stored.charge);
        Some(stored.kept)
    }

    /// The results wanted, in order.
    pub fn outputs(&mut self, graph: &TaskGraph) -> Vec<Block> {
        let mut outputs = Vec::with_capacity(graph.outputs().len());
        for output in graph.outputs() {
            let (kept, charge) = self.read(*output);
            self.ledger.shrink(charge);
            outputs.push(match kept {
                Some(Kept::Here(block)) => block,
                // Outputs of a run are not put into slots.
                Some(Kept::Slot(slot)) => slot.peek().unwrap_or_default(),
                None => Block::Unit,
            });
        }
        outputs
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.ledger.shrink(self.charged);
        // One by one: two that panic in one go would end the process.
        self.blocks.drain(..).flatten().for_each(drop_quietly);
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
        store.put(TaskId(0), Kept::Here(Block::value(5u8)), 100);
        assert_eq!(store.inputs(&[TaskId(0)], false).charged, 0);
        assert_eq!(store.inputs(&[TaskId(0)], false).charged, 100);
        assert!(store.remove(TaskId(0)).is_none());
        ledger.shrink(100);
        ledger.grow(7);
        store.put(TaskId(1), Kept::Here(Block::value(5u8)), 7);
        drop(store);
        assert_eq!(ledger.used(), 0);
    }
}
