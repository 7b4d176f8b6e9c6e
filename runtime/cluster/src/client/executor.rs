//! Collections on a cluster: the client as the runtime of `compute()`.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use swath_block::{Block, CancelToken, OpHandle};
use swath_error::{Error, ErrorKind, Result};
use swath_execute::{Executor, Preferred, Run, RunOptions, prefer_executor, run_channel, with_executor};
use swath_graph::{Key, LayerId, Spread, TaskGraph, TaskId, fuse_linear, order};
use swath_scheduler::TaskRef;
use swath_wire::{FromClient, Submission, WireGraph};

use super::jobs::JobRecord;
use super::shared::Shared;
use super::{Client, fetch, kept};

/// Data of this process up to so many bytes travels within a graph.
const TRAVELLING: u64 = 32 << 10;

/// How long data waits for a worker to be put on.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the graphs of collections on a client's cluster.
#[derive(Clone, Debug)]
pub struct ClusterExecutor {
    client: Client,
}

impl ClusterExecutor {
    /// The runtime of a client's cluster.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone() }
    }
}

impl Client {
    /// Makes every `compute()` in `body`, on this thread, run on the cluster.
    pub fn scope<R>(&self, body: impl FnOnce() -> R) -> R {
        with_executor(Arc::new(ClusterExecutor::new(self)), body)
    }
}

impl Client {
    /// Makes every `compute()` of the process, on any thread, run on the cluster until the guard is dropped.
    pub fn make_default(&self) -> Preferred {
        prefer_executor(Arc::new(ClusterExecutor::new(self)))
    }
}

impl Executor for ClusterExecutor {
    fn start(&self, graph: TaskGraph, options: &RunOptions) -> Result<Run> {
        let shared = self.client.shared().clone();
        let record = shared.new_job()?;
        let job = record.job;
        let cancel = CancelToken::default();
        let cancelled = Arc::downgrade(&shared);
        let (sender, run) = run_channel(cancel.clone(), move || {
            if let Some(shared) = cancelled.upgrade() {
                // A scheduler that is gone has cancelled everything.
                let _ = shared.send(&[FromClient::Cancel(job)]);
            }
        });
        let mut found = self.client.persisted().find(&graph);
        let held = held_blocks(&graph, &mut found, &shared)?;
        let work = Work { shared: shared.clone(), record, graph, found, fuse: options.fuse };
        if held.is_empty() {
            let outputs = work.submit()?;
            shared.net.spawn(async move { sender.finish(work.finish(&outputs).await) });
        } else {
            shared.net.spawn(async move { sender.finish(work.run_with(held, &cancel).await) });
        }
        Ok(run)
    }

    fn persist(&self, graph: TaskGraph, options: &RunOptions) -> Result<Vec<Block>> {
        let persisted = self.client.persist_graph(graph, None, options.fuse)?;
        persisted.wait()?;
        Ok(kept::blocks(&persisted))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn spread(&self) -> Option<Spread> {
        let now = || {
            let workers = self.client.shared().peers();
            let (count, slots) = (workers.len(), workers.iter().map(|w| w.slots as usize).sum());
            // Workers that are still to come are taken to be two.
            let memory = workers.iter().map(|w| w.memory_limit).min();
            if count == 0 { Spread::new(2, 2) } else { Spread::new(count, slots).holding(memory) }
        };
        Some(self.client.persisted().spread_or(now))
    }

    fn describe(&self) -> String {
        format!("cluster {}", self.client.address())
    }
}

/// A graph on its way.
struct Work {
    shared: Arc<Shared>,
    record: Arc<JobRecord>,
    graph: TaskGraph,
    /// What stands for tasks: results that exist already.
    found: Vec<Option<TaskRef>>,
    fuse: bool,
}

impl Work {
    /// Puts data of this process onto workers first.
    async fn run_with(mut self, held: Vec<(TaskId, Block)>, cancel: &CancelToken) -> Result<Vec<Block>> {
        let (tasks, blocks): (Vec<TaskId>, Vec<Block>) = held.into_iter().unzip();
        wait_for_worker(&self.shared).await?;
        let blocks = kept::real(blocks).await?;
        let (kept, _) = super::data::scatter(self.shared.clone(), blocks).await?;
        for (i, task) in (0u32..).zip(tasks) {
            if let Some(found) = self.found.get_mut(task.index()) {
                *found = Some(TaskRef { job: kept.job, task: TaskId(i) });
            }
        }
        let shared = self.shared.clone();
        let result = if cancel.is_cancelled() {
            Err(Error::cancelled("the run was cancelled"))
        } else {
            // A large graph takes a while to make ready, and sockets are served here.
            let submitted = tokio::task::spawn_blocking(move || self.submit().map(|outputs| (self, outputs)));
            match submitted.await.unwrap_or_else(|_| Err(Error::internal("a graph could not be made ready")))
            {
                Ok((work, outputs)) => work.finish(&outputs).await,
                Err(error) => Err(error),
            }
        };
        shared.forget(kept.job);
        result
    }

