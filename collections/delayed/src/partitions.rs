//! The partitions of another collection as delayed values.

use std::any::Any;
use std::sync::Arc;

use hashbrown::HashMap;
use smallvec::SmallVec;
use swath_block::{Block, Inputs};
use swath_error::{Error, Result};
use swath_execute::Collection;
use swath_graph::{GraphBuilder, Key, TaskId};
use swath_tasks::CallsBuilder;

use crate::Delayed;
use crate::node::{Id, Node, Work};

/// The partitions or chunks of a collection, each as a delayed value, in order.
///
/// `T` is what a partition is: a [`swath_block::Table`] of a table, a [`swath_block::Chunk`] of an array; a [`Block`]
/// fits every collection.
///
/// # Errors
/// The error of a collection that was wrong when it was written down.
pub fn partitions<C, T>(collection: &C) -> Result<Vec<Delayed<T>>>
where
    C: Collection + Clone + Send + Sync + 'static,
    T: Any + Send + Sync,
{
    let count = collection.lower(&mut GraphBuilder::new())?.tasks.len();
    let shared = Arc::new((collection.clone(), Key::unique("delayed.partitions")));
    let node = |index| {
        let work = Partition { of: shared.clone(), index };
        Delayed::from_node(Node::new(Id::unique(), "partition", None, SmallVec::new(), work))
    };
    Ok((0..count).map(node).collect())
}

struct Partition<C> {
    of: Arc<(C, Key)>,
    index: usize,
}

/// The tasks of collections whose partitions were asked for, so that each collection is lowered once.
#[derive(Default)]
struct Lowered(HashMap<Key, Vec<TaskId>>);

impl<C: Collection + Send + Sync + 'static> Work for Partition<C> {
    fn run(&self, _: Inputs) -> Result<Block> {
        Err(Error::internal("a partition is expanded before it runs"))
    }

    fn travel(&self, _: &Node, _: &mut CallsBuilder) -> Result<()> {
        Err(Error::internal("a partition is expanded before it travels"))
    }

    fn expand(&self, builder: &mut GraphBuilder) -> Option<Result<TaskId>> {
        Some(self.task(builder))
    }
}

impl<C: Collection> Partition<C> {
    fn task(&self, builder: &mut GraphBuilder) -> Result<TaskId> {
        let (collection, key) = &*self.of;
        if !builder.notes::<Lowered>().0.contains_key(key) {
            let tasks = collection.lower(builder)?.tasks;
            builder.notes::<Lowered>().0.insert(*key, tasks);
        }
        let task = builder.notes::<Lowered>().0.get(key).and_then(|tasks| tasks.get(self.index)).copied();
        task.ok_or_else(|| Error::internal(format!("a collection lost its partition {}", self.index)))
    }
}
