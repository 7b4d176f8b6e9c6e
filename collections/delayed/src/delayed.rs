//! The handle users hold.

use std::marker::PhantomData;
use std::sync::Arc;

use swath_block::Block;
use swath_error::{Error, Result};
use swath_execute::{Collection, Lowered, Pending, persist};
use swath_graph::GraphBuilder;
use swath_tasks::from_block;

use crate::argument::Input;
use crate::call::{Call, TryCall};
use crate::known::Known;
use crate::lower::lower;
use crate::node::{DepList, Id, Node, Work};
use crate::{Apply, ByRef, Outcome};

/// A value of type `T` that is computed when it is asked for. Cloning costs a reference count; clones are the same
/// value, computed once.
#[must_use = "a delayed value does nothing until it is computed"]
pub struct Delayed<T> {
    node: Arc<Node>,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Delayed<T> {
    fn clone(&self) -> Self {
        Self::from_node(self.node.clone())
    }
}

impl<T> std::fmt::Debug for Delayed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delayed<{}>({})", std::any::type_name::<T>(), self.node.label())
    }
}

impl<T> Delayed<T> {
    pub(crate) fn from_node(node: Arc<Node>) -> Self {
        Self { node, value: PhantomData }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    pub(crate) fn into_node(self) -> Arc<Node> {
        self.node
    }

    /// The name its task has in messages and drawings, without the number.
    pub fn name(&self) -> String {
        self.node.label()
    }

    /// The lazy graph as text: the calls, then the task graph they become.
    ///
    /// # Errors
    /// The error of a call that was wrong when it was written down.
    pub fn explain(&self) -> Result<String> {
        crate::explain::explain(&self.node)
    }
}

impl<T: Send + Sync + 'static> Delayed<T> {
    /// Applies `f` to the value, by reference, when it is computed.
    ///
    /// ```
    /// # use swath_local as _;
    /// use swath_delayed::delayed;
    /// let length = delayed(|n: usize| vec![0u8; n]).call((7,)).map(|v| v.len());
    /// assert_eq!(length.compute()?, 7);
    /// # Ok::<(), swath_error::Error>(())
    /// ```
    pub fn map<F, R, O>(&self, f: F) -> Delayed<R>
    where
        F: Fn(&T) -> R + Send + Sync + 'static,
        R: Outcome<O>,
        O: 'static,
    {
        R::announce();
        let (stored, kinds) = ((Input::<T>::NEXT,), PhantomData);
        self.then::<F, R>(Call::<F, (ByRef,), _, O> { function: f, stored, known: None, kinds })
    }

    /// Applies `f` to the value, by reference; its error ends the computation.
    pub fn try_map<F, R, E, O>(&self, f: F) -> Delayed<R>
    where
        F: Fn(&T) -> Result<R, E> + Send + Sync + 'static,
        R: Outcome<O>,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
        O: 'static,
    {
        R::announce();
        let work =
            TryCall::<F, (ByRef,), _, O> { function: f, stored: (Input::<T>::NEXT,), kinds: PhantomData };
        self.then::<F, R>(work)
    }

    fn then<F, R>(&self, work: impl Work) -> Delayed<R> {
        let deps = DepList::from_iter([self.node.clone()]);
        Delayed::from_node(Node::new(Id::unique(), std::any::type_name::<F>(), None, deps, work))
    }
}

impl<T: Clone + Send + Sync + 'static> Delayed<T> {
    /// Computes the value and waits for it.
    ///
    /// # Errors
    /// The error of the task that failed first: one a function returned, or its panic.
    pub fn compute(&self) -> Result<T> {
        Collection::compute(self)
    }

    /// Starts the computation: a future, and a handle to wait on.
    pub fn start(&self) -> Pending<T> {
        Collection::start(self)
    }

    /// Computes the value and keeps it: calls that read the returned handle do not compute it again. On a cluster it stays
    /// on its worker as long as the handle is there.
    ///
    /// # Errors
    /// As [`Self::compute`].
    pub fn persist(&self) -> Result<Self> {
        let block = persist(&AsBlock(&self.node))?;
        Ok(crate::leaf::held("persisted", block))
    }
}

impl<T: Clone + Send + Sync + 'static> Collection for Delayed<T> {
    type Output = T;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<T>> {
        let tasks = lower(std::iter::once(&self.node), builder)?;
        Ok(Lowered::new(tasks, result))
    }

    fn lower_all<'a>(
        all: impl IntoIterator<Item = &'a Self>,
        builder: &mut GraphBuilder,
    ) -> Result<Vec<Lowered<T>>> {
        let tasks = lower(all.into_iter().map(|d| &d.node), builder)?;
        Ok(tasks.into_iter().map(|task| Lowered::new([task], result)).collect())
    }
}

/// The value in the one block of a run.
fn result<T: Clone + Send + Sync + 'static>(mut blocks: Vec<Block>) -> Result<T> {
    let block = blocks.pop().ok_or_else(no_result)?;
    Ok(Arc::unwrap_or_clone(from_block(block)?))
}

fn no_result() -> Error {
    Error::internal("a delayed value's run gave no result")
}

/// A node whose result is its block.
struct AsBlock<'a>(&'a Arc<Node>);

impl Collection for AsBlock<'_> {
    type Output = Block;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Block>> {
        let tasks = lower(std::iter::once(self.0), builder)?;
        Ok(Lowered::new(tasks, |mut blocks| blocks.pop().ok_or_else(no_result)))
    }
}

/// A pure node of our own: `function` has no state and is the operator `known`, `stored` says how it is called.
pub(crate) fn pure_call<F, P, S, O>(known: Known, function: F, stored: S, deps: DepList) -> Delayed<F::Output>
where
    F: Apply<P, S>,
    F::Output: Outcome<O>,
    S: Send + Sync + 'static,
    P: 'static,
    O: 'static,
{
    F::Output::announce();
    let id = Id::pure(std::any::TypeId::of::<(F, P, S)>(), &deps, |hasher| F::feed(&stored, hasher));
    let name = known.operator;
    let call = Call { function, stored, known: Some(known), kinds: PhantomData };
    Delayed::from_node(Node::new(id, name, None, deps, call))
}
