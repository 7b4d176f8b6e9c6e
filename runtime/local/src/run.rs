//! What the threads of a pool share about one run.

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use swath_block::{Block, OpHandle, Operation, RunEnv, Together};
use swath_error::{Error, Result};
use swath_execute::RunSender;
use swath_graph::{TaskGraph, TaskId};
use swath_scheduler::{Attempt, JobId, Order};
use swath_store::Spill;

use crate::kept::Kept;
use crate::live::{Live, Registry};
use crate::pool::Parent;
use crate::progress::Bar;
use crate::store::Store;

const CANCELLED: &str = "the run was cancelled";

/// Read by every thread that runs a task of the run.
#[derive(Debug)]
pub(crate) struct RunShared {
    pub job: JobId,
    pub graph: Arc<TaskGraph>,
    /// By layer.
    pub operations: Vec<Arc<dyn Operation>>,
    pub env: RunEnv,
    /// Where large results are kept; charged to the run's memory.
    spill: Spill,
    /// Of the graph, sorted.
    outputs: Vec<TaskId>,
    /// How many runs this one is nested in.
    pub depth: i32,
    /// Tasks that have given a result.
    pub done: AtomicUsize,
    /// Why the run was cancelled, when it was not its owner who did.
    pub reason: OnceLock<&'static str>,
    /// Runs that its tasks have started.
    pub nested: Registry,
}

impl RunShared {
    pub fn new(
        job: JobId,
        graph: Arc<TaskGraph>,
        threads: usize,
        together: Box<dyn Together>,
        spill: Spill,
        depth: i32,
    ) -> Result<Self> {
        let operations =
            graph.layers().iter().map(|l| OpHandle::resolve(&l.payload)).collect::<Result<_>>()?;
        let env = RunEnv { together, ..RunEnv::new(threads, spill.ledger().clone()) };
        let mut outputs = graph.outputs().to_vec();
        outputs.sort_unstable();
        let (done, reason) = (AtomicUsize::new(0), OnceLock::new());
        let nested = Registry::default();
        Ok(Self { job, graph, operations, env, spill, outputs, depth, done, reason, nested })
    }

    /// Where the run keeps large results.
    pub fn spill(&self) -> &Spill {
        &self.spill
    }

    /// Keeps the result of a task; waits while memory is short and something can be done about it.
    pub fn keep(&self, order: Order, block: Block, bytes: u64) -> Result<Kept> {
        let is_output = || self.outputs.binary_search(&order.attempt.task.task).is_ok();
        Kept::new(block, bytes, is_output, &self.spill)
    }

    /// Asks the run's tasks to stop.
    pub fn stop(&self, reason: &'static str) {
        self.reason.get_or_init(|| reason);
        self.env.cancel.cancel();
    }

    /// Stops what its tasks have started and still start: nobody waits for it any more.
    pub fn stop_nested(&self) {
        self.nested.close(self.reason.get().copied().unwrap_or(CANCELLED));
    }

    /// The error of the run when it is cancelled.
    pub fn cancelled(&self) -> Error {
        Error::cancelled(self.reason.get().copied().unwrap_or(CANCELLED))
    }
}

/// A run in a pool.
#[derive(Debug)]
pub(crate) struct ActiveRun {
    pub shared: Arc<RunShared>,
    pub store: Store,
    pub sender: RunSender,
    /// The task that started it, which holds no slot meanwhile.
    pub parent: Option<Parent>,
    /// The same, once its slot has been given back to the scheduler that runs this run: it has it again as soon as the
    /// run is over, before anything else is begun.
    pub within: Option<Attempt>,
    /// Withdrawn when the run is over.
    pub notices: Notices,
}

/// Where others can see that the run is under way: an interrupt, the terminal.
#[derive(Debug)]
pub(crate) struct Notices {
    pub _live: Live,
    pub _bar: Option<Bar>,
}
