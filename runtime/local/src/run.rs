//! What the threads of a pool share about one run.

use std::sync::Arc;

use swath_block::{MemoryLedger, OpHandle, Operation, RunEnv};
use swath_error::Result;
use swath_execute::RunSender;
use swath_graph::TaskGraph;
use swath_scheduler::JobId;

use crate::pool::Parent;
use crate::store::Store;

/// Read by every thread that runs a task of the run.
#[derive(Debug)]
pub(crate) struct RunShared {
    pub job: JobId,
    pub graph: Arc<TaskGraph>,
    /// By layer.
    pub operations: Vec<Arc<dyn Operation>>,
    pub env: RunEnv,
    /// How many runs this one is nested in.
    pub depth: i32,
}

impl RunShared {
    pub fn new(
        job: JobId,
        graph: Arc<TaskGraph>,
        threads: usize,
        ledger: MemoryLedger,
        depth: i32,
    ) -> Result<Self> {
        let operations =
            graph.layers().iter().map(|l| OpHandle::resolve(&l.payload)).collect::<Result<_>>()?;
        Ok(Self { job, graph, operations, env: RunEnv::new(threads, ledger), depth })
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
}
