//! What is submitted: a graph made ready for the scheduler, and how it wants to be run.

use std::collections::BTreeMap;
use std::sync::Arc;

use swath_graph::{TaskGraph, TaskId};

use crate::ids::TaskRef;
use crate::job::Job;

/// How a job wants to be run as a whole.
#[derive(Clone, Debug)]
pub struct JobOptions {
    /// Higher jobs first; among equals, the one with the fewest running tasks. Default 0.
    pub priority: i32,
    /// The first failure ends the job. Otherwise only what depends on the failed task is given up. Default true.
    pub fail_fast: bool,
    /// Bytes of results the job may hold before producers are kept waiting. Default: no limit of its own.
    pub budget: u64,
    /// Report each output as it is done or errs ([`crate::Effects::outputs`]). Default false.
    pub notify: bool,
    /// Workers that may be lost while they run a task before the task is taken to be the reason. Default 3.
    pub allowed_deaths: u32,
    /// How long a task waits for a worker that may run it before it errs, in microseconds. Default five minutes.
    pub patience: u64,
}

impl Default for JobOptions {
    fn default() -> Self {
        Self {
            priority: 0,
            fail_fast: true,
            budget: u64::MAX,
            notify: false,
            allowed_deaths: 3,
            patience: 300_000_000,
        }
    }
}

/// A graph made ready for the scheduler, which takes it over in one short step.
#[derive(Debug)]
pub struct JobPlan {
    pub(crate) job: Box<Job>,
    pub(crate) names: Names,
}

/// The distinct names of a graph's layers, and which one each layer has.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub distinct: Vec<Arc<str>>,
    pub of_layer: Vec<u32>,
}

impl Names {
    fn of(graph: &TaskGraph) -> Self {
        let mut known: BTreeMap<&Arc<str>, u32> = BTreeMap::new();
        let mut names = Self::default();
        for layer in graph.layers() {
            let number = *known.entry(&layer.name).or_insert_with(|| {
                names.distinct.push(layer.name.clone());
                names.distinct.len() as u32 - 1
            });
            names.of_layer.push(number);
        }
        names
    }
}

impl JobPlan {
    /// Prepares a graph: time and memory in proportion to its tasks and edges.
    pub fn new(graph: Arc<TaskGraph>, options: JobOptions) -> Self {
        let names = Names::of(&graph);
        Self { job: Box::new(Job::new(graph, options)), names }
    }

    /// Names the result that each import task ([`swath_graph::Payload::Import`]) of the graph stands for. An import
    /// without a name errs when the job is submitted, and so does one whose result is not known any more.
    #[must_use]
    pub fn links(mut self, mut links: Vec<(TaskId, TaskRef)>) -> Self {
        links.sort_unstable();
        links.dedup_by_key(|(task, _)| *task);
        self.job.links = links;
        self
    }
}
