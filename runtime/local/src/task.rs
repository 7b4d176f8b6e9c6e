//! Running one task: its steps one after another, with panics turned into errors.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt as _;
use smallvec::smallvec;
use swath_block::{Block, Fetch, Inputs, TaskContext};
use swath_error::{Error, Result};
use swath_execute::{drop_quietly, panicked};
use swath_graph::Step;
use swath_scheduler::Order;

use crate::kept::{Gathered, Kept};
use crate::run::RunShared;

/// A task to run.
#[derive(Debug)]
pub(crate) struct Work {
    pub order: Order,
    pub gathered: Gathered,
    /// The inputs hold what the operation fetched.
    pub fetched: bool,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub order: Order,
    /// The result and its bytes, which have been charged.
    pub result: Result<(Kept, u64)>,
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
            Err(panic) => Some(std::future::ready(Err(panicked(panic))).boxed()),
        }
    }

    /// Adds what was fetched.
    pub fn with_fetched(mut self, block: Block) -> Self {
        self.gathered.inputs.push(block);
        self.fetched = true;
        self
    }

    /// Gives back what the task was charged for, without running it.
    pub fn abandon(self, run: &RunShared) {
        if self.gathered.charged > 0 {
            run.env.memory.shrink(self.gathered.charged);
        }
        drop_quietly(self.gathered);
    }

    /// Runs the task and settles what it holds with the ledger.
    pub fn run(self, run: &RunShared) -> Outcome {
        let Self { order, mut gathered, .. } = self;
        let caught = catch_unwind(AssertUnwindSafe(|| {
            // Held until the task is over: what it reads is charged until then.
            let _held = gathered.fill()?;
            let block = run_steps(run, order, std::mem::take(&mut gathered.inputs))?;
            let bytes = block.bytes();
            Ok((block, bytes))
        }));
        let result = caught.unwrap_or_else(|panic| Err(panicked(panic)));
        if gathered.charged > 0 {
            run.env.memory.shrink(gathered.charged);
        }
        drop_quietly(gathered);
        let result = result.and_then(|(block, bytes)| Ok((run.keep(order, block, bytes)?, bytes)));
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
