//! Many delayed values as one, and waiting without reading.

use std::sync::Arc;

use smallvec::smallvec;
use swath_block::{Block, Inputs};
use swath_error::{Error, Result};
use swath_tasks::{CallsBuilder, Outcome};

use crate::argument::{Argument, Dependencies, InputCursor, LazyArg};
use crate::node::{DepList, Id, Node, Work};
use crate::{Delayed, known};

/// A container of delayed values as one delayed container.
///
/// ```
/// # use swath_local as _;
/// use swath_delayed::{delayed, gather};
/// let squares: Vec<_> = (0..4).map(|i| delayed(|i: i32| i * i).call((i,))).collect();
/// assert_eq!(gather(squares).compute()?, [0, 1, 4, 9]);
/// # Ok::<(), swath_error::Error>(())
/// ```
pub fn gather<L, O>(lazy: L) -> Delayed<L::Value>
where
    L: LazyArg,
    L::Value: Outcome<O> + Clone,
    O: 'static,
{
    <L::Value as Outcome<O>>::announce();
    let mut deps = Dependencies::default();
    let work = Gather(lazy.store_lazy(&mut deps), std::marker::PhantomData::<fn() -> O>);
    Delayed::from_node(Node::new(Id::unique(), "gather", None, deps.0, work))
}

struct Gather<S, O>(S, std::marker::PhantomData<fn() -> O>);

impl<S, O> Work for Gather<S, O>
where
    S: Argument,
    S::Value: Outcome<O> + Clone,
    O: 'static,
{
    fn run(&self, inputs: Inputs) -> Result<Block> {
        Ok(self.0.get(&mut InputCursor::new(inputs))?.into_owned().into_block())
    }

    fn travel(&self, _: &Node, calls: &mut CallsBuilder) -> Result<()> {
        known::gather::<S::Value>(calls, |to| self.0.write(to))
    }
}

/// Done when everything in `lazy` has been computed; gives nothing itself.
pub fn checkpoint(lazy: impl LazyArg) -> Delayed<()> {
    swath_block::announce::<()>();
    let mut deps = Dependencies::default();
    lazy.store_lazy(&mut deps);
    Delayed::from_node(Node::new(Id::unique(), "checkpoint", None, deps.0, Checkpoint))
}

struct Checkpoint;

impl Work for Checkpoint {
    fn run(&self, _: Inputs) -> Result<Block> {
        Ok(Block::value(()))
    }

    fn travel(&self, _: &Node, calls: &mut CallsBuilder) -> Result<()> {
        known::checkpoint(calls)
    }
}

/// The same values, each there only when all of them are.
pub fn wait_on<T>(delayed: impl IntoIterator<Item = Delayed<T>>) -> Vec<Delayed<T>> {
    let nodes: DepList = delayed.into_iter().map(Delayed::into_node).collect();
    let all = Node::new(Id::unique(), "checkpoint", None, nodes.clone(), Checkpoint);
    let wait = |node: Arc<Node>| {
        Delayed::from_node(Node::new(Id::unique(), "wait-on", None, smallvec![node, all.clone()], First))
    };
    nodes.into_iter().map(wait).collect()
}

/// Hands its first input on.
struct First;

impl Work for First {
    fn run(&self, inputs: Inputs) -> Result<Block> {
        inputs.into_iter().next().ok_or_else(|| Error::internal("a delayed call was given too few inputs"))
    }

    fn travel(&self, _: &Node, calls: &mut CallsBuilder) -> Result<()> {
        known::first(calls)
    }
}
