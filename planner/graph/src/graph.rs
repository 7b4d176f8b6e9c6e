//! The columnar graph: dense ids, dependencies and fused steps in compressed sparse rows, payloads once per layer.

use serde::{Deserialize, Serialize};
use swath_error::{Error, Result};

use crate::{Annotations, Layer, Payload};

/// A task: dense within its graph. In a finished graph a smaller id is never a consumer of a larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskId(pub u32);

impl TaskId {
    /// The id as an index into a column.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A layer of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LayerId(pub u32);

impl LayerId {
    /// The id as an index into the layers.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One operation to run: a layer, and which of the layer's tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Whose operation.
    pub layer: LayerId,
    /// The task's index within the layer: the operation's per-task parameter.
    pub index: u32,
}

/// A graph that can be run: acyclic, ids in a topological order, payloads once per layer.
///
/// Costs 16 bytes per task, 4 per edge and 8 per further fused step.
#[derive(Clone, Debug, Default)]
pub struct TaskGraph {
    pub(crate) layers: Vec<Layer>,
    /// `deps[dep_offsets[t] .. dep_offsets[t + 1]]` are the tasks whose results `t` reads, in argument order.
    pub(crate) dep_offsets: Vec<u32>,
    pub(crate) deps: Vec<TaskId>,
    /// `steps[step_offsets[t] .. step_offsets[t + 1]]` are run one after another; each later one reads the one before.
    pub(crate) step_offsets: Vec<u32>,
    pub(crate) steps: Vec<Step>,
    /// Results the caller wants, in the caller's order; a task may be wanted more than once.
    pub(crate) outputs: Vec<TaskId>,
}

/// A graph taken apart; see [`TaskGraph::from_columns`].
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// A [`LayerId`] is an index into this.
    pub layers: Vec<Layer>,
    /// Where each task's row of `deps` starts, and where the last one ends.
    pub dep_offsets: Vec<u32>,
    /// The tasks whose results each task reads, row after row.
    pub deps: Vec<TaskId>,
    /// Where each task's row of `steps` starts, and where the last one ends.
    pub step_offsets: Vec<u32>,
    /// What each task runs, row after row.
    pub steps: Vec<Step>,
    /// The wanted tasks.
    pub outputs: Vec<TaskId>,
}

impl TaskGraph {
    /// A graph from its columns.
    ///
    /// # Errors
    /// [`swath_error::ErrorKind::Internal`] when the columns contradict each other, an edge points forward (a cycle
    /// cannot be written down otherwise) or a task is missing.
    pub fn from_columns(
        layers: Vec<Layer>,
        dep_offsets: Vec<u32>,
        deps: Vec<TaskId>,
        step_offsets: Vec<u32>,
        steps: Vec<Step>,
        outputs: Vec<TaskId>,
    ) -> Result<Self> {
        let graph = Self { layers, dep_offsets, deps, step_offsets, steps, outputs };
        graph.validate()?;
        Ok(graph)
    }

    /// The columns, to be put together again by [`Self::from_columns`].
    pub fn into_columns(self) -> Columns {
        let Self { layers, dep_offsets, deps, step_offsets, steps, outputs } = self;
        Columns { layers, dep_offsets, deps, step_offsets, steps, outputs }
    }

    /// How many tasks.
    #[inline]
    pub fn len(&self) -> usize {
        self.step_offsets.len().saturating_sub(1)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many dependencies in all.
    pub fn edges(&self) -> usize {
        self.deps.len()
    }

    /// The layers; a [`LayerId`] is an index into this.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The tasks whose results `task` reads, in argument order (one may appear twice).
    #[inline]
    pub fn deps(&self, task: TaskId) -> &[TaskId] {
        row(&self.dep_offsets, &self.deps, task)
    }

    /// What `task` runs: one step, or several after linear fusion.
    #[inline]
    pub fn steps(&self, task: TaskId) -> &[Step] {
        row(&self.step_offsets, &self.steps, task)
    }

    /// The last step of `task`: the one whose result it gives, and whose name it carries.
    #[inline]
    pub fn last_step(&self, task: TaskId) -> Option<Step> {
        self.steps(task).last().copied()
    }

    /// The annotations of `task`: those of its last step (fusion joins equal ones only).
    pub fn annotations(&self, task: TaskId) -> Option<&Annotations> {
        let step = self.last_step(task)?;
        self.layers.get(step.layer.index()).map(|l| &l.annotations)
    }

    /// Whether `task` reads from outside: its first step belongs to a producer layer.
    pub fn is_producer(&self, task: TaskId) -> bool {
        self.steps(task)
            .first()
            .and_then(|s| self.layers.get(s.layer.index()))
            .is_some_and(|l| l.annotations.producer)
    }

    /// Whether `task` stands for a result of another graph ([`Payload::Import`]).
    pub fn is_import(&self, task: TaskId) -> bool {
        self.last_step(task)
            .and_then(|s| self.layers.get(s.layer.index()))
            .is_some_and(|l| matches!(l.payload, Payload::Import))
    }

    /// Results the caller wants, in the caller's order.
    pub fn outputs(&self) -> &[TaskId] {
        &self.outputs
    }

    /// The name shown for `task`: `layer-index`, or the steps of a fused one joined by `+`.
    pub fn name(&self, task: TaskId) -> String {
        let steps = self.steps(task);
        let names: Vec<&str> =
            steps.iter().filter_map(|s| self.layers.get(s.layer.index())).map(|l| &*l.name).collect();
        match steps.last() {
            Some(last) => format!("{}-{}", names.join("+"), last.index),
            None => format!("task-{}", task.0),
        }
    }

    pub(crate) fn validate(&self) -> Result<()> {
        let n = self.len();
        let offsets_fit = |offsets: &[u32], len: usize| {
            offsets.len() == n + 1
                && offsets.first() == Some(&0)
                && offsets.last().is_some_and(|&l| l as usize == len)
                && offsets.is_sorted()
        };
        if n > 0
            && !(offsets_fit(&self.dep_offsets, self.deps.len())
                && offsets_fit(&self.step_offsets, self.steps.len()))
        {
            return Err(Error::internal("a task graph's offsets do not match its columns"));
        }
        for t in (0..n as u32).map(TaskId) {
            if let Some(bad) = self.deps(t).iter().find(|d| **d >= t) {
                return Err(Error::internal(format!(
                    "task {} depends on task {}, which does not come before it: a cycle or a missing task",
                    t.0, bad.0
                )));
            }
            if self.steps(t).is_empty() || self.steps(t).iter().any(|s| s.layer.index() >= self.layers.len())
            {
                return Err(Error::internal(format!("task {} has no operation", t.0)));
            }
        }
        match self.outputs.iter().find(|o| o.index() >= n) {
            Some(bad) => Err(Error::internal(format!("output {} is not in the graph", bad.0))),
            None => Ok(()),
        }
    }
}

/// One row of a compressed sparse column pair; empty when the task is not there.
#[inline]
fn row<'a, T>(offsets: &[u32], values: &'a [T], task: TaskId) -> &'a [T] {
    let bounds = (offsets.get(task.index()), offsets.get(task.index() + 1));
    match bounds {
        (Some(&start), Some(&end)) => values.get(start as usize..end as usize).unwrap_or(&[]),
        _ => &[],
    }
}
