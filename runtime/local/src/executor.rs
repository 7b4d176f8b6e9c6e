//! The runtime as collections see it.

use std::sync::Arc;

use swath_error::Result;
use swath_execute::{Executor, Run, RunOptions, run_channel};
use swath_graph::{TaskGraph, fuse_linear, order};
use swath_scheduler::{JobOptions, JobPlan};

use crate::pool::{self, Parent, Pool};
use crate::run::{ActiveRun, RunShared};
use crate::state::State;
use crate::store::Store;
use crate::{settings, synchronous};

/// Runs graphs on threads of this process. Registers itself as the default runtime of any program it is linked into.
///
/// Runs with the same number of threads share their threads, fairly; the pool of a number of threads is made when it is
/// first used and stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalExecutor {}

impl LocalExecutor {
    /// The local runtime.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Executor for LocalExecutor {
    fn start(&self, graph: TaskGraph, options: &RunOptions) -> Result<Run> {
        let parent = pool::current();
        let threads = match &parent {
            Some(parent) if options.threads.is_none() => parent.pool.threads,
            _ => settings::threads(options)?,
        };
        let graph = if options.fuse { fuse_linear(graph) } else { graph };
        let graph = Arc::new(order(graph));
        let ledger = settings::ledger(options)?;
        let depth = parent.as_ref().map_or(0, |p| p.depth + 1);
        let job_options = JobOptions {
            priority: depth,
            budget: settings::producer_budget(ledger.limit()),
            ..JobOptions::default()
        };
        let plan = JobPlan::new(graph.clone(), job_options);
        let store = Store::new(&graph, ledger.clone());

        if options.synchronous {
            let mut state = State::new(1);
            let shared = Arc::new(RunShared::new(state.new_job(), graph, 1, ledger, depth)?);
            let (sender, run) = run_channel(shared.env.cancel.clone(), || {});
            synchronous::run(state, ActiveRun { shared, store, sender, parent: None }, plan);
            return Ok(run);
        }

        let pool = Pool::of(threads)?;
        let job = pool.with(|state, _| state.new_job());
        let shared = Arc::new(RunShared::new(job, graph, threads, ledger, depth)?);
        let weak = Arc::downgrade(&pool);
        let on_cancel = move || pool::cancel(&weak, job, "the run was cancelled");
        let (sender, run) = run_channel(shared.env.cancel.clone(), on_cancel);
        let parent = parent.map(Parent::pause).transpose()?;
        pool.with(|state, after| state.submit(ActiveRun { shared, store, sender, parent }, plan, after));
        Ok(run)
    }

    fn describe(&self) -> String {
        match settings::threads(&RunOptions::current()) {
            Ok(threads) => format!("local, {threads} threads"),
            Err(_) => "local".to_owned(),
        }
    }
}
