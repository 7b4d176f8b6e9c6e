//! Names of things the scheduler knows, and its notion of time.

use serde::{Deserialize, Serialize};
use swath_graph::TaskId;

/// A graph that was submitted. Numbers grow and are never used twice, so an older job has a smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// A worker. Numbers are never used twice: a worker that comes back is a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkerId(pub u32);

impl WorkerId {
    /// Stands for "no worker" in a column.
    pub(crate) const NONE: u32 = u32::MAX;
}

/// A task of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TaskRef {
    /// The job.
    pub job: JobId,
    /// The task within the job's graph.
    pub task: TaskId,
}

/// Microseconds since a moment the driver chose. The scheduler never asks for the time: it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Time(pub u64);

impl Time {
    /// This moment and `micros` more.
    #[must_use]
    pub fn after(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}
