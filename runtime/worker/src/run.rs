//! Running one task on a compute thread: its steps one after another, with panics turned into errors.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};
use swath_block::{Block, CancelToken, Fetch, Helpers, Inputs, MemoryLedger, Operation, RunEnv, TaskContext};
use swath_error::{Error, Result};
use swath_execute::{block_on, panicked};
use swath_scheduler::{Attempt, TaskRef};
use swath_store::{Kept, Room, Store};

use crate::desk::Desk;

/// A task ready to be run.
pub(crate) struct Work {
    pub attempt: Attempt,
    pub slots: u16,
    pub cancel: CancelToken,
    pub steps: SmallVec<[(Arc<dyn Operation>, u32); 1]>,
    /// Each input: taken from memory already, or to be read by the thread that runs the task.
    pub inputs: SmallVec<[Input; 2]>,
    /// What the first step's asynchronous half gave; it is not asked again.
    pub fetched: Option<Result<Block>>,
    /// The client that waits for the result; 0 for none.
    pub deliver: u32,
    /// The largest result that its kind of task has given here; none before the first.
    pub expected: Option<u64>,
}

/// An input of a task; it does not go when the store drops the block.
pub(crate) struct Input {
    pub task: TaskRef,
    pub bytes: u64,
    pub block: Found,
}

/// Where a block was when its reader was begun.
pub(crate) enum Found {
    Here(Block),
    Stored(Kept),
}

/// The task that a thread is running, for those that want to give its slot back while they wait.
#[derive(Clone)]
pub struct Running {
    desk: Arc<Desk>,
    /// None for what runs beside the tasks and takes no slot.
    attempt: Option<Attempt>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("attempt", &self.attempt).finish_non_exhaustive()
    }
}

impl Running {
    /// The attempt; none for what runs beside the tasks.
    pub fn attempt(&self) -> Option<Attempt> {
        self.attempt
    }

    /// The scheduler's address.
    pub fn scheduler(&self) -> &str {
        self.desk.scheduler()
    }

    /// The worker's certificates.
    pub fn identity(&self) -> Option<swath_wire::Identity> {
        self.desk.identity.clone()
    }

    /// Gives the slot back while `wait` blocks this thread; another thread stands in for it.
    pub fn pause<R>(&self, wait: impl FnOnce() -> R) -> R {
        let Some(attempt) = self.attempt else { return wait() };
        // Others need not wait for a task that waits for them.
        ROOM.set(None);
        self.desk.pause(attempt);
        let result = wait();
        self.desk.go_on(attempt);
        result
    }
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
    /// What the task on this thread takes beside the store's blocks.
    static ROOM: RefCell<Option<Room>> = const { RefCell::new(None) };
}

/// The task that this thread is running; none on threads that are not a worker's.
pub fn running() -> Option<Running> {
    RUNNING.with_borrow(Clone::clone)
}

impl Work {
    /// What the task's first operation wants fetched before it runs, if anything.
    pub fn fetch(&self, env: &RunEnv) -> Option<Fetch> {
        if self.fetched.is_some() {
            return None;
        }
        let (operation, index) = self.steps.first()?;
        let context = TaskContext { index: *index, slots: usize::from(self.slots.max(1)), env };
        match catch_unwind(AssertUnwindSafe(|| operation.fetch(&context))) {
            Ok(fetch) => fetch,
            Err(panic) => Some(Box::pin(std::future::ready(Err(panicked(panic))))),
        }
    }

    /// What the run shares, for this attempt alone.
    pub fn env(&self, desk: &Arc<Desk>) -> RunEnv {
        let together = Box::new(Helpers::of(desk, desk.threads));
        let (cancel, ledger) = (self.cancel.clone(), desk.store.ledger().clone());
        RunEnv { cancel, together, ..RunEnv::new(desk.threads, ledger) }
    }

    /// Runs the task; `desk` is what it may give its slot back to.
    pub fn run(self, store: &Store, env: &RunEnv, desk: &Arc<Desk>) -> Result<Block> {
        RUNNING.set(Some(Running { desk: desk.clone(), attempt: Some(self.attempt) }));
        ROOM.set(store.make_room(self.takes(store), || env.cancel.is_cancelled()));
        let caught = catch_unwind(AssertUnwindSafe(|| self.run_steps(env)));
        ROOM.set(None);
        RUNNING.set(None);
        caught.unwrap_or_else(|panic| Err(panicked(panic)))
    }

    /// Bytes that the task takes beside what the store keeps: inputs that it alone holds, and its result, of which nothing
    /// better is known at first than that many operations give as much as they are given.
    fn takes(&self, store: &Store) -> u64 {
        let listed: u64 = self.inputs.iter().map(|input| input.bytes).sum();
        if !store.is_notable(listed + self.expected.unwrap_or(listed)) {
            return 0;
        }
        // One that is listed twice is there once.
        let inputs: BTreeMap<TaskRef, u64> = self.inputs.iter().map(|i| (i.task, i.bytes)).collect();
        let result = self.expected.unwrap_or_else(|| inputs.values().sum());
        let alone = inputs.iter().filter(|(task, _)| !store.contains(**task)).map(|(_, bytes)| bytes);
        alone.sum::<u64>() + result
    }

    fn run_steps(self, env: &RunEnv) -> Result<Block> {
        let Self { steps, slots, inputs, fetched, .. } = self;
        let mut inputs: Inputs = inputs.into_iter().map(Input::take).collect::<Result<_>>()?;
        inputs.extend(fetched.transpose()?);
        let mut block = Block::Unit;
        for (n, (operation, index)) in steps.iter().enumerate() {
            let context = TaskContext { index: *index, slots: usize::from(slots.max(1)), env };
            context.check_cancelled()?;
            if n > 0 {
                inputs = smallvec![block];
                // A fetch in the middle of a fused chain waits here: its input has only just been made.
                if let Some(fetch) = operation.fetch(&context) {
                    inputs.push(block_on(fetch)?);
                }
            }
            block = operation.run(std::mem::take(&mut inputs), &context)?;
        }
        Ok(block)
    }
}

impl Input {
    fn take(self) -> Result<Block> {
        match self.block {
            Found::Here(block) => Ok(block),
            Found::Stored(kept) => kept.get_blocking(),
        }
    }
}

/// Runs something that is no task on this thread; it may reach the cluster as a task does.
pub(crate) fn beside_tasks<R>(desk: &Arc<Desk>, body: impl FnOnce() -> R) -> R {
    let before = RUNNING.replace(Some(Running { desk: desk.clone(), attempt: None }));
    let result = body();
    RUNNING.set(before);
    result
}

/// Calls an operation by itself; gives its encoded value.
pub(crate) fn call(
    call: &swath_wire::WorkerCall,
    threads: usize,
    ledger: MemoryLedger,
) -> Result<swath_wire::Blob> {
    let operation = swath_block::decode_operation(call.operation.as_ref())?;
    let env = RunEnv::new(threads, ledger);
    let context = TaskContext { index: 0, slots: 1, env: &env };
    let caught = catch_unwind(AssertUnwindSafe(|| operation.run(Inputs::new(), &context)));
    match caught.unwrap_or_else(|panic| Err(panicked(panic)))? {
        Block::Value(value) => Ok(value.encode()?.into()),
        Block::Unit => Ok(Vec::new().into()),
        other => Err(Error::unsupported(format!(
            "a function called on workers gave a {}, which cannot be sent back",
            other.kind()
        ))
        .with_help("return a serialisable value")),
    }
}
