//! Random jobs, and what their tasks' values must be.

use std::collections::BTreeMap;
use std::sync::Arc;

use swath_error::Result;
use swath_graph::{Annotations, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};
use swath_scheduler::{JobId, JobOptions, TaskRef};

use crate::random::{Random, hash, mix};

/// Layers of each graph; the last one holds the imports.
const LAYERS: u32 = 4;

/// A job and what is known about it beforehand.
#[derive(Debug)]
pub(crate) struct Job {
    pub graph: Arc<TaskGraph>,
    pub links: Vec<(TaskId, TaskRef)>,
    pub options: JobOptions,
    /// The value of each task; none when it must err.
    pub values: Vec<Option<u64>>,
    /// The value of each task if no operation had failed.
    pub lucky: Vec<u64>,
    /// How often each task's operation fails before it succeeds.
    pub failures: Vec<u32>,
}

/// All jobs so far.
#[derive(Debug, Default)]
pub(crate) struct Jobs(pub BTreeMap<JobId, Job>);

impl Jobs {
    /// The value a task must have; none when it must err or is not known.
    pub fn value(&self, task: TaskRef) -> Option<u64> {
        self.0.get(&task.job)?.values.get(task.task.index()).copied().flatten()
    }

    /// The value that a task's operation gives for these inputs.
    pub fn run(task: TaskRef, inputs: impl Iterator<Item = u64>) -> u64 {
        hash(mix(task.job.0 << 32 | u64::from(task.task.0)), inputs)
    }

    /// The value of a block that a client made up.
    pub fn scattered(task: TaskRef) -> u64 {
        mix(task.job.0 << 32 | u64::from(task.task.0)) ^ 1
    }

    /// Makes up a graph that may import the given results.
    pub fn invent(&self, id: JobId, from: &[TaskRef], random: &mut Random) -> Result<Job> {
        let n = match random.below(12) {
            0 => 60 + random.below(100),
            _ => 1 + random.below(30),
        } as u32;
        let imports = if from.is_empty() { 0 } else { random.below(4).min(u64::from(n) - 1) as u32 };
        let links: Vec<(TaskId, TaskRef)> =
            (0..imports).filter_map(|t| Some((TaskId(t), random.pick(from)?))).collect();
        let shape = random.below(4);
        let deps: Vec<Vec<TaskId>> = (0..n).map(|t| inputs(t, imports, shape, random)).collect();
        let graph = Arc::new(build(&deps, imports, random)?);
        let options = JobOptions {
            priority: random.below(3) as i32,
            fail_fast: random.one_in(4),
            allowed_deaths: 1000,
            notify: random.one_in(2),
            budget: if random.one_in(3) { 500 } else { u64::MAX },
            ..JobOptions::default()
        };
        let clumsy = random.one_in(4);
        let failures: Vec<u32> = (0..n)
            .map(|_| if clumsy && random.one_in(20) { 1 + random.below(3) as u32 } else { 0 })
            .collect();
        let mut job = Job { graph, links, options, values: Vec::new(), lucky: Vec::new(), failures };
        for task in (0..n).map(|t| TaskRef { job: id, task: TaskId(t) }) {
            let (value, lucky) = (self.evaluate(&job, task), self.evaluate_lucky(&job, task));
            job.values.push(value);
            job.lucky.push(lucky);
        }
        Ok(job)
    }

    /// The value of a task if no operation had failed: a worker that is lost takes the news of a failure with it, and one
    /// more attempt than was planned for may succeed.
    pub fn lucky(&self, task: TaskRef) -> Option<u64> {
        self.0.get(&task.job)?.lucky.get(task.task.index()).copied()
    }

    fn evaluate_lucky(&self, job: &Job, task: TaskRef) -> u64 {
        if let Some((_, source)) = job.links.iter().find(|(t, _)| *t == task.task) {
            return self.lucky(*source).unwrap_or(0);
        }
        let inputs = job.graph.deps(task.task).iter().filter_map(|d| job.lucky.get(d.index()).copied());
        Self::run(task, inputs)
    }

    /// What sequential evaluation gives.
    fn evaluate(&self, job: &Job, task: TaskRef) -> Option<u64> {
        if let Some((_, source)) = job.links.iter().find(|(t, _)| *t == task.task) {
            return self.value(*source);
        }
        let retries = job.graph.annotations(task.task).map_or(0, |a| a.retries);
        let inputs = job.graph.deps(task.task).iter().map(|d| job.values.get(d.index()).copied().flatten());
        let inputs: Vec<u64> = inputs.collect::<Option<_>>()?;
        let fails = job.failures.get(task.task.index()).is_some_and(|f| *f > retries);
        (!fails).then(|| Self::run(task, inputs.into_iter()))
    }
}

/// What a task reads: near ones in a chain, any, two neighbours of a tree, or many at once.
fn inputs(task: u32, imports: u32, shape: u64, random: &mut Random) -> Vec<TaskId> {
    if task < imports || task == 0 {
        return Vec::new();
    }
    let wide = random.one_in(10);
    let count = if wide { task.min(12) } else { random.below(4) as u32 };
    let one = |random: &mut Random| match shape {
        0 => task - 1 - random.below(u64::from(task.min(3))) as u32,
        1 => (task - 1) / 2,
        _ => random.below(u64::from(task)) as u32,
    };
    (0..count).map(|_| TaskId(one(random))).collect()
}

fn build(deps: &[Vec<TaskId>], imports: u32, random: &mut Random) -> Result<TaskGraph> {
    let n = deps.len() as u32;
    let layers = (0..LAYERS).map(|layer| Layer {
        key: Key::of("simulated").u64(u64::from(layer)).finish(),
        name: format!("layer{layer}").into(),
        payload: if layer + 1 == LAYERS { Payload::Import } else { Payload::Encoded([].into()) },
        annotations: if layer + 1 == LAYERS { Annotations::default() } else { annotations(random) },
    });
    let layers = layers.collect();
    let mut offsets = vec![0];
    offsets.extend(deps.iter().scan(0, |end, d| {
        *end += d.len() as u32;
        Some(*end)
    }));
    let layer = |t: u32, random: &mut Random| {
        if t < imports { LAYERS - 1 } else { random.below(u64::from(LAYERS) - 1) as u32 }
    };
    let steps = (0..n).map(|index| Step { layer: LayerId(layer(index, random)), index }).collect();
    let read: Vec<TaskId> = deps.iter().flatten().copied().collect();
    let outputs = (0..n).map(TaskId).filter(|t| !read.contains(t) || random.one_in(10)).collect();
    TaskGraph::from_columns(layers, offsets, read.clone(), (0..=n).collect(), steps, outputs)
}

fn annotations(random: &mut Random) -> Annotations {
    let resources = if random.one_in(12) { vec![("GPU".to_owned(), 1)] } else { Vec::new() };
    Annotations {
        priority: random.below(2) as i32,
        retries: random.below(3) as u32,
        slots: if random.one_in(6) { 2 } else { 1 },
        producer: random.one_in(4),
        output_bytes: random.one_in(2).then_some(50),
        resources: resources.into(),
        ..Annotations::default()
    }
}
