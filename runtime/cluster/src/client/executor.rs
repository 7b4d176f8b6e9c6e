//! Collections on a cluster: the client as the runtime of `compute()`.

use std::sync::Arc;

use swath_block::{Block, CancelToken};
use swath_error::Result;
use swath_execute::{Executor, Run, RunOptions, run_channel, with_executor};
use swath_graph::{TaskGraph, TaskId, fuse_linear, order};
use swath_wire::{FromClient, Submission};

use super::jobs::JobRecord;
use super::shared::Shared;
use super::{Client, fetch};

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

impl Executor for ClusterExecutor {
    fn start(&self, graph: TaskGraph, options: &RunOptions) -> Result<Run> {
        let shared = self.client.shared();
        let (graph, links) = self.client.persisted().substitute(graph)?;
        let graph = if options.fuse { fuse_linear(graph) } else { graph };
        let graph = order(graph);
        let outputs = graph.outputs().to_vec();
        let sources = super::persist::import_sources(&graph, &links);
        let graph = crate::encode::graph(graph)?;
        let record = shared.new_job()?;
        let mut distinct: Vec<TaskId> = outputs.clone();
        distinct.sort_unstable();
        distinct.dedup();
        for task in &distinct {
            record.add(*task, sources.get(task).copied());
        }
        let job = record.job;
        let submission = Submission { job, graph, links, priority: 0, fail_fast: true, stepwise: true };
        // What the graph imports has been submitted before.
        shared.flush();
        shared.send(&[FromClient::Submit(Box::new(submission))])?;
        let cancel = CancelToken::default();
        let cancelled = Arc::downgrade(shared);
        let (sender, run) = run_channel(cancel, move || {
            if let Some(shared) = cancelled.upgrade() {
                // A scheduler that is gone has cancelled everything.
                let _ = shared.send(&[FromClient::Cancel(job)]);
            }
        });
        let (shared, net) = (shared.clone(), shared.net.clone());
        net.spawn(async move {
            let result = results(&shared, &record, &outputs).await;
            shared.forget(job);
            sender.finish(result);
        });
        Ok(run)
    }

    fn describe(&self) -> String {
        format!("cluster {}", self.client.address())
    }
}

/// The blocks of a job's outputs, once it is over.
async fn results(shared: &Arc<Shared>, record: &Arc<JobRecord>, outputs: &[TaskId]) -> Result<Vec<Block>> {
    std::future::poll_fn(|cx| record.poll_end(cx)).await?;
    let wanted = outputs.iter().map(|task| (record.clone(), *task)).collect();
    fetch::blocks(shared.clone(), wanted).await
}
