//! Graphs for the scheduler's tests.

use std::sync::Arc;

use swath_graph::{Annotations, Key, Layer, LayerId, Payload, Step, TaskGraph, TaskId};
use swath_scheduler::{
    Effects, Event, JobId, JobOptions, JobPlan, Order, Scheduler, TaskRef, Time, WorkerId, WorkerSpec,
};

/// A graph whose task `i` reads `deps[i]` and is annotated with `annotations[i]`, in a layer `ti` of its own.
pub fn graph(deps: &[Vec<u32>], annotations: &[Annotations], outputs: &[u32]) -> Arc<TaskGraph> {
    importing(0, deps, annotations, outputs)
}

/// The same, and the first `imports` tasks stand for results of other graphs.
pub fn importing(
    imports: usize,
    deps: &[Vec<u32>],
    annotations: &[Annotations],
    outputs: &[u32],
) -> Arc<TaskGraph> {
    let n = deps.len() as u32;
    let layer = |(i, annotations): (usize, &Annotations)| Layer {
        key: Key::of("t").u64(i as u64).finish(),
        name: format!("t{i}").into(),
        payload: if i < imports { Payload::Import } else { Payload::Local(Arc::new(())) },
        annotations: annotations.clone(),
    };
    let mut offsets = vec![0];
    offsets.extend(deps.iter().scan(0, |end, d| {
        *end += d.len() as u32;
        Some(*end)
    }));
    let graph = TaskGraph::from_columns(
        annotations.iter().enumerate().map(layer).collect(),
        offsets,
        deps.iter().flatten().map(|d| TaskId(*d)).collect(),
        (0..=n).collect(),
        (0..n).map(|i| Step { layer: LayerId(i), index: 0 }).collect(),
        outputs.iter().map(|o| TaskId(*o)).collect(),
    );
    Arc::new(graph.unwrap())
}

/// The same with default annotations.
pub fn plain(deps: &[&[u32]], outputs: &[u32]) -> Arc<TaskGraph> {
    let deps: Vec<Vec<u32>> = deps.iter().map(|d| d.to_vec()).collect();
    graph(&deps, &vec![Annotations::default(); deps.len()], outputs)
}

/// A scheduler that is flushed and checked after every event.
#[derive(Default)]
pub struct Bench {
    pub scheduler: Scheduler,
    pub effects: Effects,
    pub now: Time,
}

impl Bench {
    pub fn with_workers(workers: &[u32]) -> Self {
        let mut bench = Self::default();
        for (id, slots) in workers.iter().enumerate() {
            bench.tell(Event::WorkerJoined(WorkerId(id as u32), WorkerSpec::local(*slots)));
        }
        bench
    }

    pub fn tell(&mut self, event: Event) {
        self.scheduler.step(self.now, event, &mut self.effects);
        self.scheduler.flush(self.now, &mut self.effects);
        self.scheduler.check().unwrap();
    }

    pub fn orders(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.effects.run)
    }

    /// Tasks ordered since the last call.
    pub fn begun(&mut self) -> Vec<u32> {
        self.orders().iter().map(|o| o.attempt.task.task.0).collect()
    }

    /// Workers of other processes, one slot each: `w0`, `w1`, …
    pub fn with_remote(workers: u32) -> Self {
        let mut bench = Self::default();
        (0..workers).for_each(|id| bench.join(id));
        bench
    }

    pub fn join(&mut self, id: u32) {
        self.tell(Event::WorkerJoined(WorkerId(id), WorkerSpec::remote(format!("w{id}"), 1)));
    }

    /// Answers every order until there is none; which task ran where.
    pub fn run_all(&mut self) -> Vec<(TaskRef, WorkerId)> {
        let mut ran = Vec::new();
        while !self.effects.run.is_empty() {
            for order in self.orders() {
                ran.push((order.attempt.task, order.attempt.worker));
                self.tell(Event::Done(order.attempt, 10, 100));
            }
        }
        ran
    }

    pub fn submit(&mut self, job: u64, graph: Arc<TaskGraph>, options: JobOptions) {
        self.tell(Event::Submit(JobId(job), JobPlan::new(graph, options)));
    }
}

/// A task of a job.
pub fn task(job: u64, task: u32) -> TaskRef {
    TaskRef { job: JobId(job), task: TaskId(task) }
}

/// A graph whose tasks are all of one layer with this name.
pub fn one_layer(name: &str, deps: &[Vec<u32>], outputs: &[u32]) -> Arc<TaskGraph> {
    let n = deps.len() as u32;
    let layer = Layer {
        key: Key::of(name).finish(),
        name: name.into(),
        payload: Payload::Local(Arc::new(())),
        annotations: Annotations::default(),
    };
    let mut offsets = vec![0];
    offsets.extend(deps.iter().scan(0, |end, d| {
        *end += d.len() as u32;
        Some(*end)
    }));
    let graph = TaskGraph::from_columns(
        vec![layer],
        offsets,
        deps.iter().flatten().map(|d| TaskId(*d)).collect(),
        (0..=n).collect(),
        (0..n).map(|index| Step { layer: LayerId(0), index }).collect(),
        outputs.iter().map(|o| TaskId(*o)).collect(),
    );
    Arc::new(graph.unwrap())
}
