//! Running one task: its steps one after another, with panics turned into errors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use smallvec::smallvec;
use swath_block::{Block, Inputs, TaskContext};
use swath_error::{Error, ErrorKind, Result};
use swath_scheduler::Order;

use crate::run::RunShared;

/// A task to run.
#[derive(Debug)]
pub(crate) struct Work {
    pub order: Order,
    pub inputs: Inputs,
    /// Bytes charged for inputs that only this task holds.
    pub charged: u64,
}

/// What became of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub order: Order,
    /// The result and the bytes it has been charged for.
    pub result: Result<(Block, u64)>,
}

impl Work {
    /// Runs the task and settles what it holds with the ledger.
    pub fn run(self, run: &RunShared) -> Outcome {
        let Self { order, inputs, charged } = self;
        let caught = catch_unwind(AssertUnwindSafe(|| run_steps(run, order, inputs)));
        let result = caught.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let result = result.map(|block| {
            let bytes = block.bytes();
            if bytes > 0 {
                run.env.memory.grow(bytes);
            }
            (block, bytes)
        });
        if charged > 0 {
            run.env.memory.shrink(charged);
        }
        Outcome { order, result }
    }
}

fn run_steps(run: &RunShared, order: Order, mut inputs: Inputs) -> Result<Block> {
    let mut block = Block::Unit;
    for (n, step) in run.graph.steps(order.attempt.task.task).iter().enumerate() {
        if n > 0 {
            inputs = smallvec![block];
        }
        let operation = run
            .operations
            .get(step.layer.index())
            .ok_or_else(|| Error::internal("a task belongs to no layer"))?;
        let context =
            TaskContext { index: step.index, slots: usize::from(order.slots.max(1)), env: &run.env };
        block = operation.run(std::mem::take(&mut inputs), &context)?;
    }
    Ok(block)
}

fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let message = text.map_or_else(|| "the task panicked".to_owned(), |t| format!("the task panicked: {t}"));
    Error::new(ErrorKind::TaskFailed, message)
}