    /// Sends the graph; gives its outputs.
    fn submit(&self) -> Result<Vec<TaskId>> {
        let prepared = Prepared::new(self.graph.clone(), &self.found, self.fuse)?;
        for (task, source) in prepared.distinct() {
            self.record.add(task, source);
        }
        let Prepared { graph, links, outputs, .. } = prepared;
        let job = self.record.job;
        let submission =
            Submission { job, graph, links, priority: 0, fail_fast: true, stepwise: true, deliver: false };
        // What the graph imports has been submitted before.
        self.shared.flush();
        self.shared.send(&[FromClient::Submit(Box::new(submission))])?;
        Ok(outputs)
    }

    /// The blocks of the outputs, once the job is over.
    async fn finish(&self, outputs: &[TaskId]) -> Result<Vec<Block>> {
        let ended = std::future::poll_fn(|cx| self.record.poll_end(cx)).await;
        let result = match ended {
            Ok(()) => {
                let wanted = outputs.iter().map(|task| (self.record.clone(), *task)).collect();
                fetch::blocks(self.shared.clone(), wanted).await
            }
            Err(error) => Err(error),
        };
        self.shared.forget(self.record.job);
        result
    }
}

/// A graph ready to be sent.
pub(crate) struct Prepared {
    pub graph: WireGraph,
    pub links: Vec<TaskRef>,
    /// The wanted tasks, in the caller's order.
    pub outputs: Vec<TaskId>,
    /// What the wanted tasks compute.
    pub keys: Vec<Option<(Key, u32)>>,
    /// Names of the results that wanted imports stand for.
    sources: BTreeMap<TaskId, TaskRef>,
}

impl Prepared {
    /// Puts imports in the place of what is found, joins chains, orders, encodes.
    pub fn new(graph: TaskGraph, found: &[Option<TaskRef>], fuse: bool) -> Result<Self> {
        let (graph, links) = super::persist::import_found(graph, found)?;
        let graph = if fuse { fuse_linear(graph) } else { graph };
        let graph = order(graph);
        let outputs = graph.outputs().to_vec();
        let keys = outputs.iter().map(|task| super::persist::key_of(&graph, *task)).collect();
        let sources = super::persist::import_sources(&graph, &links);
        Ok(Self { graph: crate::encode::graph(graph)?, links, outputs, keys, sources })
    }

    /// Each wanted task once, with the name of its result when that is another task's.
    pub fn distinct(&self) -> impl Iterator<Item = (TaskId, Option<TaskRef>)> {
        let distinct: BTreeSet<TaskId> = self.outputs.iter().copied().collect();
        distinct.into_iter().map(|task| (task, self.sources.get(&task).copied()))
    }
}

/// Blocks of this process that the graph reads, when they are too large to travel within it. Those that the cluster keeps
/// already count as found.
pub(crate) fn held_blocks(
    graph: &TaskGraph,
    found: &mut [Option<TaskRef>],
    shared: &Arc<Shared>,
) -> Result<Vec<(TaskId, Block)>> {
    let mut by_layer: HashMap<LayerId, Option<Arc<[Block]>>> = HashMap::new();
    let mut held = Vec::new();
    for task in (0..graph.len() as u32).map(TaskId) {
        let (Some(None), [step]) = (found.get(task.index()), graph.steps(task)) else { continue };
        let blocks = match by_layer.entry(step.layer) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let payload = graph.layers().get(step.layer.index()).map(|l| &l.payload);
                let operation = payload.map(OpHandle::resolve).transpose()?;
                new.insert(operation.and_then(|op| op.held_blocks()).filter(|all| are_large(all)))
            }
        };
        let Some(block) = blocks.as_ref().and_then(|all| all.get(step.index as usize)) else { continue };
        match (kept::name(block, shared), found.get_mut(task.index())) {
            (Some(name), Some(found)) => *found = Some(name),
            _ => held.push((task, block.clone())),
        }
    }
    Ok(held)
}

fn are_large(blocks: &[Block]) -> bool {
    blocks.iter().any(|b| b.as_elsewhere().is_some())
        || blocks.iter().map(Block::bytes).sum::<u64>() > TRAVELLING
}

/// Data cannot be put anywhere before there is a worker.
pub(crate) async fn wait_for_worker(shared: &Shared) -> Result<()> {
    let one = std::future::poll_fn(|cx| shared.poll_workers(1, cx));
    tokio::time::timeout(PATIENCE, one).await.map_err(|_| {
        let seconds = PATIENCE.as_secs();
        Error::new(ErrorKind::Cluster, format!("no worker came within {seconds} s to put data on"))
    })?
}
