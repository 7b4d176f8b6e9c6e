//! Delayed values that read no other: values at hand, whole collections, errors found while building.

use std::sync::Arc;

use parking_lot::Mutex;
use swath_block::{Block, Data, Inputs, OpHandle, Operation, TaskContext, Value};
use swath_error::{Error, Result};
use swath_execute::{Collection, Finish};
use swath_graph::{Annotations, GraphBuilder, Key, Layer, TaskId};
use swath_tasks::CallsBuilder;

use crate::Delayed;
use crate::node::{DepList, Id, Node, Work};

/// A value that is already there, as a delayed one: shared by every call that reads it, never copied into them.
///
/// ```
/// # use swath_local as _;
/// use swath_delayed::{delayed, value};
/// let words = value(vec!["a".to_owned(), "b".to_owned()]);
/// let count = delayed(|words: &[String]| words.len()).call((&words,));
/// assert_eq!(count.compute()?, 2);
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn value<T: Data>(value: T) -> Delayed<T> {
    swath_block::announce::<T>();
    held("value", Block::value(value))
}

/// A block that is already there.
pub(crate) fn held<T>(name: &'static str, block: Block) -> Delayed<T> {
    Delayed::from_node(Node::new(Id::unique(), name, None, DepList::new(), Held(block)))
}

struct Held(Block);

impl Work for Held {
    fn run(&self, _: Inputs) -> Result<Block> {
        Ok(self.0.clone())
    }

    fn travel(&self, _: &Node, _: &mut CallsBuilder) -> Result<()> {
        Err(Error::internal("a block at hand is not a call"))
    }

    fn held(&self) -> Option<&Block> {
        Some(&self.0)
    }
}

/// A call that was wrong when it was written down; computing it gives the error.
pub(crate) struct Poison(pub Error);

impl Work for Poison {
    fn run(&self, _: Inputs) -> Result<Block> {
        Err(self.0.clone())
    }

    fn travel(&self, _: &Node, _: &mut CallsBuilder) -> Result<()> {
        Err(self.0.clone())
    }

    fn expand(&self, _: &mut GraphBuilder) -> Option<Result<TaskId>> {
        Some(Err(self.0.clone()))
    }
}

/// A whole collection as one delayed value: a table, an array, a vector, made from all its partitions in one task.
///
/// A reference to a collection in a call's arguments becomes this by itself.
pub fn whole<C>(collection: &C) -> Delayed<C::Output>
where
    C: Collection + Clone + Send + Sync + 'static,
    C::Output: Sync,
{
    let work = Whole { collection: collection.clone(), key: Key::unique("delayed.whole") };
    Delayed::from_node(Node::new(Id::unique(), "whole", None, DepList::new(), work))
}

struct Whole<C> {
    collection: C,
    key: Key,
}

impl<C> Work for Whole<C>
where
    C: Collection + Clone + Send + Sync + 'static,
    C::Output: Sync,
{
    fn run(&self, _: Inputs) -> Result<Block> {
        Err(Error::internal("a collection is expanded before it runs"))
    }

    fn travel(&self, _: &Node, _: &mut CallsBuilder) -> Result<()> {
        Err(Error::internal("a collection is expanded before it travels"))
    }

    fn expand(&self, builder: &mut GraphBuilder) -> Option<Result<TaskId>> {
        Some(self.add(builder))
    }
}

impl<C> Whole<C>
where
    C: Collection + Clone + Send + Sync + 'static,
    C::Output: Sync,
{
    fn add(&self, builder: &mut GraphBuilder) -> Result<TaskId> {
        let lowered = self.collection.lower(builder)?;
        let op = Assemble { collection: self.collection.clone(), finish: Mutex::new(Some(lowered.finish)) };
        let layer = Layer {
            key: self.key,
            name: "whole".into(),
            payload: OpHandle::payload(op),
            annotations: Annotations::default(),
        };
        let range = builder.add(layer, 1, |_, deps| deps.extend(&lowered.tasks))?;
        Ok(range.get(0))
    }
}

/// Makes a collection's result out of its blocks.
struct Assemble<C: Collection> {
    collection: C,
    finish: Mutex<Option<Finish<C::Output>>>,
}

impl<C: Collection> std::fmt::Debug for Assemble<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Assemble")
    }
}

impl<C> Operation for Assemble<C>
where
    C: Collection + Send + Sync + 'static,
    C::Output: Sync,
{
    fn name(&self) -> &'static str {
        crate::joined::NAME
    }

    fn encode(&self) -> Result<Vec<u8>> {
        crate::joined::encode::<C::Output>()
    }

    fn run(&self, inputs: Inputs, _: &TaskContext<'_>) -> Result<Block> {
        let bytes = inputs.iter().map(Block::bytes).sum();
        let kept = self.finish.lock().take();
        let finish = match kept {
            Some(finish) => finish,
            // A second attempt: the first one used it up.
            None => self.collection.lower(&mut GraphBuilder::new())?.finish,
        };
        Ok(into_block(finish(inputs.into_vec())?, bytes))
    }
}

/// The assembled result as a block; its size is about that of the blocks it was made from.
fn into_block<T: Send + Sync + 'static>(value: T, bytes: u64) -> Block {
    let any: Arc<dyn std::any::Any + Send + Sync> = Arc::new(value);
    match any.downcast::<swath_block::Table>() {
        Ok(table) => Block::Table(table),
        Err(any) => match any.downcast::<T>() {
            Ok(value) => Block::Value(Value::shared(value, bytes)),
            Err(_) => Block::Unit,
        },
    }
}
