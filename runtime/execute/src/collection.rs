//! What every lazy collection can do: lower itself, and turn blocks into its result.

use std::path::Path;

use swath_block::Block;
#[cfg(doc)]
use swath_error::ErrorKind;
use swath_error::Result;
use swath_graph::{GraphBuilder, TaskGraph, TaskId};

use crate::{Pending, RunOptions, current_executor};

/// What turns the blocks of a collection's tasks, in order, into its result; called on the thread that waits.
pub type Finish<T> = Box<dyn FnOnce(Vec<Block>) -> Result<T> + Send>;

/// A lowered collection: its tasks, and what makes a result of their blocks.
pub struct Lowered<T> {
    /// The tasks of the partitions or chunks, in order.
    pub tasks: Vec<TaskId>,
    /// Turns their blocks into the result.
    pub finish: Finish<T>,
}

impl<T> Lowered<T> {
    /// The lowered form of a collection.
    pub fn new(
        tasks: impl IntoIterator<Item = TaskId>,
        finish: impl FnOnce(Vec<Block>) -> Result<T> + Send + 'static,
    ) -> Self {
        Self { tasks: tasks.into_iter().collect(), finish: Box::new(finish) }
    }
}

/// A lazy collection: an expression that becomes tasks.
pub trait Collection {
    /// What `compute()` returns.
    type Output: Send + 'static;

    /// Rewrites the expression, adds its tasks and says how their blocks become the result. Layers whose key is in
    /// the builder already are shared with whoever added them.
    ///
    /// # Errors
    /// The error of a poisoned expression, or of an expression that cannot be lowered.
    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>>;

    /// As [`Self::lower`], for a run of which only the result is wanted: a collection whose tasks can put the result
    /// together by themselves, and then need not give blocks, does it here.
    ///
    /// # Errors
    /// As [`Self::lower`].
    fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
        self.lower(builder)
    }

    /// [`Self::lower_result`] for several collections of this type at once: one that can share layers between them does
    /// it here.
    ///
    /// # Errors
    /// As [`Self::lower`].
    fn lower_all<'a>(
        all: impl IntoIterator<Item = &'a Self>,
        builder: &mut GraphBuilder,
    ) -> Result<Vec<Lowered<Self::Output>>>
    where
        Self: Sized + 'a,
    {
        all.into_iter().map(|c| c.lower_result(builder)).collect()
    }

    /// The task graph this collection runs as, before fusion and ordering.
    ///
    /// # Errors
    /// As [`Self::lower`].
    fn graph(&self) -> Result<TaskGraph> {
        let mut builder = GraphBuilder::new();
        let lowered = self.lower(&mut builder)?;
        builder.finish(&lowered.tasks)
    }

    /// Draws the task graph into the file `path`, an SVG document; above a few hundred tasks a layer becomes one box.
    ///
    /// # Errors
    /// As [`Self::lower`]; [`ErrorKind::Unsupported`] for another kind of file; [`ErrorKind::Io`] when it cannot be
    /// written.
    fn visualize(&self, path: impl AsRef<Path>) -> Result<()>
    where
        Self: Sized,
    {
        crate::visualize::write(&self.graph()?, path.as_ref())
    }

    /// Starts the computation: a future, and a handle to wait on. An error found before the start is given by it.
    fn start(&self) -> Pending<Self::Output> {
        self.start_with(&RunOptions::current())
    }

    /// Starts the computation with options.
    fn start_with(&self, options: &RunOptions) -> Pending<Self::Output> {
        let start = || {
            let executor = current_executor()?;
            let mut builder = crate::executor::builder_for(&*executor);
            let lowered = self.lower_result(&mut builder)?;
            let run = executor.start(builder.finish(&lowered.tasks)?, options)?;
            Ok((run, lowered.finish))
        };
        match start() {
            Ok((run, finish)) => Pending::new(run, finish),
            Err(error) => Pending::failed(error),
        }
    }

    /// Computes and waits: `start().wait()`.
    ///
    /// # Errors
    /// The error of the expression or of the task that failed first.
    fn compute(&self) -> Result<Self::Output> {
        self.start().wait()
    }

    /// Computes with options and waits.
    ///
    /// # Errors
    /// The error of the expression or of the task that failed first.
    fn compute_with(&self, options: &RunOptions) -> Result<Self::Output> {
        self.start_with(options).wait()
    }
}

/// Computes a collection of blocks and keeps them where they are: in this process, or on the workers of a cluster, where
/// the blocks given stand for those kept ([`Block::elsewhere`]). `collection` must give its blocks as they are.
///
/// # Errors
/// The error of the expression or of the task that failed first.
pub fn persist<C: Collection>(collection: &C) -> Result<C::Output> {
    let executor = current_executor()?;
    let mut builder = crate::executor::builder_for(&*executor);
    let lowered = collection.lower(&mut builder)?;
    let blocks = executor.persist(builder.finish(&lowered.tasks)?, &RunOptions::current())?;
    (lowered.finish)(blocks)
}

impl<C: Collection + ?Sized> Collection for &C {
    type Output = C::Output;

    fn lower(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
        (**self).lower(builder)
    }

    fn lower_result(&self, builder: &mut GraphBuilder) -> Result<Lowered<Self::Output>> {
        (**self).lower_result(builder)
    }
}
