//! Running one task: its steps one after another, with panics turned into errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;
use smallvec::smallvec;
use swath_block::{Block, Fetch, Inputs, TaskContext};
use swath_error::{Error, ErrorKind, Result};
use swath_graph::Step;
use swath_scheduler::Order;

use crate::run::RunShared;

/// A task to run.
#[derive(Debug)]
pub(crate) struct Work {
    pub order: Order,
    pub inputs: Inputs,
    /// Bytes charged for inputs that only this task holds.
    pub charged: u64,
    /// The inputs hold what the operation fetched.
    pub fetched: bool,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub order: Order,
    /// The result and the bytes it has been charged for.
    pub result: Result<(Block, u64)>,
}

impl Work {
    /// What the task's first operation wants fetched before it runs, if anything.
    pub fn fetch(&self, run: &RunShared) -> Option<Fetch> {
        if self.fetched {
            return None;
        }
        let step = run.graph.steps(self.order.attempt.task.task).first()?;
        let operation = run.operations.get(step.layer.index())?;
        let context = context(run, self.order, *step);
        match catch_unwind(AssertUnwindSafe(|| operation.fetch(&context))) {
            Ok(fetch) => fetch,
            Err(panic) => Some(std::future::ready(Err(panicked(&*panic))).boxed()),
        }
    }

    /// Adds what was fetched.
    pub fn with_fetched(mut self, block: Block) -> Self {
        self.inputs.push(block);
        self.fetched = true;
        self
    }

    /// Gives back what the task was charged for, without running it.
    pub fn abandon(self, run: &RunShared) {
        if self.charged > 0 {
            run.env.memory.shrink(self.charged);
        }
    }

    /// Runs the task and settles what it holds with the ledger.
    pub fn run(self, run: &RunShared) -> Outcome {
        let Self { order, inputs, charged, .. } = self;
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let block = run_steps(run, order, inputs)?;
            let bytes = block.bytes();
            Ok((block, bytes))
        }));
        let result = caught.unwrap_or_else(|panic| Err(panicked(&*panic)));
        if let Ok((_, bytes)) = &result
            && *bytes > 0
        {
            run.env.memory.grow(*bytes);
        }
        if charged > 0 {
            run.env.memory.shrink(charged);
        }
        Outcome { order, result }
    }
}

fn context(run: &RunShared, order: Order, step: Step) -> TaskContext<'_> {
    TaskContext { index: step.index, slots: usize::from(order.slots.max(1)), env: &run.env }
}

fn run_steps(run: &RunShared, order: Order, mut inputs: Inputs) -> Result<Block> {
    let mut block = Block::Unit;
    for (n, step) in run.graph.steps(order.attempt.task.task).iter().enumerate() {
        let operation = run.operations.get(step.layer.index());
        let operation = operation.ok_or_else(|| Error::internal("a task belongs to no layer"))?;
        let context = context(run, order, *step);
        if n > 0 {
            inputs = smallvec![block];
            // A fetch in the middle of a fused chain waits here: its input has only just been made.
            if let Some(fetch) = operation.fetch(&context) {
                inputs.push(futures::executor::block_on(fetch)?);
            }
        }
        block = operation.run(std::mem::take(&mut inputs), &context)?;
    }
    Ok(block)
}

/// The error of a task that panicked.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let message = text.map_or_else(|| "the task panicked".to_owned(), |t| format!("the task panicked: {t}"));
    Error::new(ErrorKind::TaskFailed, message)
}
