//! The runtime as collections see it.

use std::sync::Arc;

use swath_block::{Alone, Helpers};
use swath_error::Result;
use swath_execute::{Executor, Run, RunOptions, RunSender, run_channel};
use swath_graph::{TaskGraph, fuse_linear, order};
use swath_scheduler::{JobId, JobOptions, JobPlan};
use swath_store::Spill;

use crate::current::{self, Current};
use crate::live::Live;
use crate::pool::{Parent, Pool};
use crate::progress::{self, Bar};
use crate::run::{ActiveRun, Notices, RunShared};
use crate::state::State;
use crate::store::Store;
use crate::{settings, signals, synchronous};

/// Runs graphs on threads of this process. Registers itself as the default runtime of any program it is linked into.
///
/// Runs with the same number of threads share their threads, fairly; the pool of a number of threads is made when it is
/// first used and stays. A run that a task starts is nested: it uses the same pool and memory unless its options say
/// otherwise, goes before the runs it is nested in, and the task's slot is free until it ends.
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
        signals::install();
        let start = Start::new(graph, options)?;
        if options.synchronous { start.here(options) } else { start.in_pool(options) }
    }

    fn describe(&self) -> String {
        match settings::threads(&RunOptions::current()) {
            Ok(threads) => format!("local, {threads} threads"),
            Err(_) => "local".to_owned(),
        }
    }
}

/// A run about to be started.
struct Start {
    graph: Arc<TaskGraph>,
    spill: Spill,
    plan: JobPlan,
    store: Store,
    parent: Option<Current>,
    depth: i32,
}

impl Start {
    fn new(graph: TaskGraph, options: &RunOptions) -> Result<Self> {
        let parent = current::current();
        let spill = match &parent {
            Some(parent) if options.memory_limit.is_none() => parent.run.spill().clone(),
            _ => settings::spill(options)?,
        };
        let depth = parent.as_ref().map_or(0, |p| p.run.depth + 1);
        let graph = if options.fuse { fuse_linear(graph) } else { graph };
        let graph = Arc::new(order(graph));
        let budget = settings::producer_budget(spill.ledger().limit());
        let plan =
            JobPlan::new(graph.clone(), JobOptions { priority: depth, budget, ..JobOptions::default() });
        let store = Store::new(&graph, spill.ledger().clone());
        Ok(Self { graph, spill, plan, store, parent, depth })
    }

    /// Runs everything on this thread.
    fn here(self, options: &RunOptions) -> Result<Run> {
        let mut state = State::new(1);
        let shared = RunShared::new(state.new_job(), self.graph, 1, Box::new(Alone), self.spill, self.depth)?;
        let shared = Arc::new(shared);
        let (sender, run) = run_channel(shared.env.cancel.clone(), || {});
        let noticed = shared.clone();
        let live = Live::enter(self.parent.as_ref().map(|p| &p.run), move |reason| noticed.stop(reason));
        let active = active(shared, self.store, sender, None, live, options);
        synchronous::run(state, active, self.plan);
        Ok(run)
    }

    /// Hands the run to the threads of a pool.
    fn in_pool(self, options: &RunOptions) -> Result<Run> {
        let threads = match &self.parent {
            Some(parent) if options.threads.is_none() => parent.pool.threads,
            _ => settings::threads(options)?,
        };
        let pool = Pool::of(threads)?;
        let job: JobId = pool.with_state(|state, _| state.new_job());
        let helpers = Box::new(Helpers::of(&pool, pool.threads));
        let shared = Arc::new(RunShared::new(job, self.graph, threads, helpers, self.spill, self.depth)?);
        let cancelled = pool.clone();
        let (sender, run) = run_channel(shared.env.cancel.clone(), move || cancelled.cancel(job));
        let (interrupted, noticed) = (pool.clone(), Arc::downgrade(&shared));
        let live = Live::enter(self.parent.as_ref().map(|p| &p.run), move |reason| {
            if let Some(shared) = noticed.upgrade() {
                shared.stop(reason);
                interrupted.cancel(job);
            }
        });
        let parent = self.parent.map(Parent::of);
        let active = active(shared, self.store, sender, parent, live, options);
        pool.submit(active, self.plan)?;
        Ok(run)
    }
}

fn active(
    shared: Arc<RunShared>,
    store: Store,
    sender: RunSender,
    parent: Option<Parent>,
    live: Live,
    options: &RunOptions,
) -> ActiveRun {
    let shown = shared.depth == 0 && progress::is_wanted(options);
    let notices = Notices { _live: live, _bar: shown.then(|| Bar::new(&shared)) };
    ActiveRun { shared, store, sender, parent, within: None, notices }
}
